"""Worlds with a known curve for the other readings of six touches: between couples, in half a year, assigned by lot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from couples_study.planning.touch_worlds import (
    ANSWERED,
    COUPLE_SD,
    CURVES,
    GAMMA,
    LOG_COUPLE,
    LOG_DAY,
    LOG_MEAN,
    LOG_PERSON,
    PERSON_SD,
    answered_on,
    day_to_day,
)

MEAN, MEAN_ERROR, LEVEL_ERROR = (
    5.2,
    0.55,
    0.17,
)  # error of a couple's average count, and of its average closeness, 28 days
STRENGTH = 3.0  # a curve between couples is set against differences between couples, which are larger than days'
WEEKS, WEEKLY_ERROR, TREND_SD = 26, 0.45, 0.50  # SD of the outcome, and SD per half year between couples
DOSES, WEEK = (2, 4, 6, 8, 10), 7
ONE_MORE = 0.3  # of the days on which a couple follows its number: told to reach it, it goes one beyond
LOSS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType({
    "null": lambda x: 0.0 * x,
    "all_lose": lambda x: 0.0 * x - 0.5,
    "linear": lambda x: np.minimum(0.1 * (x - 7.0), 0.0),
    "log": lambda x: 0.35 * np.log1p(x) - 0.75,
    "needed_3": lambda x: -0.6 * (x < 3),
    "needed_6": lambda x: -0.6 * (x < 6),
    "needed_6_more": lambda x: -1.2 * (x < 6),
})  # fmt: skip


def couples_of_touch(
    truth: str, *, couples: int, seed: int | np.random.SeedSequence, happy: float = 0.0, strength: float = STRENGTH
) -> pd.DataFrame:
    """Person averages (couple_id, person_id, exposure, outcome) under one of `CURVES` in the couple's true average.

    ``happy`` is what an SD of the couple's own closeness adds to its log touches.
    """
    rng = np.random.default_rng(seed)
    lean = rng.normal(size=(couples, 1))
    level = LOG_MEAN + LOG_COUPLE**2 / 4 + LOG_COUPLE * rng.normal(size=(couples, 1)) + happy * lean
    average = np.exp(level)
    counted = np.maximum(average + MEAN_ERROR * np.sqrt(2) * rng.normal(size=(couples, 2)), 0.0)
    person = COUPLE_SD * lean + PERSON_SD * rng.normal(size=(couples, 2))
    outcome = MEAN + strength * CURVES[truth](average) + person + LEVEL_ERROR * rng.normal(size=(couples, 2))
    couple, member = np.indices((couples, 2)).reshape(2, -1)
    return pd.DataFrame({
        "couple_id": couple, "person_id": 2 * couple + member, "exposure": counted.ravel(), "outcome": outcome.ravel(),
    })  # fmt: skip


def half_year_of_touch(
    truth: str, *, couples: int, seed: int | np.random.SeedSequence, leave: float = 0.0
) -> pd.DataFrame:
    """Weekly answers over half a year under one of `LOSS`: couple_id, person_id, time, outcome, exposure.

    With ``leave`` couples drop out, the sooner the lower their outcome (the hazard doubles with each SD).
    """
    rng = np.random.default_rng(seed)
    average = np.exp(LOG_MEAN + LOG_COUPLE**2 / 4 + LOG_COUPLE * rng.normal(size=(couples, 1)))
    counted = np.maximum(average + MEAN_ERROR * np.sqrt(2) * rng.normal(size=(couples, 2)), 0.0)
    trend = LOSS[truth](average) + TREND_SD * rng.normal(size=(couples, 1))
    start = np.sqrt(0.55) * rng.normal(size=(couples, 1)) + np.sqrt(0.45) * rng.normal(size=(couples, 2))
    share = np.arange(WEEKS) / WEEKS
    true = start[:, :, None] + trend[:, :, None] * share
    answers = true + WEEKLY_ERROR * rng.normal(size=true.shape)
    hazard = leave * 2.0 ** -true.mean(axis=1)
    there = np.cumsum(rng.random(hazard.shape) < np.minimum(hazard, 1.0), axis=1) == 0
    kept = there[:, None, :] & (rng.random(true.shape) < ANSWERED)
    couple, member, week = np.indices(true.shape).reshape(3, -1)
    frame = pd.DataFrame({
        "couple_id": couple, "person_id": 2 * couple + member, "time": 7.0 * week, "outcome": answers.ravel(),
        "exposure": np.repeat(counted.ravel(), WEEKS),
    })  # fmt: skip
    return frame[kept.ravel()].reset_index(drop=True)


def assigned_touch(
    truth: str, *, couples: int, seed: int | np.random.SeedSequence, adherence: float = 0.7, scale: str = "1-7"
) -> pd.DataFrame:
    """Five weeks with an assigned number each, in an order drawn by lot: the frame that the dose reading takes.

    On a day a couple follows its number with chance ``adherence``, at times with one touch more, and otherwise
    touches as usual. ``partner_exposure`` is what was counted.
    """
    rng = np.random.default_rng(seed)
    days = WEEK * len(DOSES)
    dose = np.repeat(rng.permuted(np.tile(DOSES, (couples, 1)), axis=1), WEEK, axis=1)[:, None, :]
    level = (
        LOG_MEAN
        + LOG_COUPLE * rng.normal(size=(couples, 1, 1))
        + LOG_PERSON * rng.normal(size=(couples, 2, 1))
        + LOG_DAY * rng.normal(size=(couples, 1, days))
    )
    usual = np.exp(level) * rng.gamma(GAMMA, 1 / GAMMA, level.shape)
    follows = rng.random((couples, 1, days)) < adherence
    told = dose + (rng.random(usual.shape) < ONE_MORE)
    touches = np.minimum(np.where(follows, told, rng.poisson(usual)), 25)
    person = COUPLE_SD * rng.normal(size=(couples, 1, 1)) + PERSON_SD * rng.normal(size=(couples, 2, 1))
    curve = CURVES[truth](touches)
    latent = MEAN + person + curve - curve.mean() + day_to_day(rng, touches.shape)
    couple, member, day = np.indices(touches.shape).reshape(3, -1)
    frame = pd.DataFrame({
        "couple_id": couple, "person_id": 2 * couple + member, "day": day,
        "exposure": np.broadcast_to(dose, touches.shape).ravel().astype(float),
        "partner_exposure": touches.ravel().astype(float), "outcome": answered_on(scale, latent).ravel(),
    })  # fmt: skip
    return frame[rng.random(len(frame)) < ANSWERED].reset_index(drop=True)
