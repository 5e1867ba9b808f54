"""Profile-likelihood intervals of variance parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import minimize

from couples_study.core.errors import AnalysisError
from couples_study.models.dyadic.components import Read, components

if TYPE_CHECKING:
    from couples_study.models.dyadic.likelihood import Likelihood
    from couples_study.models.dyadic.residual import Floats

STEP = 1e-6
CLOSE = 1e-3  # of a standard normal: how near the interval's ends are found
MOST_STEPS = 40
FLAT = 1e-12
GUESS = 0.1  # of the residual SD: a first step where there is no standard error


def intervals(results: Any, level: float, names: tuple[str, ...] | None) -> pd.DataFrame:
    """Intervals of a fit's variance parameters (all, or those named), one row each."""
    model, shown = results.model, results.variance_parameters.set_index(["kind", "parameter"])
    information, point = results.information, np.r_[results.theta, np.log(results.scale)]
    inside = not results.convergence.boundary and information.free.all()
    spread = information.covariance if inside else np.eye(len(point)) / np.sqrt(results.nobs)
    profile = Profile(model.likelihood, point, spread)
    rows = []
    for part in components(model.design, model.likelihood.space):
        if names is not None and part.name not in names:
            continue
        estimate, error = shown.loc[(part.kind, part.name)].to_numpy(dtype=float)
        low, high = (0.0, np.inf) if part.name.startswith("sd(") else (-1.0, 1.0)
        step = error if np.isfinite(error) else GUESS * np.sqrt(results.scale)
        rows.append((part.kind, part.name, estimate, *profile.interval(part.read, low, high, step, level)))
    return pd.DataFrame(rows, columns=["kind", "parameter", "estimate", "conf_low", "conf_high"])


class Profile:
    """Minus twice the log-likelihood, minimised over all other parameters at given values of one.

    ``point`` (m,) is the optimum with the log scale last, ``spread`` (m, m) its approximate covariance, which makes the
    constrained searches well conditioned. The signed root of the likelihood ratio is what is followed (Bates & Watts,
    1988, chapter 6).
    """

    def __init__(self, likelihood: Likelihood, point: Floats, spread: Floats) -> None:
        self.likelihood, self.point = likelihood, point
        self.root = np.linalg.cholesky(spread + FLAT * np.eye(len(spread)) * np.trace(spread))
        self.best = likelihood.with_scale(point)[0]

    def interval(self, read: Read, low: float, high: float, std_error: float, level: float) -> tuple[float, float]:
        """Ends of the interval, cut off at ``low`` and ``high`` where the likelihood never falls far enough."""
        target = float(stats.norm.isf((1.0 - level) / 2.0))
        estimate = read(self.point)
        down = self._end(read, estimate, -std_error, max(low, -np.inf), target)
        up = self._end(read, estimate, std_error, min(high, np.inf), target)
        return down, up

    def _end(self, read: Read, estimate: float, step: float, limit: float, target: float) -> float:
        inside, outside = (estimate, 0.0), None
        z: Floats = np.zeros(len(self.point))
        value = estimate + target * step
        for _ in range(MOST_STEPS):
            if (value - limit) * np.sign(step) >= 0:
                value = limit - 0.01 * (limit - inside[0])
                if abs(value - limit) < 1e-3 * abs(step):
                    return limit
            z, height = self._at(read, value, z)
            if abs(height - target) < CLOSE:
                return value
            if height < target:
                inside = (value, height)
            else:
                outside = (value, height)
            value = _next(inside, outside, target, step)
        raise AnalysisError(
            "profile interval", expected="a likelihood that falls off", found="none within reach", do="use std_error"
        )

    def _at(self, read: Read, value: float, start: Floats) -> tuple[Floats, float]:
        """Constrained optimum in whitened coordinates, and the root of the likelihood ratio there."""

        def objective(z: Floats) -> tuple[float, Floats]:
            height, gradient = self.likelihood.with_scale(self.point + self.root @ z)
            return height - self.best, self.root.T @ gradient

        def constraint(z: Floats) -> float:
            return read(self.point + self.root @ z) - value

        def slope(z: Floats) -> Floats:
            steps = STEP * np.eye(len(z))
            return np.array([(constraint(z + step) - constraint(z - step)) / (2 * STEP) for step in steps])

        found = minimize(
            objective, start, jac=True, method="SLSQP", options={"ftol": 1e-8, "maxiter": 200},
            constraints={"type": "eq", "fun": constraint, "jac": slope},
        )  # fmt: skip
        return found.x, float(np.sqrt(max(found.fun, 0.0)))


def _next(inside: tuple[float, float], outside: tuple[float, float] | None, target: float, step: float) -> float:
    if outside is None:
        grow = target / inside[1] if inside[1] > 0 else 2.0
        return inside[0] + step * float(np.clip(target * (grow - 1.0), 0.1, 2.0))
    share = (target - inside[1]) / (outside[1] - inside[1])
    return inside[0] + float(np.clip(share, 0.05, 0.95)) * (outside[0] - inside[0])
