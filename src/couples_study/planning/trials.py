"""Simulated trials with weekly surveys of both partners: four arms, two domains, safety, informative dropout.

Baselines are weeks -1 and 0, follow-up runs to week 24. Everything is drawn couple-wise from one generator, vectorised,
so that a replicate costs milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from couples_study.contracts.scenario import Scenario, TrialTruth
from couples_study.models.weekly.arrays import Weekly

ARMS = ("emotional_first", "physical_first", "simultaneous", "wait_list")
GUIDED_ARMS = ("guided", "self_guided")
EMOTIONAL, PHYSICAL, SAFETY, ADHERENCE = "emotional", "phys", "isq", "adherence"
BEGINS, LAST = 1, 24  # survey wave of the last baseline, last week
MEAN, SD = 50.0, 15.0  # of the two composites, 0-100
SCALES = {EMOTIONAL: (MEAN, SD, 100), PHYSICAL: (MEAN, SD, 100), SAFETY: (27.0, 7.0, 52)}
PARTNERS_TRAIT, DOMAINS_TRAIT = 0.5, 0.5
WOBBLE, WOBBLE_PHI = 0.06, 0.5  # share of true variance that comes and goes from week to week
DRIFT = 0.12  # what wait-listed couples gain by week 12
DROPOUT, SKIP = 0.015, 0.06  # weekly: couples who stop, people who skip
CONCERN = 0.4  # share with a physical presenting concern
APART = 0.35  # share of couples without physical intimacy at the start
FOLLOWS = 0.75  # of couples who improve emotionally: those who do so physically, in a world with an order
SPREAD = 0.4  # of couples' answers to a programme
SEPARATES = 0.001  # weekly


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialWorld:
    """A simulated trial: arm, concern and whether couples had no physical intimacy (C,), answers (C, 2, W) by column,
    week of separation (C,)."""

    truth: TrialTruth
    weeks: np.ndarray
    arm: np.ndarray
    arms: tuple[str, ...]
    physical_concern: np.ndarray
    apart: np.ndarray
    answers: dict[str, np.ndarray]
    gone: np.ndarray

    def weekly(self) -> Weekly:
        """The arrays that the models work on."""
        return Weekly(
            weeks=self.weeks, arm=self.arm, arms=self.arms, answers=self.answers, gone=self.gone, told_apart=True,
            member=np.ones((len(self.arm), 2), dtype=bool),
            labels={
                "presenting_concern": self.physical_concern.astype(np.int64),
                "physical_at_start": self.apart.astype(np.int64),
            },
        )  # fmt: skip


def run_trial(
    scenario: Scenario, couples: int, seed: np.random.SeedSequence | int, *, complete: bool = False
) -> TrialWorld:
    """A trial of ``couples`` couples in all, dealt to the arms in turn and shuffled.

    ``complete`` lets everybody answer every week, for the truth that estimates are held against.
    """
    truth = scenario.trial or TrialTruth()
    rng = np.random.default_rng(seed)
    weeks = np.arange(-BEGINS, LAST + 1)
    arms = ARMS if truth.guidance is None else GUIDED_ARMS
    arm = rng.permutation(np.arange(couples) % len(arms))
    traits, errors = _traits(rng, couples, truth)
    gains = _gains(rng, truth, arm, weeks)
    reliabilities = (truth.reliability_emotional, truth.reliability_physical, 0.85)
    parts = [
        _observed(rng, trait, error, len(weeks), r)
        for trait, error, r in zip(traits, errors, reliabilities, strict=True)
    ]
    apart = _lowest((parts[1][0] + parts[1][1])[:, :, weeks <= 0].mean(axis=(1, 2)))
    if not truth.moves_apart:
        gains = np.where(apart[:, None, None], 0.0, gains)
    seen = {
        name: true + gain + error
        for name, (true, error), gain in zip((EMOTIONAL, PHYSICAL, SAFETY), parts, gains, strict=True)
    }
    stays, gone = _presence(rng, seen[EMOTIONAL], weeks)
    if complete:
        stays, gone = np.ones_like(stays), np.full(couples, np.inf)
    scaled = {name: np.clip(mean + sd * seen[name], 0, top) for name, (mean, sd, top) in SCALES.items()}
    values = {name: np.where(stays, one, np.nan) for name, one in scaled.items()}
    values[ADHERENCE] = np.where(stays, _adherence(rng, arm, weeks), np.nan)
    return TrialWorld(
        truth=truth, weeks=weeks, arm=arm, arms=arms, physical_concern=rng.random(couples) < CONCERN, apart=apart,
        answers=values, gone=gone,
    )  # fmt: skip


def _lowest(level: np.ndarray) -> np.ndarray:
    """The couples (C,) in the lowest part of all."""
    lowest: np.ndarray = level <= np.quantile(level, APART)
    return lowest


def _traits(rng: np.random.Generator, couples: int, truth: TrialTruth) -> tuple[np.ndarray, np.ndarray]:
    """True baselines (3, C, 2) with unit variance, and the errors (3, C, 2) of the very first answers.

    With ``lowest_quarter`` couples were taken in because those first answers were low.
    """
    pool = couples * 4 if truth.lowest_quarter else couples
    shared = np.sqrt(DOMAINS_TRAIT) * _pairs(rng, pool)
    traits = np.stack([shared + np.sqrt(1 - DOMAINS_TRAIT) * _pairs(rng, pool) for _ in range(3)])
    errors = rng.normal(size=(3, pool, 2))
    if not truth.lowest_quarter:
        return traits, errors
    reliability = np.array([truth.reliability_emotional, truth.reliability_physical])[:, None, None]
    look = (np.sqrt(reliability) * traits[:2] + np.sqrt(1 - reliability) * errors[:2]).mean(axis=(0, 2))
    chosen = rng.permutation(np.argsort(look)[:couples])
    return traits[:, chosen], errors[:, chosen]


def _pairs(rng: np.random.Generator, couples: int, r: float = PARTNERS_TRAIT) -> np.ndarray:
    both = rng.normal(size=(couples, 1))
    return np.sqrt(r) * both + np.sqrt(1 - r) * rng.normal(size=(couples, 2))


def _ramp(weeks: np.ndarray, first: int, last: int) -> np.ndarray:
    return np.clip((weeks - first + 1) / (last - first + 1), 0.0, 1.0)


def _gains(rng: np.random.Generator, truth: TrialTruth, arm: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """True gains (3, C, 2, W) in emotional, physical, safety."""
    if truth.guidance is not None:
        return _guided(rng, truth, arm, weeks)
    if truth.timeline != "none":
        jumps = _timeline(rng, truth, arm, weeks)
        return np.stack([jumps[0], jumps[1], 0.5 * jumps[0]])
    early, late, whole = _ramp(weeks, 1, 6), _ramp(weeks, 7, 12), _ramp(weeks, 1, 12)
    E, P, x, f = truth.emotional_gain, truth.physical_gain, truth.crossing, truth.foundation
    flat = np.zeros(len(weeks))
    emotional = np.stack([E * early + x * late, x * early + E * late, (E + x) * whole, flat])
    physical = np.stack([
        x * early + P * late, P * early + x * late - truth.decay * np.clip(weeks - 16, 0, None),
        (P + x + 0.25 * f) * whole, flat,
    ])  # fmt: skip
    safety = np.stack([0.6 * E * early, 0.6 * E * late, 0.6 * E * whole, flat])
    answers = np.clip(1 + SPREAD * _pairs(rng, len(arm)), 0, None)[:, :, None]
    safer = np.clip(1 + SPREAD * _pairs(rng, len(arm)), 0, None)[:, :, None]
    drift = DRIFT * _ramp(weeks, 1, 12)
    first = (arm == 0)[:, None, None]
    through = truth.mediated * safer + (1 - truth.mediated) * answers
    physical = physical[arm][:, None, :] * answers + first * f * late * through
    return np.stack([emotional[arm][:, None, :] * answers, physical, safety[arm][:, None, :] * safer]) + drift


def _guided(rng: np.random.Generator, truth: TrialTruth, arm: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """Guided couples gain more, and in half the weeks; with no guidance to speak of both arms gain alike."""
    alone, more = truth.emotional_gain * _ramp(weeks, 1, 12), truth.guidance or 0.0
    led = (truth.emotional_gain + more) * _ramp(weeks, 1, 6) if more else alone
    answers = np.clip(1 + SPREAD * _pairs(rng, len(arm)), 0, None)[:, :, None]
    gain = np.stack([led, alone])[arm][:, None, :] * answers
    return np.stack([gain, truth.crossing * gain, 0.6 * gain])


def _timeline(rng: np.random.Generator, truth: TrialTruth, arm: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """Gains (2, C, 2, W) by jumps at the couple's own weeks; wait-listed couples hardly ever improve."""
    couples = len(arm)
    first, second = _times(rng, truth, couples)
    answers = rng.random(couples) < np.where(arm == ARMS.index("wait_list"), 0.05, 0.85)
    times = np.where(answers[:, None], np.stack([first, second], axis=-1), np.inf)
    own = times[:, None, :] + rng.integers(0, 2, size=(couples, 2, 1)) * (truth.timeline != "claimed")
    size = truth.jump * np.clip(1 + 0.25 * _pairs(rng, couples), 0.2, None)
    since = weeks[None, None, None, :] - own.transpose(2, 0, 1)[..., None]
    return size[None, :, :, None] * np.clip(since + 1, 0, _width(truth)) / _width(truth)


def _width(truth: TrialTruth) -> float:
    """Weeks over which an improvement comes: at once, or slowly where both domains are to move together."""
    return 6.0 if truth.timeline == "simultaneous" else 1.0


def _times(rng: np.random.Generator, truth: TrialTruth, couples: int) -> tuple[np.ndarray, np.ndarray]:
    if truth.timeline in ("claimed", "slow"):
        early, late = (2, 5) if truth.timeline == "claimed" else (6, 13)
        first = rng.integers(early, late, size=couples).astype(float)
        return first, np.where(rng.random(couples) < FOLLOWS, first + rng.integers(5, 8, size=couples), np.inf)
    if truth.timeline == "simultaneous":
        first = rng.integers(2, 13, size=couples).astype(float)
        return first, first
    frailty = 0.08 * rng.gamma(1.0, 1.0, size=couples)
    draws = np.ceil(rng.exponential(size=(2, couples)) / np.maximum(frailty, 1e-6))
    return draws[0], draws[1]


def _observed(
    rng: np.random.Generator, trait: np.ndarray, first_error: np.ndarray, length: int, reliability: float
) -> tuple[np.ndarray, np.ndarray]:
    """The true part of answers (stable and wobbling, nothing gained yet) and their error, of unit variance together."""
    couples = len(trait)
    wobble = np.zeros((couples, 2, length))
    state = rng.normal(size=(couples, 2))
    for week in range(length):
        state = WOBBLE_PHI * state + np.sqrt(1 - WOBBLE_PHI**2) * rng.normal(size=(couples, 2))
        wobble[:, :, week] = state
    true = np.sqrt(1 - WOBBLE) * trait[:, :, None] + np.sqrt(WOBBLE) * wobble
    error = rng.normal(size=true.shape)
    error[:, :, 0] = first_error
    return np.sqrt(reliability) * true, np.sqrt(1 - reliability) * error


def _presence(rng: np.random.Generator, answers: np.ndarray, weeks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Who answers when (C, 2, W): couples who feel worse stop earlier, people skip, separated couples stop."""
    couples, _, length = answers.shape
    level = np.roll(answers.mean(axis=1), 1, axis=1)
    hazard = DROPOUT * np.exp(-0.4 * level) * (weeks > 1)
    stopped = np.cumsum(rng.random((couples, length)) < hazard, axis=1) > 0
    parts = np.cumsum(rng.random((couples, length)) < SEPARATES * (weeks > 1), axis=1) > 0
    gone = np.where(parts.any(axis=1), weeks[parts.argmax(axis=1)].astype(float), np.inf)
    skipped = (rng.random(answers.shape) < SKIP) & (weeks > 0)
    return ~(stopped | parts)[:, None, :] & ~skipped, gone


def _adherence(rng: np.random.Generator, arm: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    usual = rng.beta(3, 2, size=(len(arm), 1, 1))
    waits = ARMS.index("wait_list")  # no arm of a guided trial has that number
    active = (arm != waits)[:, None, None] & (weeks > 0) & (weeks <= 12)
    return np.where(active, np.clip(usual + 0.1 * rng.normal(size=(len(arm), 2, len(weeks))), 0, 1), 0.0)
