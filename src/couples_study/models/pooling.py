"""Many effects of one kind, drawn towards their mean by as much as chance alone would scatter them (empirical Bayes).

The estimates are normal around true effects with a known covariance, the true effects normal around a common mean with
a standard deviation tau: the random-effects model of a meta-analysis whose studies are correlated. tau is REML's; its
interval inverts the homogeneity statistic (Viechtbauer, 2007; Jackson, 2013), with the error of a covariance estimated
from so many couples taken into account as in Hotelling's T.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import optimize, stats


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """The mean of the true effects, their spread tau with its intervals, and each effect drawn to the mean.

    ``p_value`` is that of no spread at all. ``effects`` and ``errors`` (J,) are the pooled effects and the square roots
    of their mean squared errors, that of the common mean included and that of tau not.
    """

    mean: float
    mean_error: float
    spread: float
    low95: float
    high95: float
    low90: float
    high90: float
    p_value: float
    effects: np.ndarray
    errors: np.ndarray


class Spectrum(NamedTuple):
    """A covariance (J, J) by its eigenvalues (J,) and eigenvectors: a spread adds to the former alone."""

    values: np.ndarray
    vectors: np.ndarray


def pooled(estimates: np.ndarray, covariance: np.ndarray, groups: int) -> Pooled:
    """Pool ``estimates`` (J,) with their covariance (J, J), which rests on ``groups`` couples."""
    cov = Spectrum(*np.linalg.eigh(covariance))
    spread = _reml(estimates, cov)
    mean, variance, weights = _mean(estimates, cov, spread)
    shrink = spread**2 * weights
    rest = 1.0 - shrink.sum(axis=1)  # what of the common mean's error is left in each effect
    error = np.diag(spread**2 * (np.eye(len(estimates)) - shrink)) + rest**2 * variance
    ends = {level: _profile(estimates, cov, groups, level) for level in (0.95, 0.90)}
    return Pooled(
        mean=mean,
        mean_error=float(np.sqrt(variance)),
        spread=spread,
        low95=ends[0.95][0],
        high95=ends[0.95][1],
        low90=ends[0.90][0],
        high90=ends[0.90][1],
        p_value=float(stats.f.sf(_homogeneity(estimates, cov, groups, 0.0), *_df(len(estimates), groups))),
        effects=mean + shrink @ (estimates - mean),
        errors=np.sqrt(np.maximum(error, 0.0)),
    )


def _mean(estimates: np.ndarray, cov: Spectrum, spread: float) -> tuple[float, float, np.ndarray]:
    """The weighted mean under a given spread, its variance, and the weights (inverse of the total covariance)."""
    weights = (cov.vectors / (cov.values + spread**2)) @ cov.vectors.T
    variance = 1.0 / float(weights.sum())
    return float(weights.sum(axis=0) @ estimates) * variance, variance, weights


def _reml(estimates: np.ndarray, cov: Spectrum) -> float:
    """The spread of the highest restricted likelihood; 0 where nothing beyond chance is seen."""

    def minus(spread: float) -> float:
        mean, variance, weights = _mean(estimates, cov, spread)
        rest = estimates - mean
        return float(np.log(cov.values + spread**2).sum() - np.log(variance) + rest @ weights @ rest)

    most = _most(estimates, cov)
    grid = np.linspace(0.0, most, 41)
    best = int(np.argmin([minus(value) for value in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, 40)]
    found = optimize.minimize_scalar(minus, bounds=(low, high), method="bounded", options={"xatol": 1e-9 * most})
    return 0.0 if minus(0.0) <= float(found.fun) else float(found.x)


def _most(estimates: np.ndarray, cov: Spectrum) -> float:
    return 10.0 * float(np.ptp(estimates) + np.sqrt((cov.vectors**2 @ cov.values).max()))


def _df(count: int, groups: int) -> tuple[int, int]:
    return count - 1, max(groups - count + 1, 1)


def _homogeneity(estimates: np.ndarray, cov: Spectrum, groups: int, spread: float) -> float:
    """The homogeneity statistic under a given spread, as an F (Hotelling's T squared for equal means)."""
    mean, _, weights = _mean(estimates, cov, spread)
    rest = estimates - mean
    first, second = _df(len(estimates), groups)
    return float(rest @ weights @ rest) * second / (first * (groups - 1))


def _profile(estimates: np.ndarray, cov: Spectrum, groups: int, level: float) -> tuple[float, float]:
    """The spreads that the homogeneity statistic does not reject, from both sides."""
    ends = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        limit = float(stats.f.isf(tail, *_df(len(estimates), groups)))

        def beyond(spread: float, limit: float = limit) -> float:
            return _homogeneity(estimates, cov, groups, spread) - limit

        most = _most(estimates, cov)
        while beyond(most) > 0:
            most *= 2
        ends.append(0.0 if beyond(0.0) <= 0 else float(optimize.brentq(beyond, 0.0, most)))
    return ends[0], ends[1]
