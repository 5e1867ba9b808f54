"""Rival curves over a raw daily count; demeaning within a person comes after the curve, never before it.

A hinge at six is a hinge at six touches for everybody. Person-mean-centring the count first and bending it afterwards
would put the hinge at another count for every person, so the basis columns are built on the raw count and then
centred. Each rival is a few columns over the ``levels`` that a count can take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from couples_study.models.threshold.rows import FloatArray, IntArray

SCALES = (0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 14.0)  # touches after which 63% of a saturating gain is there
KNOT_QUANTILES = (0.03, 0.25, 0.50, 0.75, 0.97)
LEAST_SHARE = 0.02  # of all days on either side of a break that may be considered

SHAPES = {
    "F0": "no effect",
    "F1": "a straight line",
    "F2": "a logarithm",
    "F2s": "saturation at a free rate",
    "F2g": "a smooth S-curve",
    "F3": "a gain up to the stated value, then flat",
    "F4": "a gain up to a free value, then flat",
    "F5": "a jump at the stated value",
    "F6": "a jump at a free value",
    "F7": "two slopes that meet at the stated value",
    "F8": "flat up to the stated value, then a gain",
    "F9": "a parabola",
    "F9h": "a smooth hump",
    "F10": "a smooth curve of any form",
}
AT_STATED = ("F3", "F5", "F7")  # the curves that put their break where the claim does
TURNS = (3.0, 4.0, 5.0, 6.0, 8.0, 10.0)  # touches at which x exp(-x / k) turns
TOPS, SPREADS = (6.0, 7.0, 8.0, 9.0, 10.0), (3.0, 4.5)  # of a bell over the count
MIDDLES = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)  # of an S-curve
WIDTHS = (1.25, 1.75, 2.5)  # of an S-curve; a narrower one could not be told from a jump in whole counts


def hinge(levels: FloatArray, tau: float) -> FloatArray:
    """(x - tau) above ``tau``, zero below it."""
    return np.maximum(levels - tau, 0.0)


def capped(levels: FloatArray, tau: float) -> FloatArray:
    """x up to ``tau``, constant from there on."""
    return np.minimum(levels, tau)


def step(levels: FloatArray, tau: float) -> FloatArray:
    """One from ``tau`` on, zero below it; with whole counts any tau in (5, 6] is the same step."""
    return (levels >= tau).astype(float)


def saturating(levels: FloatArray, scale: float) -> FloatArray:
    """1 - exp(-x / scale): each touch closes the same share of what is still to gain."""
    return -np.expm1(-levels / scale)


def s_curve(levels: FloatArray, middle: float, width: float) -> FloatArray:
    """Logistic growth: slow, fast around ``middle``, slow again."""
    return np.asarray(1.0 / (1.0 + np.exp((middle - levels) / width)))


def bell(levels: FloatArray, top: float, spread: float) -> FloatArray:
    """Highest at ``top``, falling off on both sides."""
    return np.exp(-0.5 * ((levels - top) / spread) ** 2)


def natural_spline(levels: FloatArray, knots: FloatArray) -> FloatArray:
    """Restricted cubic spline columns (n_levels, n_knots - 1): cubic between the knots, straight outside them.

    Durrleman and Simon (1989), with truncated powers scaled by the squared span of the knots; the first column is x.
    """
    if len(knots) < 3:
        return levels[:, None].copy()
    last, before, span = knots[-1], knots[-2], (knots[-1] - knots[0]) ** 2

    def cube(at: float) -> FloatArray:
        return np.maximum(levels - at, 0.0) ** 3

    bends = [
        (cube(at) - cube(before) * (last - at) / (last - before) + cube(last) * (before - at) / (last - before)) / span
        for at in knots[:-2]
    ]
    return np.column_stack([levels, *bends])


def within_person(columns: FloatArray, person: IntArray) -> FloatArray:
    """``columns`` (n, p) minus their mean within each person; ``person`` (n,) holds codes from 0."""
    days = np.bincount(person)
    sums = np.empty((len(days), columns.shape[1]))
    for j, column in enumerate(columns.T):
        sums[:, j] = np.bincount(person, weights=column)
    return columns - (sums / np.maximum(days, 1)[:, None])[person]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A rival: ``fixed`` columns (n_levels, p) and at most one more, the best of ``family`` (n_levels, m)."""

    code: str
    fixed: FloatArray
    family: FloatArray

    @property
    def label(self) -> str:
        return SHAPES[self.code]


def number_of(code: str) -> float:
    """A shape's code as a number, for facts that must be numbers: F3 is 3.0, F9h is 9.2."""
    return float(code.strip("Fghs")) + {"s": 0.2, "g": 0.4, "h": 0.2}.get(code[-1], 0.0)


def code_of(number: float) -> str:
    """The code that `number_of` turned into ``number``."""
    return next(code for code in SHAPES if number_of(code) == number)


def cubic(levels: FloatArray) -> Shape:
    """A third-degree polynomial: bends smoothly all the way and can rise, level off and fall, but has no break."""
    none = np.empty((len(levels), 0))
    return Shape(code="F9", fixed=np.column_stack([levels, levels**2, levels**3]), family=none)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaks:
    """Where a break is looked for: ``hinges`` in half touches, ``steps`` at the values that a count takes."""

    hinges: tuple[float, ...]
    steps: tuple[float, ...]


def breaks_to_try(levels: FloatArray, days: IntArray, stated: float) -> Breaks:
    """Candidates from one to twice the stated value that leave at least `LEAST_SHARE` of the days on either side."""
    share = days / max(int(days.sum()), 1)

    def two_sided(tau: float, *, closed: bool) -> bool:
        above = share[levels >= tau].sum() if closed else share[levels > tau].sum()
        return bool(min(above, share[levels < tau].sum()) >= LEAST_SHARE)

    hinges = np.arange(1.0, 2.0 * stated + 0.25, 0.5)
    steps = levels[(levels >= 1.0) & (levels <= 2.0 * stated)]
    return Breaks(
        hinges=tuple(float(tau) for tau in hinges if two_sided(tau, closed=False)),
        steps=tuple(float(tau) for tau in steps if two_sided(tau, closed=True)),
    )


def knots_of(levels: FloatArray, days: IntArray) -> FloatArray:
    """Distinct quantiles of the pooled counts; the spline's knots stay the same in every resample."""
    reached = np.cumsum(days) / max(int(days.sum()), 1)
    return np.unique([levels[np.searchsorted(reached, quantile)] for quantile in KNOT_QUANTILES])


def rivals(levels: FloatArray, days: IntArray, stated: float, breaks: Breaks) -> dict[str, Shape]:
    """Every curve that is compared, by code; see `SHAPES`.

    Parameters
    ----------
    levels
        (n_levels,) values that the count can take, increasing.
    days
        (n_levels,) person-days at each level, for the knots of the smooth curve.
    stated
        The value named by the claim, in touches.
    breaks
        Where the curves with a free break may put it.

    Notes
    -----
    F9h joins to a straight line the one of several bends and bells that fits best, and F2g is an S-curve: a hump with a
    soft top and a smooth rise to a plateau are followed more closely by two slopes at six than by a parabola or by a
    curve of diminishing returns, so without them a smooth truth could pass for a six.
    """
    none = np.empty((len(levels), 0))
    bends = [levels**2, np.log1p(levels), np.sqrt(levels), *(levels * np.exp(-levels / turn) for turn in TURNS)]
    bells = [bell(levels, top, spread) for top in TOPS for spread in SPREADS]
    s_curves = [s_curve(levels, middle, width) for middle in MIDDLES for width in WIDTHS]

    def one(code: str, *columns: FloatArray) -> Shape:
        return Shape(code=code, fixed=np.column_stack(columns), family=none)

    def best(code: str, members: list[FloatArray], fixed: FloatArray = none) -> Shape:
        return Shape(code=code, fixed=fixed, family=np.column_stack(members))

    shapes = (
        Shape(code="F0", fixed=none, family=none),
        one("F1", levels),
        one("F2", np.log1p(levels)),
        best("F2s", [saturating(levels, scale) for scale in SCALES]),
        best("F2g", s_curves),
        one("F3", capped(levels, stated)),
        best("F4", [capped(levels, tau) for tau in breaks.hinges]),
        one("F5", step(levels, stated)),
        best("F6", [step(levels, tau) for tau in breaks.steps]),
        one("F7", capped(levels, stated), hinge(levels, stated)),
        one("F8", hinge(levels, stated)),
        one("F9", levels, levels**2),
        best("F9h", bends + bells, levels[:, None]),
        one("F10", natural_spline(levels, knots_of(levels, days))),
    )
    return {shape.code: shape for shape in shapes}
