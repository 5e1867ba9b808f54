"""Suppression of small cells: counts of answers or people below a fixed number are not shown anywhere.

A cell that is hidden alone is given back by the total of its row. So others are hidden with it, the smallest first,
until the hidden ones together leave open whether any of them is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

SMALLEST_CELL = 5
SUPPRESSED = f"fewer than {SMALLEST_CELL}"


def is_small(n: float) -> bool:
    """Whether a count of answers or people is too small to show; zero people is no one, and may be said."""
    return 0 < n < SMALLEST_CELL


def suppressed(counts: Sequence[int], small: Sequence[bool] | None = None) -> tuple[int | None, ...]:
    """The counts of one table with a known total, None where one is hidden.

    ``small`` adds cells that are to be hidden for another reason, such as too few couples behind them. With k cells
    hidden whose sum is S, whoever knows S knows that each is at most S - k + 1; it is made to be five or more. Where
    even all cells together are too few, all are hidden, and nothing else may tell their sum.
    """
    hidden = [is_small(n) or bool(n and small is not None and small[i]) for i, n in enumerate(counts)]
    if not any(hidden):
        return tuple(counts)
    rest = sorted((n, i) for i, n in enumerate(counts) if n and not hidden[i])
    while rest and not _enough([n for n, out in zip(counts, hidden, strict=True) if out]):
        hidden[rest.pop(0)[1]] = True
    return tuple(None if out else n for n, out in zip(counts, hidden, strict=True))


def _enough(out: Sequence[int]) -> bool:
    return len(out) > 1 and sum(out) - len(out) + 1 >= SMALLEST_CELL


def share_told(value: float, n: float) -> float:
    """A share of ``n``, moved to that of five where fewer than five say so, or all but fewer than five do."""
    few = SMALLEST_CELL / n if n else 0.0
    if n < 2 * SMALLEST_CELL:
        return value if value in (0.0, 1.0) else 0.5
    if is_small(round(value * n, 6)):
        return few
    return 1 - few if is_small(round((1 - value) * n, 6)) else value


def coarse_step(reach: float, n: int) -> float:
    """How finely a mean may be told beside hidden cells: moving five of ``n`` answers by ``reach`` does not show.

    The step is 1, 2 or 5 times a power of ten.
    """
    least = 2 * SMALLEST_CELL * reach / n
    ten: float = 10.0 ** floor(log10(least))
    return ten * next(step for step in (1, 2, 5, 10) if step * ten >= least * (1 - 1e-12))


def to_step(value: float, step: float) -> float:
    """``value`` at the nearest multiple of ``step``, written without the noise of binary fractions."""
    return round(round(value / step) * step, max(0, ceil(-log10(step)) + 1))
