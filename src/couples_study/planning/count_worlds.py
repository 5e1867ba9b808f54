"""Counts as they come about in the worlds that a claim can be put to: so many an hour, in the hours spent together."""

from __future__ import annotations

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.planning.claim_worlds import COUNT_WEIGHT as WEIGHT

RATE, HOURS, SPREAD = 1.0, 4.0, 0.4  # log of the usual count of a day, hours of a usual day, and how they vary
TOGETHER = 0.5  # how far hours follow what is said to move the count, where days together move everything
YEARS = 10.0


def count_columns(
    question: Question, columns: dict[str, np.ndarray], world: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The outcome as a count (or as 0 or 1), its hours, and what is doubled on a scale that has doublings.

    In ``claim_together`` the predictors move the hours and nothing moves the rate: per hour there is no effect.
    """
    latent = columns[question.outcome]
    found: dict[str, np.ndarray] = {}
    if question.smallest_effect.unit.endswith("per doubling"):
        found |= {name: YEARS * 2.0 ** columns[name] for name in question.predictors}
    log_hours = SPREAD * rng.standard_normal(latent.shape)
    if world == "claim_together":
        sign = 1.0 if question.direction == "positive" else -1.0
        latent = rng.standard_normal(latent.shape)
        log_hours = log_hours + TOGETHER * sign * sum(_days(columns[name], latent) for name in question.predictors)
    if question.distribution == "binomial":
        return found | {question.outcome: (rng.logistic(size=latent.shape) < WEIGHT * latent).astype(np.float64)}
    log_rate = RATE + WEIGHT * latent + (log_hours if question.offset else 0.0)
    found[question.outcome] = rng.poisson(np.exp(np.minimum(log_rate, 6.0))).astype(np.float64)
    return found | ({question.offset: HOURS * np.exp(log_hours)} if question.offset else {})


def _days(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """A column of people on each of their days."""
    return np.broadcast_to(values[:, :, None], like.shape) if values.ndim < like.ndim else values
