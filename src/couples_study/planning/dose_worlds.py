"""Doses drawn by lot in the worlds that a claim can be put to, and what each step of them is worth."""

from __future__ import annotations

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.planning.claim_worlds import STATED, TRUE_WORLDS


def dose_columns(
    question: Question, columns: dict[str, np.ndarray], world: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The dose, alike for both partners of a day, and the outcome (C, 2, T) that it moves.

    Where the claim is true every step adds twice the smallest effect that matters; elsewhere the first step does, and
    no further one.
    """
    outcome = columns[question.outcome]
    drawn = np.repeat(rng.integers(0, len(question.steps), (outcome.shape[0], 1, outcome.shape[2])), 2, axis=1)
    sign = 1.0 if question.direction == "positive" else -1.0
    worth = sign * STATED * question.smallest_effect.value
    steps = drawn if world in TRUE_WORLDS else np.minimum(drawn, 1)
    dose = np.asarray(question.steps, dtype=np.float64)[drawn]
    return {str(question.exposure): dose, question.outcome: outcome + worth * steps}
