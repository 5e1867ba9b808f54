"""Waves of answers for claims about events and trends: what is true in a world, drawn over the waves of a survey.

A person's answer at a wave is a person's part, half of it the couple's, plus a part of the wave. An event comes by the
next wave with a hazard that its predictors raise; once come it stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.hypothesis import Question
from couples_study.core.columns import Glossary, glossary

WAVES = 7
EVERY = 4  # weeks between waves, where a trend is told over weeks
SLOPES = 0.3  # standard deviation of people's own trends over the span that is asked about
HAZARD = 0.10  # of an event, from one wave to the next
PUSH = 0.6
HOURS, FRAIL, CONFLICTS = 8.0, 0.3, 0.35  # usual hours until mended; how occasions differ; on how many days
DOUBLINGS = 4.0  # a length of time is 2 to the power of a normal value around this
PARTNERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """What is drawn: answers at waves (C, 2, W) and steady ones (C, 2) by column, labels of couples (C,)."""

    varying: dict[str, np.ndarray]
    steady: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]


def about_waves(question: Question) -> bool:
    """Whether a question is about the waves of a survey, which are drawn here."""
    if question.model == "apim":
        known = glossary().get(question.outcome)
        return question.centering == "person" and known is not None and known.table == "survey_waves"
    return (question.model == "hazard" and not question.knots) or (
        question.model == "trend" and question.at is not None
    )


def waves_of(
    questions: Sequence[Question],
    world: str,
    couples: int,
    strength: float,
    columns: Glossary,
    rng: np.random.Generator,
) -> Waves:
    """The answers of ``questions`` that are about waves, with effects of ``strength`` times the smallest."""
    outcomes = list(dict.fromkeys(question.outcome for question in questions))
    named = [name for question in questions for name in question.columns() if name != question.arm]
    varying = {n: _answers(couples, WAVES, rng) for n in dict.fromkeys(named) if columns[n].table == "survey_waves"}
    steady = {n: _answers(couples, 1, rng)[..., 0] for n in dict.fromkeys(named) if columns[n].table != "survey_waves"}
    view = PUSH * rng.standard_normal((couples, PARTNERS)) if world == "claim_halo" else np.zeros((couples, PARTNERS))
    signs = {
        _column(one): _sign(one) * (1.0 if one.stated is None else -1.0) for one in questions if one.model != "apim"
    }
    for name, sign in signs.items():
        for part in (varying, steady):
            if name in part:
                part[name] = part[name] + sign * (view if part[name].ndim == PARTNERS else view[..., None])
    arms = {q.arm: q.contrast for q in questions if q.arm}
    drawn = {name: rng.permutation(np.resize(np.arange(2), couples)) for name in arms}
    labels = {name: np.array(arms[name])[code] for name, code in drawn.items()}
    when = wave_numbers(questions)
    for question in questions:
        if question.model == "apim":
            moved = varying[(*question.actor, *question.partner)[0]]
            moved = moved if question.actor else moved[:, ::-1]
            size = _sign(question) * strength * question.smallest_effect.value
            varying[question.outcome] = varying[question.outcome] + size * (moved - moved.mean(axis=2, keepdims=True))
        if question.model == "trend":
            pull = steady_or_first(question, varying, steady)[..., None]
            size = _sign(question) * strength * question.smallest_effect.value
            ramp = np.maximum(when - question.begins, 0) / float(question.at or 1)
            own = SLOPES * rng.standard_normal((couples, PARTNERS, 1))
            varying[question.outcome] = varying[question.outcome] + (size * pull + own) * ramp
    for outcome in (name for name in outcomes if any(q.outcome == name and q.model == "hazard" for q in questions)):
        asked = [question for question in questions if question.outcome == outcome]
        pull = view[..., None] + sum(
            _sign(question) * strength * question.smallest_effect.value * _moved(question, varying, steady, drawn)
            for question in asked
        )
        varying[outcome] = _events(np.broadcast_to(pull, (couples, PARTNERS, WAVES)), rng)
    return Waves(varying=varying, steady=_on_scale(questions, steady), labels=labels)


def wave_numbers(questions: Sequence[Question]) -> np.ndarray:
    """When the waves are: one after another, or every so many weeks where a trend is told over weeks."""
    return np.arange(WAVES) * (EVERY if any(question.model == "trend" for question in questions) else 1)


def steady_or_first(question: Question, varying: dict[str, np.ndarray], steady: dict[str, np.ndarray]) -> np.ndarray:
    """What was so at the start, (C, 2)."""
    name = _column(question)
    found: np.ndarray = steady[name] if name in steady else varying[name][..., 0]
    return found


def _answers(couples: int, waves: int, rng: np.random.Generator) -> np.ndarray:
    """Standard normal answers: 2 in 5 of the variance the person's, half of that the couple's."""
    parts = [(couples, 1, 1), (couples, PARTNERS, 1), (couples, PARTNERS, waves)]
    sizes = (0.2, 0.2, 0.6) if waves > 1 else (0.5, 0.5, 0.0)
    found: np.ndarray = sum(
        (np.sqrt(size) * rng.standard_normal(shape) for size, shape in zip(sizes, parts, strict=True)),
        start=np.zeros((couples, PARTNERS, waves)),
    )
    return found


def _column(question: Question) -> str:
    return str(question.predictor).removeprefix("partner.")


def _sign(question: Question) -> float:
    return 1.0 if question.direction == "positive" else -1.0


def _moved(
    question: Question, varying: dict[str, np.ndarray], steady: dict[str, np.ndarray], drawn: dict[str, np.ndarray]
) -> np.ndarray:
    """What moves the outcome, (C, 2, W) or with ones: the predictor, being among the lowest, or the first arm."""
    if question.arm is not None:
        arm: np.ndarray = 1.0 - drawn[question.arm][:, None, None]
        return arm
    name = _column(question)
    moved = varying[name] if name in varying else steady[name][..., None]
    moved = moved[:, ::-1] if str(question.predictor).startswith("partner.") else moved
    return moved if question.stated is None else (moved <= np.quantile(moved, question.stated)) * 1.0


def _events(pull: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """0 until the event, 1 from the wave after it began; a tenth of the people have had it before."""
    couples = len(pull)
    chance = -np.expm1(np.log1p(-HAZARD) * np.exp(pull - pull.mean()))
    came = rng.random(pull.shape) < chance
    came[..., 1:] = came[..., :-1]
    came[..., 0] = rng.random((couples, PARTNERS)) < HAZARD
    return np.maximum.accumulate(came, axis=2).astype(np.float64)


def _on_scale(questions: Sequence[Question], steady: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A predictor that counts by doublings, as the length of time that it is."""
    doubled = {_column(q) for q in questions if q.smallest_effect.unit.endswith("per doubling")}
    return {name: 2.0 ** (DOUBLINGS + one) if name in doubled else one for name, one in steady.items()}


def wave_tables(waves: Waves, when: np.ndarray, people: pd.DataFrame, couples: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The drawn answers as the tables of a study, beside those that are there."""
    people = people.assign(**{name: one.ravel() for name, one in waves.steady.items()})
    couples = couples.assign(**waves.labels)
    frame = people[["couple_id", "person_id", "role"]].loc[people.index.repeat(WAVES)].reset_index(drop=True)
    frame = frame.assign(wave=np.tile(when, len(people)))
    frame = frame.assign(**{name: one.ravel() for name, one in waves.varying.items()})
    return {"people": people, "couples": couples, "survey_waves": frame}


def hours_of(
    question: Question, moved: np.ndarray, frail: np.ndarray, strength: float, rng: np.random.Generator
) -> np.ndarray:  # fmt: skip
    """Hours until an occasion ended, (C, 2, T), NaN on days without one.

    ``moved`` is the predictor's part of the day: its mean over the days that the question looks back on raises the
    hazard by the stated ratio per standard deviation within persons. ``frail`` makes occasions differ.
    """
    window = question.window or 1
    days = moved.shape[2]
    back = np.concatenate([np.full((*moved.shape[:2], window + question.lag), np.nan), moved], axis=2)
    mean = sum(back[..., window - step : window - step + days] for step in range(window)) / window
    full = np.isfinite(mean)
    filled = np.where(full, mean, 0.0)
    own = filled.sum(axis=2, keepdims=True) / np.maximum(full.sum(axis=2, keepdims=True), 1)
    pull = np.where(full, filled - own, 0.0)
    pull = pull / max(float(np.std(pull[full])), 1e-9) if full.any() else pull
    size = _sign(question) * strength * question.smallest_effect.value
    hours = HOURS * rng.exponential(size=moved.shape) / np.exp(size * pull - FRAIL * frail)
    return np.where(rng.random(moved.shape) < CONFLICTS, hours, np.nan)
