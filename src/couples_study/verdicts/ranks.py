"""A rank against the place that was stated, a spread against none, an area against the stated one."""

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


def judged_spread_row(row: Sensitivity, question: Question) -> str:
    """What another fit says of the spread of effects (rule R14): shown, shown to be too small, or open."""
    if row.conf_high < question.smallest_effect.value:
        return CONTRADICTED
    return SUPPORTED if row.conf_low > 0 else INCONCLUSIVE


def judged_area(question: Question, low: float, high: float) -> str:
    """The verdict of rule R13 on an area whose 95% interval goes from ``low`` to ``high``."""
    stated = float(question.stated or 0.5)
    if high < question.tolerance.get("refuted", stated):
        return CONTRADICTED
    return SUPPORTED if low > stated else INCONCLUSIVE


def judged_area_row(row: Sensitivity, question: Question) -> str:
    """The same rule on another list of signs."""
    return judged_area(question, row.conf_low, row.conf_high)
