"""Diaries of touch and closeness whose curve is known: the worlds in which rule R8 is calibrated.

Leaner than the generator of whole studies: only the columns that a threshold needs, on the closeness scale of the
claim's own operating characteristics, and one named trap at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

TOTAL = 0.51  # gain on 1-7 from none to the plateau
COUPLE_SD, PERSON_SD, SHOCK_SD = 0.65, 0.55, 0.75
PHI, PARTNERS = 0.25, 0.35  # day to day, and between partners on one day
LOG_MEAN, LOG_COUPLE, LOG_PERSON, LOG_DAY, WEEKEND, GAMMA = 1.4816, 0.42, 0.25, 0.20, 1.15, 4.0
CAP, ANSWERED, INTRUSIONS = 25, 0.8, 0.5
KEPT = (0.85, 0.75)  # of all touches, in one's own and in the partner's report

CURVES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType({
    "null": lambda x: 0.0 * x,
    "linear": lambda x: 0.05 * x,
    "log": lambda x: 0.30 * np.log1p(x),
    "plateau_3": lambda x: TOTAL / 3 * np.minimum(x, 3),
    "plateau_6": lambda x: TOTAL / 6 * np.minimum(x, 6),
    "plateau_9": lambda x: TOTAL / 9 * np.minimum(x, 9),
    "step_6": lambda x: 0.40 * (x >= 6),
    "accel_6": lambda x: 0.10 * np.maximum(x - 6, 0),
    "saturating": lambda x: TOTAL * -np.expm1(-x / 3),
    "inverted_u": lambda x: TOTAL * (1 - ((np.minimum(x, 16) - 8) / 8) ** 2),
    "s_curve_4": lambda x: TOTAL / (1 + np.exp((4 - x) / 1.25)),
})  # fmt: skip
SIX = ("plateau_6", "step_6")  # the worlds in which six is right in both readings
BREAKS: Mapping[str, float] = MappingProxyType({"plateau_3": 3.0, "plateau_6": 6.0, "plateau_9": 9.0, "accel_6": 6.0})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """What stands between the truth and the rows.

    ``error`` thins both partners' counts and adds touches that were not there; ``heap`` is the share of answers
    rounded to fives; ``mean`` the level of closeness (1-7), near 7 a ceiling; ``tails`` multiplies the couples'
    differences in counts and lifts the cap; ``spread`` is the SD, in touches, of the person's own threshold;
    ``pull`` and ``lead`` are what a within-person SD of today's or yesterday's closeness adds to log touches;
    ``leave`` is the daily chance that a couple drops out, larger the less close it is; ``size`` scales the effect.
    """

    error: bool = False
    heap: float = 0.0
    mean: float = 5.2
    tails: float = 1.0
    spread: float = 0.0
    pull: float = 0.0
    lead: float = 0.0
    leave: float = 0.0
    size: float = 1.0


TRAPS: Mapping[str, Trap] = MappingProxyType({
    "none": Trap(),
    "count error": Trap(error=True),
    "count error and heaping": Trap(error=True, heap=0.35),
    "ceiling": Trap(mean=6.2),
    "heavy tails": Trap(tails=2.0),
    "own thresholds": Trap(spread=2.0),
    "touch follows the day's closeness": Trap(pull=0.15),
    "touch follows yesterday's closeness": Trap(lead=0.30),
    "unhappy couples leave": Trap(leave=0.02),
    "half the effect": Trap(size=0.5),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """What the same couples share under every truth, each (couples, 2, days) or broadcast to it.

    ``level`` and ``noise`` make up closeness but for the curve of the touches; ``own`` and ``partner`` are reports of
    the touches, ``place`` what divides them before the curve is read; ``answers`` says who answers; ``leaves``
    (couples, days) is the chance that decides who leaves, where somebody does.
    """

    trap: Trap
    touches: np.ndarray
    place: np.ndarray
    level: np.ndarray
    noise: np.ndarray
    own: np.ndarray
    partner: np.ndarray
    hours: np.ndarray
    answers: np.ndarray
    leaves: np.ndarray | None

    def latent(self, truth: str) -> np.ndarray:
        """Closeness (couples, 2, days) before it is answered."""
        curve = self.trap.size * CURVES[truth](self.touches / self.place)
        return np.asarray(self.level + curve - curve.mean() + self.noise)

    def answered(self, latent: np.ndarray) -> np.ndarray:
        """Which days (couples, 2, days) are answered: under ``leave`` that depends on how close a couple is."""
        if self.leaves is None:
            return self.answers
        return self.answers & _stays(self.leaves, latent, self.trap.leave)


def lives_of_touch(*, couples: int, days: int, seed: int | np.random.SeedSequence, trap: Trap = TRAPS["none"]) -> Lives:
    """Draw everything that chance decides; the truth comes after it."""
    rng = np.random.default_rng(seed)
    shape = (couples, 2, days)
    touches, noise = _touches_and_noise(rng, shape, trap)
    place = np.ones((couples, 2, 1))
    if trap.spread:
        place = np.maximum(1.0 + trap.spread * rng.normal(size=(couples, 2, 1)) / 6.0, 0.25)
    person = rng.normal(0, COUPLE_SD, (couples, 1, 1)) + rng.normal(0, PERSON_SD, (couples, 2, 1))
    own, partner = touches, touches
    if trap.error:
        own, partner = (_reported(rng, touches, kept, trap.heap) for kept in KEPT)
    hours = np.round(rng.gamma(2.0, 1.5, shape), 1)
    leaves = rng.random((couples, days)) if trap.leave else None
    answers = rng.random(shape) < ANSWERED
    return Lives(
        trap=trap, touches=touches, place=place, level=trap.mean + person, noise=noise, own=own,
        partner=partner, hours=hours, answers=answers, leaves=leaves,
    )  # fmt: skip


def diary_of_touch(
    truth: str,
    *,
    couples: int = 200,
    days: int = 28,
    seed: int | np.random.SeedSequence = 0,
    scale: str = "1-7",
    trap: Trap = TRAPS["none"],
) -> pd.DataFrame:
    """Both partners' answered days under one of `CURVES`; closeness rounded to 1-7 or to a 0-100 slider.

    Columns: couple_id, person_id, day, role, exposure, partner_exposure (the partner's report of the same touches),
    other_exposure (the touches that the partner received), outcome, together_hours. All counts are as reported.
    """
    lives = lives_of_touch(couples=couples, days=days, seed=seed, trap=trap)
    latent = lives.latent(truth)
    couple, member, day = np.indices(latent.shape).reshape(3, -1)
    frame = pd.DataFrame(
        {
            "couple_id": couple,
            "person_id": couple * 2 + member,
            "day": day,
            "role": np.where(member == 0, "a", "b"),
            "exposure": lives.own.ravel().astype(float),
            "partner_exposure": lives.partner.ravel().astype(float),
            "other_exposure": lives.own[:, ::-1].ravel().astype(float),
            "outcome": answered_on(scale, latent).ravel(),
            "together_hours": lives.hours.ravel(),
        }
    )
    return frame[lives.answered(latent).ravel()].reset_index(drop=True)


def answered_on(scale: str, latent: np.ndarray) -> np.ndarray:
    """A level on 1-7 as an answer: rounded to 1-7, or on a slider from 0 to 100."""
    if scale == "1-7":
        return np.clip(np.rint(latent), 1, 7)
    return np.clip(np.rint((latent - 1) / 6 * 100), 0, 100)


def _touches_and_noise(
    rng: np.random.Generator, shape: tuple[int, int, int], trap: Trap
) -> tuple[np.ndarray, np.ndarray]:
    """Counts, and closeness without touch; with ``pull`` or ``lead`` the second comes first."""
    level = _log_level(rng, shape, trap.tails)
    if not (trap.pull or trap.lead):
        counts = _counts(rng, level, trap)
        return counts, day_to_day(rng, shape)
    noise = day_to_day(rng, shape)
    sd = SHOCK_SD / np.sqrt(1 - PHI**2)
    before = np.concatenate([np.zeros_like(noise[:, :, :1]), noise[:, :, :-1]], axis=2)
    return _counts(rng, level + (trap.pull * noise + trap.lead * before) / sd, trap), noise


def _log_level(rng: np.random.Generator, shape: tuple[int, int, int], tails: float) -> np.ndarray:
    couples, members, days = shape
    return (
        LOG_MEAN
        + tails * rng.normal(0, LOG_COUPLE, (couples, 1, 1))
        + rng.normal(0, LOG_PERSON, (couples, members, 1))
        + rng.normal(0, LOG_DAY, (couples, 1, days))
        + np.log(WEEKEND) * (np.arange(days) % 7 >= 5)
    )


def _counts(rng: np.random.Generator, level: np.ndarray, trap: Trap) -> np.ndarray:
    counts = rng.poisson(np.exp(level) * rng.gamma(GAMMA, 1 / GAMMA, level.shape))
    return counts if trap.tails > 1.0 else np.minimum(counts, CAP)


def day_to_day(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    """Closeness within persons, autoregressive and correlated between partners, (couples, 2, days)."""
    couples, members, days = shape
    mix = np.linalg.cholesky([[1.0, PARTNERS], [PARTNERS, 1.0]])
    shocks = SHOCK_SD * np.einsum("ij,cjt->cit", mix, rng.normal(size=(couples, members, days)))
    noise = np.empty_like(shocks)
    noise[:, :, 0] = shocks[:, :, 0] / np.sqrt(1 - PHI**2)
    for t in range(1, days):
        noise[:, :, t] = PHI * noise[:, :, t - 1] + shocks[:, :, t]
    return noise


def _reported(rng: np.random.Generator, touches: np.ndarray, kept: float, heap: float) -> np.ndarray:
    counted = rng.binomial(touches, kept) + rng.poisson(INTRUSIONS, touches.shape)
    return np.where(rng.random(touches.shape) < heap, 5 * np.rint(counted / 5), counted)


def _stays(chance: np.ndarray, latent: np.ndarray, leave: float) -> np.ndarray:
    """Days before a couple leaves, (couples, 2, days): the hazard doubles for each SD below the mean closeness."""
    couple = latent.mean(axis=1)
    hazard = np.minimum(leave * 2.0 ** (-(couple - couple.mean()) / couple.std()), 1.0)
    there = np.cumsum(chance < hazard, axis=1) == 0
    return np.broadcast_to(there[:, None, :], latent.shape)
