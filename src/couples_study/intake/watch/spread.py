"""Whether a column's range changed between two deliveries, told without its lowest and highest answers."""

from __future__ import annotations

from collections.abc import Iterator

from couples_study.contracts.seen import ColumnProfile
from couples_study.contracts.watch import DriftKind
from couples_study.core.columns import Column

FEWEST_ANSWERS = 50
WIDER, NARROWER, SHIFTED = 1.4, 0.7, 0.1
UNBOUNDED_WIDER = 5.0


def range_drift(
    one: ColumnProfile, other: ColumnProfile, column: Column | None
) -> Iterator[tuple[DriftKind, str, str]]:
    """A scale with other ends: as the files' labels declare, or as answers on a bounded scale show.

    Counts and unbounded numbers reach further by chance, so only a many times wider span is told of them.
    """
    declared = _code_range(one), _code_range(other)
    if None not in declared and declared[0] != declared[1]:
        yield "range_changed", "labels for the same codes as before", f"labels from {_ends(declared[1])} instead"
        return
    if column is None or not column.is_numeric or column.kind == "flag":
        return
    ends = (one.low, one.high, other.low, other.high)
    if min(one.answered, other.answered) < FEWEST_ANSWERS or any(end is None for end in ends):
        return
    told = _compared(*(float(end) for end in ends if end is not None), scale=_is_scale(column))
    if told:
        yield "range_changed", _expected(column), told


def _is_scale(column: Column) -> bool:
    return column.kind == "number" and column.low is not None and column.high is not None


def _compared(low: float, high: float, new_low: float, new_high: float, *, scale: bool) -> str:
    span, new_span = high - low, new_high - new_low
    if span <= 0 or new_span <= 0:
        return "one single value in one of the two files" if scale and span != new_span else ""
    if new_span >= (WIDER if scale else UNBOUNDED_WIDER) * span:
        return "values that reach much further than before"
    if not scale:
        return ""
    if new_span <= NARROWER * span:
        return "values that fill much less of it than before"
    down, up = new_low - low, new_high - high
    if down * up > 0 and min(abs(down), abs(up)) >= SHIFTED * span:
        return f"values shifted {'up' if down > 0 else 'down'} at both ends"
    return ""


def _expected(column: Column) -> str:
    if column.low is None or column.high is None:
        return "about the span of the file before"
    return f"answers over the whole range of {column.low:g} to {column.high:g}, as before"


def _code_range(profile: ColumnProfile) -> tuple[float, float] | None:
    codes = []
    for code in profile.labels:
        try:
            codes.append(float(code))
        except ValueError:
            return None
    return (min(codes), max(codes)) if codes else None


def _ends(codes: tuple[float, float] | None) -> str:
    return f"{codes[0]:g} to {codes[1]:g}" if codes else "none"
