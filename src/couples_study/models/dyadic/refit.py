"""The same design with new outcomes, as power analysis and the bootstrap need by the thousand."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.dyadic.assemble import outcome_in_units
from couples_study.models.dyadic.bfgs import TOLERANCE
from couples_study.models.dyadic.fit import Optimum, Start, optimise
from couples_study.models.dyadic.plans import ABSENT

if TYPE_CHECKING:
    from couples_study.models.dyadic.design import Design
    from couples_study.models.dyadic.likelihood import Likelihood
    from couples_study.models.dyadic.residual import Floats, Ints
    from couples_study.models.dyadic.results import DyadicResults


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

    def __init__(self, design: Design, likelihood: Likelihood, start: Start) -> None:
        self._design, self._start = design, start
        self._likelihood = copy.deepcopy(likelihood)
        self._turn = np.linalg.inv(design.R)

    def fit(self, y: Floats) -> Refitted:
        """Refit to an outcome (n,) in the caller's row order."""
        y = np.asarray(y, dtype=float)[self._design.order]
        working = outcome_in_units(self._design, y)
        for kind, stratum in zip(self._design.kinds, self._likelihood.strata, strict=True):
            stratum.set_outcome(working[kind.rows])
        optimum = optimise(self._likelihood, self._start)
        return _refitted(optimum, self._turn @ (self._design.Q.T @ y), self._turn * np.sqrt(len(y)))


class Resampler:
    """Fits the same model to couples drawn from those of a fit, without laying out or checking their rows again.

    Each fit starts at the original optimum with its curvature and ends where a further step promises less than
    ``tolerance`` in -2 log-likelihood.
    """

    def __init__(self, results: DyadicResults, tolerance: float = TOLERANCE) -> None:
        self._design, self._likelihood = results.model.design, results.model.likelihood
        self._start, self._tolerance = results.start, tolerance
        y = results.model.columns.y[self._design.order]
        turn = np.linalg.inv(self._design.R)
        self._turn, self._offset = turn * np.sqrt(len(y)), turn @ (self._design.Q.T @ y)

    def fit(self, groups: Ints) -> Refitted:
        """Refit to the groups at these positions in ``labels`` (m,), each as often as it is named."""
        strata = []
        for kind, stratum in zip(self._design.kinds, self._likelihood.strata, strict=True):
            place = np.full(len(self._design.labels), ABSENT)
            place[kind.couples] = np.arange(len(kind.couples))
            there = place[groups]
            if not np.any(there != ABSENT):
                raise np.linalg.LinAlgError(f"no {kind.name} couple was drawn")
            strata.append(stratum.drawn(there[there != ABSENT]))
        n = int(sum(stratum.n_rows.sum() for stratum in strata))
        likelihood = replace(self._likelihood, strata=strata, n_obs=n)
        optimum = optimise(likelihood, self._start, tolerance=self._tolerance)
        return _refitted(optimum, self._offset, self._turn)


def _refitted(optimum: Optimum, offset: Floats, turn: Floats) -> Refitted:
    """``offset`` is what was taken off the outcome, ``turn`` takes coefficients back to the caller's columns."""
    solution = optimum.solution
    if not np.isfinite(solution.scale):
        raise np.linalg.LinAlgError("no covariance near the start is positive definite")
    return Refitted(
        params=offset + turn @ solution.beta,
        covariance=solution.scale * turn @ solution.root @ solution.root.T @ turn.T,
        llf=-0.5 * optimum.value,
        theta=optimum.theta,
        scale=solution.scale,
        converged=optimum.convergence.converged,
    )
