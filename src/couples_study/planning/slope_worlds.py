"""Slopes of couples in the worlds that a claim can be put to: alike in sign in all of them, or not."""

from __future__ import annotations

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.planning.claim_worlds import TRUE_WORLDS

IN_ALL, IN_MOST, ON_AVERAGE = (0.30, 0.05), (0.30, 0.25), (0.10, 0.15)  # mean and standard deviation of couples' slopes


def sloped(
    question: Question, parts: dict[str, np.ndarray], world: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The outcome's part of the day (C, 2, T) with what the predictor does to it in each couple.

    In ``claim_uneven`` most couples have the effect and one in nine has none or the opposite, and some vary more.
    """
    x, y = parts[str(question.predictor)], parts[question.outcome]
    mean, spread = IN_ALL if world in TRUE_WORLDS else IN_MOST if world == "claim_uneven" else ON_AVERAGE
    sign = 1.0 if question.direction == "positive" else -1.0
    slope = sign * (mean + spread * rng.standard_normal((x.shape[0], 1, 1)))
    uneven = np.exp(0.4 * rng.standard_normal((x.shape[0], 2, 1))) if world == "claim_uneven" else 1.0
    return {question.outcome: uneven * y + slope * x}
