"""Two columns of one row in the worlds that a claim can be put to."""

from __future__ import annotations

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.planning.claim_worlds import STATED, TRUE_WORLDS
from couples_study.planning.list_worlds import ticked

USUAL = 0.3  # of people, who say yes to what is compared with
OWN = 0.7  # standard deviation of a difference of two answers to the same question


def paired_columns(
    question: Question, columns: dict[str, np.ndarray], world: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The outcome beside what it is compared with: twice the smallest difference that matters apart, or alike."""
    sign = 1.0 if question.direction == "positive" else -1.0
    worth = sign * STATED * question.smallest_effect.value if world in TRUE_WORLDS else 0.0
    first, second = columns[question.outcome], columns[str(question.predictor)]
    if question.distribution == "binomial":
        return {
            question.outcome: ticked(first, USUAL * float(np.exp(worth))),
            str(question.predictor): ticked(second, USUAL),
        }
    own = OWN * rng.standard_normal(first.shape)
    return {question.outcome: second + own + worth}
