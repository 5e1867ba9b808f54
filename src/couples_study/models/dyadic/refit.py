"""The same design with new outcomes, as power analysis and the bootstrap need by the thousand."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.dyadic.assemble import outcome_in_units
from couples_study.models.dyadic.fit import PUSH, Optimum, null_directions, optimise

if TYPE_CHECKING:
    from couples_study.models.dyadic.design import Design
    from couples_study.models.dyadic.likelihood import Likelihood
    from couples_study.models.dyadic.residual import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Refitted:
    """One refit: fixed effects with their covariance, log-likelihood, packed covariance parameters, scale."""

    params: Floats
    covariance: Floats
    llf: float
    theta: Floats
    scale: float
    converged: bool

    @property
    def bse(self) -> Floats:
        return np.sqrt(np.diag(self.covariance))


class Refitter:
    """Fits new outcomes on a design whose cross-products are kept; only products with the outcome are made anew.

    Each fit starts at the original optimum with its curvature, so it takes a handful of steps.
    """

    def __init__(self, design: Design, likelihood: Likelihood, optimum: Optimum) -> None:
        self._design = design
        self._likelihood = copy.deepcopy(likelihood)
        self._start, self._inverse = _warm(likelihood, optimum)
        self._turn = np.linalg.inv(design.R)

    def fit(self, y: Floats) -> Refitted:
        """Refit to an outcome (n,) in the caller's row order."""
        y = np.asarray(y, dtype=float)[self._design.order]
        working = outcome_in_units(self._design, y)
        for kind, stratum in zip(self._design.kinds, self._likelihood.strata, strict=True):
            stratum.set_outcome(working[kind.rows])
        optimum = optimise(self._likelihood, self._start, self._inverse)
        solution = self._likelihood.solve(self._likelihood.states(optimum.theta))
        turn = self._turn * np.sqrt(len(y))
        return Refitted(
            params=self._turn @ (self._design.Q.T @ y) + turn @ solution.beta,
            covariance=solution.scale * turn @ solution.root @ solution.root.T @ turn.T,
            llf=-0.5 * optimum.value,
            theta=optimum.theta,
            scale=solution.scale,
            converged=optimum.convergence.converged,
        )


def _warm(likelihood: Likelihood, optimum: Optimum) -> tuple[Floats, Floats | None]:
    """The optimum as a start for like rows, moved off a boundary on which every gradient would be zero."""
    unpacked = likelihood.space.unpack(optimum.theta)
    if not any(null_directions(L).size for L, _, _ in unpacked):
        return optimum.theta, optimum.inverse
    factors: list[Floats] = [np.linalg.cholesky(L @ L.T + PUSH**2 * np.eye(len(L))) for L, _, _ in unpacked]
    return likelihood.space.pack(factors, [natural for _, natural, _ in unpacked]), None
