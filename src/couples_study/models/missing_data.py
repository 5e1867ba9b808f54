"""What if the missing answers are not like the others? Delta-adjusted pattern mixture, tipping point, and weights.

A least-squares estimate whose missing outcomes are set to their prediction plus ``delta`` is the estimate without
them plus ``delta`` times the coefficient of missingness on the same right-hand side (the mean-score method: White,
Carpenter and Horton, 2018). So the whole line over delta, and the delta at which an answer tips, cost one more
regression and no imputation. Any model that gives an estimate as couples' influences can be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from couples_study.contracts.evidence import Sensitivity
from couples_study.models.clustered import t_beyond
from couples_study.models.weekly.adjusted import Combined

LARGEST_WEIGHT = 0.99  # quantile at which weights are cut
FARTHEST = 5.0  # standard deviations: a tipping point beyond it is as good as none
SHIFTS = (-0.25, -0.5)  # standard deviations of the outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternMixture:
    """An estimate as a line over delta: ``random`` at missing at random, ``slope`` per unit of delta."""

    random: Combined
    slope: Combined

    def at(self, delta: float) -> Combined:
        """The estimate where missing outcomes lie ``delta`` above what was expected of them."""
        return self.random.plus(self.slope, delta)

    def rows(self, unit: float, words: str) -> tuple[Sensitivity, ...]:
        """Sensitivity rows at the usual shifts, in units of ``unit`` (a standard deviation)."""
        return tuple(
            Sensitivity.of(self.at(shift * unit).term("delta", unit), f"{words} {shift:g} SD lower".replace("-", ""))
            for shift in SHIFTS
        )

    def tipping_point(self, unit: float, level: float = 0.95) -> float | None:
        """The delta (in ``unit``) nearest to zero at which the interval begins to hold zero; None if there is none.

        None also where it holds zero already at missing at random: then there is nothing to tip.
        """
        margin = self._margin(level)
        if margin(np.zeros(1))[0] <= 0 or not self.slope.influence.any():
            return None
        found = []
        for end in (-FARTHEST * unit, FARTHEST * unit):
            grid = np.linspace(0.0, end, 101)
            below = np.flatnonzero(margin(grid) <= 0)
            if len(below):
                first = below[0]
                root = optimize.brentq(lambda d: float(margin(np.array(d))), grid[first - 1], grid[first])
                found.append(float(root) / unit)
        return min(found, key=abs) if found else None

    def _margin(self, level: float) -> Callable[[np.ndarray], np.ndarray]:
        """By how much the interval at a delta clears zero on the side on which the estimate lies."""
        sign, (u, v) = np.sign(self.random.value), (self.random.influence, self.slope.influence)
        t = t_beyond((1 - level) / 2, max(self.at(0.0).clusters - 1, 1))

        def clears(delta: np.ndarray) -> np.ndarray:
            variance = u @ u + 2 * delta * (u @ v) + delta**2 * (v @ v)
            return np.asarray(sign * (self.random.value + delta * self.slope.value) - t * np.sqrt(variance))

        return clears


def pattern_mixture(random: Combined, missing: np.ndarray, regress: Callable[[np.ndarray], Combined]) -> PatternMixture:
    """The line over delta. ``missing`` marks outcomes to shift; ``regress`` puts an outcome through the same model."""
    return PatternMixture(random=random, slope=regress(missing.astype(np.float64)))


def inverse_probability(observed: np.ndarray, predictors: np.ndarray) -> np.ndarray:
    """Weights (n,) of the observed: one over the chance of an answer by logistic regression, cut at their 99% quantile.

    ``predictors`` (n, k) holds an intercept and what was known before. Their estimation is not counted in standard
    errors, which makes these slightly too wide (Robins, Rotnitzky and Zhao, 1994).
    """
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    if observed.all():
        return np.ones(len(observed))
    fit = GLM(observed.astype(np.float64), predictors, family=Binomial()).fit()
    weights = 1.0 / np.clip(np.asarray(fit.fittedvalues), 1e-3, None)
    return np.minimum(weights, np.quantile(weights[observed], LARGEST_WEIGHT))
