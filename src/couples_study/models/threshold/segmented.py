"""One broken line through any two columns: Muggeo's fit of a slope that changes at an unknown place.

For the usual case of a continuous predictor and independent rows, with a Gaussian or a binomial outcome; a diary's
counts go through `threshold_evidence`. It also lets the engine be held against published fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from couples_study.core.errors import AnalysisError

if TYPE_CHECKING:
    from couples_study.models.threshold.rows import FloatArray

STEPS, CLOSE = 100, 1e-10
GRID, FEWEST_VALUES = 200, 5
FAMILIES = ("gaussian", "binomial")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLine:
    """``place`` of the break with its standard error; ``slope_below`` and ``slope_above`` with theirs."""

    place: float
    place_se: float
    slope_below: float
    slope_below_se: float
    slope_above: float
    slope_above_se: float


def broken_line(
    x: FloatArray, y: FloatArray, *, family: str = "gaussian", trials: FloatArray | None = None
) -> BrokenLine:
    """Fit y (or the logit of y / ``trials``) as a line in ``x`` whose slope changes at an unknown place.

    Parameters
    ----------
    x, y
        (n,) predictor; outcome, or number of successes in ``trials`` (n,) where the family is binomial.

    Raises
    ------
    AnalysisError
        If the family is unknown, ``x`` takes fewer than five values, or the place runs out of the data.

    Notes
    -----
    Muggeo (2003), Statistics in Medicine 22: the hinge is linearised at the current place, the gap's coefficient over
    the slope's moves the place, until the gap is closed. The sum of squares has several valleys, one between most
    neighbouring values of ``x``; the search begins in the deepest one of a grid. The place's standard error is by the
    delta method.
    """
    values = np.unique(x)
    if family not in FAMILIES or len(values) < FEWEST_VALUES:
        raise AnalysisError(
            "broken line", expected=f"a family of {', '.join(FAMILIES)} and {FEWEST_VALUES} values of x or more",
            found=f"{family}, {len(values)} values",
        )  # fmt: skip
    grid = np.linspace(values[1], values[-2], GRID)[1:-1]
    place = float(grid[int(np.argmin([_fitted(_hinged(x, tau), y, family, trials)[2] for tau in grid]))])
    for _ in range(STEPS):
        design = np.column_stack([_hinged(x, place), -(x > place).astype(float)])
        beta, cov, _ = _fitted(design, y, family, trials)
        move = float(beta[3] / beta[2])
        place = _inside(place, move, x)
        if abs(move) < CLOSE * np.ptp(x):
            break
    return _summary(place, beta, cov)


def _hinged(x: FloatArray, place: float) -> FloatArray:
    return np.column_stack([np.ones_like(x), x, np.maximum(x - place, 0.0)])


def _inside(place: float, move: float, x: FloatArray) -> float:
    """The next place; a step that would leave the data is halved until it does not."""
    inner = np.sort(np.unique(x))[[1, -2]]
    for _ in range(STEPS):
        if inner[0] <= place + move <= inner[1]:
            return place + move
        move /= 2.0
    raise AnalysisError("broken line", expected="a break inside the data", found="none", do="fit a straight line")


def _fitted(
    design: FloatArray, y: FloatArray, family: str, trials: FloatArray | None
) -> tuple[FloatArray, FloatArray, float]:
    """Coefficients, their covariance and the deviance, by statsmodels."""
    import statsmodels.api as sm

    if family == "gaussian":
        found = sm.OLS(y, design).fit()
        deviance = float(found.ssr)
    else:
        total = np.ones_like(y) if trials is None else trials
        found = sm.GLM(np.column_stack([y, total - y]), design, family=sm.families.Binomial()).fit(tol=1e-12)
        deviance = float(found.deviance)
    return np.asarray(found.params), np.asarray(found.cov_params()), deviance


def _summary(place: float, beta: FloatArray, cov: FloatArray) -> BrokenLine:
    """Slopes and places from the last fit, whose gap is closed: var(place) is that of gap / change of slope."""
    ratio = beta[3] / beta[2]
    place_variance = (cov[3, 3] + cov[2, 2] * ratio**2 - 2 * ratio * cov[2, 3]) / beta[2] ** 2
    return BrokenLine(
        place=place,
        place_se=float(np.sqrt(place_variance)),
        slope_below=float(beta[1]),
        slope_below_se=float(np.sqrt(cov[1, 1])),
        slope_above=float(beta[1] + beta[2]),
        slope_above_se=float(np.sqrt(cov[1, 1] + cov[2, 2] + 2 * cov[1, 2])),
    )
