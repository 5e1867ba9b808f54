"""The decision rules R1 and R5 for one estimate, as pure functions of its intervals.

R1 (a direction is claimed): contradicted when the 90% interval lies below the smallest effect that matters, which is a
one-sided 5% test; else supported when the (multiplicity-adjusted) test shows the direction; else inconclusive. The
test for "too small" comes first, so a precise trivial effect is never called support. R5 (no difference is claimed):
supported when the 90% interval lies inside plus/minus the smallest effect, contradicted when the effect is shown and
estimated to be larger than that (two one-sided tests; Schuirmann, 1987; Lakens, 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

from couples_study.contracts.evidence import Sensitivity, Term
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.interval import bounds

ALPHA = 0.05
ONE_SIDED = 0.90
UNINFORMATIVE = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a rule says of one estimate."""

    verdict: str
    reason: str
    direction: str
    magnitude: str


def rule_one(term: Term | Sensitivity, *, claimed: str, smallest: float, p_adjusted: float | None = None) -> Ruling:
    """R1 for one estimate. ``claimed`` is positive or negative; ``smallest`` is above zero, in the estimate's unit."""
    sign = 1.0 if claimed == "positive" else -1.0
    low95, high95 = _oriented(bounds(term, 1 - ALPHA), sign)
    low90, high90 = _oriented(bounds(term, ONE_SIDED), sign)
    magnitude = "at_least_smallest" if low95 >= smallest else "below_smallest" if high90 < smallest else "undetermined"
    shown = low95 > 0 if p_adjusted is None else (p_adjusted < ALPHA and sign * term.estimate > 0)
    if high90 < smallest:
        verdict, reason = CONTRADICTED, "opposite" if high95 < 0 else "below_smallest"
    elif shown:
        verdict, reason = SUPPORTED, "direction_shown"
    else:
        wide = (high90 - low90) / 2 > UNINFORMATIVE * smallest
        reason = "uninformative" if wide else "multiplicity" if low95 > 0 else "imprecise"
        verdict = INCONCLUSIVE
    return Ruling(verdict=verdict, reason=reason, direction=direction_of(term), magnitude=magnitude)


def rule_five(term: Term | Sensitivity, *, smallest: float) -> Ruling:
    """R5 for one estimate; ``smallest`` bounds what counts as no difference, on both sides of zero."""
    low95, high95 = bounds(term, 1 - ALPHA)
    low90, high90 = bounds(term, ONE_SIDED)
    inside = low90 > -smallest and high90 < smallest
    outside = (low95 > 0 or high95 < 0) and abs(term.estimate) > smallest
    if inside:
        verdict, reason, magnitude = SUPPORTED, "equivalent", "below_smallest"
    elif outside:
        verdict, reason = CONTRADICTED, "different"
        magnitude = "at_least_smallest" if low95 >= smallest or high95 <= -smallest else "undetermined"
    else:
        wide = (high90 - low90) / 2 > UNINFORMATIVE * smallest
        verdict, reason, magnitude = INCONCLUSIVE, "uninformative" if wide else "imprecise", "undetermined"
    return Ruling(verdict=verdict, reason=reason, direction=direction_of(term), magnitude=magnitude)


def direction_of(term: Term | Sensitivity) -> str:
    """The sign that the 95% interval shows."""
    low, high = bounds(term, 1 - ALPHA)
    return "positive" if low > 0 else "negative" if high < 0 else "undetermined"


def _oriented(interval: tuple[float, float], sign: float) -> tuple[float, float]:
    low, high = sign * interval[0], sign * interval[1]
    return min(low, high), max(low, high)
