"""From the lowest and highest answer to the scale that was probably offered."""

from __future__ import annotations

from collections.abc import Mapping

USUAL = ((0, 1), (0, 2), (1, 3), (0, 3), (1, 4), (0, 4), (1, 5), (0, 5), (1, 6), (-3, 3), (0, 6), (1, 7), (1, 8),
         (0, 8), (1, 9), (1, 10), (0, 10), (1, 11), (-5, 5), (0, 100))  # fmt: skip
Range = tuple[float, float]


def usual_scale(low: float, high: float) -> Range | None:
    """The narrowest usual scale that holds both bounds; None where none does (an amount, an age, a sum)."""
    fits = [scale for scale in USUAL if scale[0] <= low and high <= scale[1]]
    return min(fits, key=lambda scale: (scale[1] - scale[0], scale[0] != 1)) if fits and high > low else None


def labelled_scale(labels: Mapping[str, str], low: float, high: float) -> Range | None:
    """The scale that value labels of numbers span, where the answers lie within it."""
    codes = []
    for code in labels:
        try:
            codes.append(float(code))
        except ValueError:
            return None
    codes = [code for code in codes if min(low, 0) <= code <= max(10 * max(high, 1), 10)]
    if len(codes) < 2 or min(codes) > low or max(codes) < high:
        return None
    return min(codes), max(codes)
