"""How a number looks to a reader: the one place that rounds.

Estimates are shown to the precision their interval allows (two significant digits of its width), so that
0.0504 with an interval of [0.012, 0.088] reads "0.050". A number that does not exist reads "not applicable".
"""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

from couples_study.core.errors import AnalysisError
from couples_study.privacy import SMALLEST_CELL, SUPPRESSED

NOT_APPLICABLE = "not applicable"
MINUS = "\N{MINUS SIGN}"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
MOST_DECIMALS = 6


def finite(value: float, where: str = "a number for the report") -> float:
    """``value`` as a float; raises `AnalysisError` on NaN or infinity, which no result may hold."""
    number = float(value)
    if not isfinite(number):
        raise AnalysisError(
            where,
            expected="a finite number, or None where there is none",
            found=str(number),
            do="let the analysis return NotTestable, or None for the part that does not apply",
        )
    return number


def decimals_for(width: float) -> int:
    """Decimals that show two significant digits of ``width``, the length of an interval or a value's own size."""
    size = abs(finite(width))
    if size == 0:
        return 2
    return min(MOST_DECIMALS, max(0, 1 - floor(log10(size))))


def fixed(value: float, decimals: int) -> str:
    """``value`` with a fixed number of decimals, a real minus sign and no negative zero."""
    number = finite(value)
    if number != 0 and abs(number) < 0.5 * 10**-MOST_DECIMALS:
        return f"{number:.1e}".replace("-", MINUS)
    text = f"{number:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def shared_decimals(intervals: Iterable[tuple[float, float]]) -> int | None:
    """Decimals that suit every interval of a column; None for an empty column."""
    return max((decimals_for(high - low) for low, high in intervals if high != low), default=None)


def estimate(
    value: float | None, low: float | None = None, high: float | None = None, decimals: int | None = None
) -> str:
    """An estimate, to the precision of its interval where one is given, else to three significant digits."""
    if value is None:
        return NOT_APPLICABLE
    if decimals is not None:
        return fixed(value, decimals)
    if low is None or high is None or high == low:
        return plain(value)
    return fixed(value, decimals_for(high - low))


def interval(low: float | None, high: float | None, decimals: int | None = None) -> str:
    """An interval as "[0.12, 0.31]"."""
    if low is None or high is None:
        return NOT_APPLICABLE
    if decimals is None:
        decimals = decimals_for(high - low if high != low else high)
    return f"[{fixed(low, decimals)}, {fixed(high, decimals)}]"


def with_interval(value: float, low: float, high: float, decimals: int | None = None) -> str:
    """Estimate and interval to the same precision, as "0.21 [0.12, 0.31]"."""
    return f"{estimate(value, low, high, decimals)} {interval(low, high, decimals)}"


def plain(value: float | None) -> str:
    """A number that stands alone: three significant digits, no trailing zeros (a smallest effect, a fact)."""
    if value is None:
        return NOT_APPLICABLE
    number = finite(value)
    if number == int(number) and abs(number) < 1e6:
        return str(int(number)).replace("-", MINUS)
    digits = max(0, 2 - floor(log10(abs(number))))
    text = fixed(number, min(MOST_DECIMALS, digits))
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def p_value(p: float | None) -> str:
    """A p value with three decimals and no leading zero: "< .001", ".034", "> .999"."""
    if p is None:
        return NOT_APPLICABLE
    number = finite(p)
    if number < 0.001:
        return "< .001"
    if number > 0.999:
        return "> .999"
    text = f"{number:.3f}"
    return text.removeprefix("0") if text.startswith("0") else text


def standard_error(value: float | None) -> str:
    """A standard error with three significant digits."""
    if value is None:
        return NOT_APPLICABLE
    return fixed(value, min(MOST_DECIMALS, decimals_for(value) + 1))


def statistic(value: float | None) -> str:
    """A test statistic with two decimals."""
    return NOT_APPLICABLE if value is None else fixed(value, 2)


def degrees(df: float | None) -> str:
    """Degrees of freedom: whole where they are whole, else one decimal."""
    if df is None:
        return NOT_APPLICABLE
    return fixed(df, 0 if float(df).is_integer() else 1)


def count(n: int | None) -> str:
    """A count; a narrow space parts the thousands from 10 000 on."""
    if n is None:
        return NOT_APPLICABLE
    return f"{n:,}".replace(",", THIN_SPACE) if abs(n) >= 10_000 else str(n)


def share(part: int, whole: int) -> str:
    """A share in whole per cent; "not applicable" of nothing."""
    return f"{100 * part / whole:.0f}%" if whole else NOT_APPLICABLE


def level(conf_level: float) -> str:
    """A confidence level as "95%" or "97.5%"; an adjusted level keeps two decimals."""
    return f"{round(100 * finite(conf_level), 2):g}%"


def cell(n: int) -> str:
    """A count that may point to people: under five it is suppressed."""
    return SUPPRESSED if n < SMALLEST_CELL else count(n)
