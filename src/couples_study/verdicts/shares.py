"""A share against a word such as "most" (rule R2) or against a stated share (rule R3)."""

from __future__ import annotations

from collections.abc import Mapping

from couples_study.contracts.evidence import Sensitivity
from couples_study.contracts.hypothesis import ABOVE, BELOW, Question
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED


def judged_share(question: Question, intervals: Mapping[int, tuple[float, float]]) -> str:
    """The verdict of rule R2 or R3 on a share with its 90% and 95% intervals."""
    low, high = intervals[95]
    if question.rule == "R3":
        stated, band = float(question.stated or 0.0), question.smallest_effect.value
        if high < stated - band or low > stated + band:
            return CONTRADICTED
        within = intervals[90][0] >= stated - band and intervals[90][1] <= stated + band
        return SUPPORTED if within else INCONCLUSIVE
    word = str(question.quantifier)
    refuted = question.tolerance.get("refuted", ABOVE[word] if word in ABOVE else BELOW[word])
    if word in ABOVE:
        return SUPPORTED if low > ABOVE[word] else CONTRADICTED if high < refuted else INCONCLUSIVE
    return SUPPORTED if high < BELOW[word] else CONTRADICTED if low > refuted else INCONCLUSIVE


def judged_share_row(row: Sensitivity, question: Question) -> str:
    """The same rule on a count made in another way; its 95% interval stands for the narrower one, too."""
    interval = (row.conf_low, row.conf_high)
    return judged_share(question, {95: interval, 90: interval})
