"""ML and REML criterion of all couples with its exact gradient; beta and the scale are profiled out.

The criterion is minus twice the log-likelihood, with the constants that lme4 and nlme use: under REML
(n-p) log(2 pi), and no log|X'X|. Patterson & Thompson (1971); Harville (1977) for the gradient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from couples_study.models.dyadic.parameters import ParameterSpace
    from couples_study.models.dyadic.residual import Floats
    from couples_study.models.dyadic.stratum import State, Stratum

HOPELESS = 1e300  # the criterion where V is not numerically positive definite


class Solution(NamedTuple):
    """beta (p,), X'V^-1 X relative to the scale (p, p), its inverse's root, the scale and the residual quadratic."""

    beta: Floats
    information: Floats
    root: Floats
    scale: float
    rss: float


NONE = Solution(np.zeros(0), np.zeros((0, 0)), np.zeros((0, 0)), np.nan, np.nan)


class Look(NamedTuple):
    """The criterion at one point with its gradient, and what they came from.

    ``slopes`` are the derivatives by each G, ``by_natural`` those by each set of natural residual parameters.
    """

    value: float
    gradient: Floats
    solution: Solution
    states: list[State]
    slopes: list[Floats]
    by_natural: list[Floats]


@dataclass(slots=True)
class Likelihood:
    """The criterion as a function of the packed covariance parameters.

    ``log_jacobian`` is added to log|X'V^-1 X| so that REML does not depend on how X was rotated for stability.
    """

    strata: list[Stratum]
    space: ParameterSpace
    n_obs: int
    n_fixed: int
    reml: bool
    log_jacobian: float = 0.0

    @property
    def n_free(self) -> int:
        """n - p under REML, n under ML: what the profiled scale is divided by."""
        return self.n_obs - self.n_fixed if self.reml else self.n_obs

    def states(self, theta: Floats) -> list[State]:
        return [
            stratum.evaluate(L, natural)
            for stratum, (L, natural, _) in zip(self.strata, self.space.unpack(theta), strict=True)
        ]

    def solve(self, states: list[State], scale: float | None = None) -> Solution:
        """GLS for beta; the scale is profiled unless it is given."""
        cross = np.sum([state.cross for state in states], axis=0)
        information, right = cross[:-1, :-1], cross[:-1, -1]
        root = np.linalg.inv(np.linalg.cholesky(information)).T
        beta = root @ (root.T @ right)
        rss = float(cross[-1, -1] - right @ beta)
        if rss <= 0:
            raise np.linalg.LinAlgError("no residual variation")
        return Solution(beta, information, root, rss / self.n_free if scale is None else scale, rss)

    def criterion(self, states: list[State], solution: Solution) -> float:
        value = self.n_free * np.log(2 * np.pi * solution.scale) + solution.rss / solution.scale
        value += sum(state.logdet for state in states)
        if self.reml:
            value += self.log_jacobian - 2.0 * float(np.log(np.diagonal(solution.root)).sum())
        return float(value)

    def turn(self, solution: Solution) -> Floats:
        """The matrix by which [X y] enters the gradient; see `Stratum.sensitivity`."""
        residual = np.r_[-solution.beta, 1.0][:, None] / np.sqrt(solution.scale)
        if not self.reml:
            return residual
        return np.hstack([np.vstack([solution.root, np.zeros((1, self.n_fixed))]), residual])

    def evaluate(self, theta: Floats, scale: float | None = None) -> Look:
        """Criterion, gradient and GLS solution; raises LinAlgError where V is not positive definite."""
        states = self.states(theta)
        solution = self.solve(states, scale)
        turn = self.turn(solution)
        pieces = [stratum.sensitivity(state, turn) for stratum, state in zip(self.strata, states, strict=True)]
        slopes, by_natural = [piece[0] for piece in pieces], [piece[1] for piece in pieces]
        gradient = self.space.gradient(theta, slopes, by_natural)
        return Look(self.criterion(states, solution), gradient, solution, states, slopes, by_natural)

    def look(self, theta: Floats) -> Look:
        """`evaluate` with the scale profiled; `HOPELESS` and no gradient where V is not positive definite."""
        return self._quietly(theta, None) or Look(HOPELESS, np.zeros(len(theta)), NONE, [], [], [])

    def value_and_gradient(self, theta: Floats) -> tuple[float, Floats]:
        """Criterion with the scale profiled, and gradient; (`HOPELESS`, 0) where V is not positive definite."""
        found = self.look(theta)
        return found.value, found.gradient

    def with_scale(self, full: Floats) -> tuple[float, Floats]:
        """The criterion with the scale as a last parameter (its log), not profiled, with gradient."""
        found = self._quietly(full[:-1], float(np.exp(full[-1])))
        if found is None:
            return HOPELESS, np.zeros(len(full))
        by_scale = self.n_free - found.solution.rss / found.solution.scale
        return found.value, np.r_[found.gradient, by_scale]

    def _quietly(self, theta: Floats, scale: float | None) -> Look | None:
        """`evaluate`, or None where numbers run out: a search may ask about points beyond any sense."""
        try:
            with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
                found = self.evaluate(theta, scale)
        except np.linalg.LinAlgError:
            return None
        return found if np.isfinite(found.value) and np.isfinite(found.gradient).all() else None
