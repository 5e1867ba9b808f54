"""A rank against the place that was stated."""

from __future__ import annotations

from couples_study.contracts.evidence import Sensitivity
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED


def judged_rank(question: Question, low: float, high: float) -> str:
    """The verdict of rule R12 on a rank whose 95% interval goes from ``low`` to ``high``."""
    place = float(question.stated or 1.0)
    if low > question.tolerance.get("refuted", place):
        return CONTRADICTED
    return SUPPORTED if high <= place else INCONCLUSIVE


def judged_rank_row(row: Sensitivity, question: Question) -> str:
    """The same rule on ranks counted in another way."""
    return judged_rank(question, row.conf_low, row.conf_high)
