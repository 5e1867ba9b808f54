"""Named sets of questions, corrected for their number; members that could not be tested stay counted.

Holm (1979) keeps the chance of any false support at 5%; Benjamini and Hochberg (1995) keep the expected share of false
ones among the supported at 10%, for sets in which nothing rests on a single member.
"""

from __future__ import annotations

from collections.abc import Mapping

RATE = 0.10  # of false ones among the supported, where that is what is kept


def benjamini_hochberg(p_values: Mapping[str, float], set_size: int) -> dict[str, tuple[float, float]]:
    """Adjusted p by id, to be compared with `RATE`; intervals are not widened, so the multiplier is 1.

    ``set_size`` is as in `holm`: members without a p-value count as if theirs were the largest.
    """
    _require_room(p_values, set_size)
    adjusted: dict[str, tuple[float, float]] = {}
    smallest = 1.0
    ranked = sorted(p_values.items(), key=lambda item: (item[1], item[0]))
    for rank, (name, p) in reversed(list(enumerate(ranked, start=1))):
        smallest = min(smallest, p * set_size / rank)
        adjusted[name] = (smallest, 1.0)
    return adjusted


def holm(p_values: Mapping[str, float], set_size: int) -> dict[str, tuple[float, float]]:
    """Adjusted p and the multiplier of each member's own step, by id.

    ``set_size`` is the number of members fixed beforehand; it may exceed the number of p-values, never undercut it.
    """
    _require_room(p_values, set_size)
    adjusted: dict[str, tuple[float, float]] = {}
    running = 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: (item[1], item[0]))):
        multiplier = float(set_size - rank)
        running = min(1.0, max(running, multiplier * p))
        adjusted[name] = (running, multiplier)
    return adjusted


def _require_room(p_values: Mapping[str, float], set_size: int) -> None:
    if set_size < len(p_values):
        raise ValueError(f"a set of {set_size} can not hold {len(p_values)} p-values")
