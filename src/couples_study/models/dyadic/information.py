"""Information about the covariance parameters, and how the fixed effects' covariance moves with them.

Taken on the covariance parameters with the scale among them. Directions in which G has no variance and correlations at
their limit are taken out first: they have no sampling distribution to speak of, and spoil the degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.dyadic.curvature import bend
from couples_study.models.dyadic.fit import ZERO_EIGENVALUE
from couples_study.models.dyadic.parameters import CORRELATION_LIMIT, ParameterSpace, StratumForm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from couples_study.models.dyadic.likelihood import Likelihood
    from couples_study.models.dyadic.residual import Floats

STEP = 1e-4  # of the parameters, all of order one, for central differences of the exact gradient
EIGEN_TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """At the optimum, in the ``m`` parameters that are inside their space (the log of the scale is last).

    ``point`` (m,) are the parameters, ``free`` (m,) which of them take part, ``covariance`` (m, m) their asymptotic
    covariance (zero where not free), ``slopes`` (m, p, p) the derivatives of the fixed effects' covariance.
    ``proper`` is False where the observed information was not positive definite and was cut to its positive part.
    """

    likelihood: Likelihood
    point: Floats
    free: Floats
    covariance: Floats
    slopes: Floats
    proper: bool

    @property
    def moves_residual(self) -> NDArray[np.bool_]:
        """Which parameters the residuals' covariance depends on (m,)."""
        moves = np.ones(len(self.point), dtype=bool)
        for (i, _), start in zip(self.likelihood.space.entries, self.likelihood.space.starts[:-1], strict=True):
            moves[start : start + len(i)] = False
        return moves


def observe(likelihood: Likelihood, theta: Floats) -> Information:
    """Observed information, and how the fixed effects' covariance moves.

    What the random effects have to do with each other is known in closed form; a row of a residual parameter or of the
    scale is a central difference of the exact gradient.
    """
    inner = _inside(likelihood, theta)
    scale = likelihood.solve(likelihood.states(theta)).scale
    point = np.r_[_pack_inside(inner, likelihood, theta), np.log(scale)]
    free = _free(inner.space, point[:-1])
    p, m = likelihood.n_fixed, len(point)
    hessian, slopes = np.zeros((m, m)), np.zeros((m, p, p))
    exact = bend(inner, point[:-1], inner.evaluate(point[:-1], scale))
    hessian[np.ix_(exact.at, exact.at)], slopes[exact.at] = exact.hessian, exact.slopes
    for i in np.setdiff1d(np.flatnonzero(free), exact.at):
        step = np.zeros(m)
        step[i] = STEP
        up, down = (_gradient_and_covariance(inner, point + sign * step) for sign in (1.0, -1.0))
        hessian[i] = hessian[:, i] = (up[0] - down[0]) / (2 * STEP)
        slopes[i] = (up[1] - down[1]) / (2 * STEP)
    covariance, proper = _invert(hessian, free)
    return Information(likelihood=inner, point=point, free=free, covariance=covariance, slopes=slopes, proper=proper)


def _gradient_and_covariance(likelihood: Likelihood, full: Floats) -> tuple[Floats, Floats]:
    """Gradient by all parameters with the scale, and the covariance of the fixed effects."""
    _, gradient, solution, *_ = likelihood.evaluate(full[:-1], float(np.exp(full[-1])))
    by_scale = likelihood.n_free - solution.rss / solution.scale
    return np.r_[gradient, by_scale], solution.scale * solution.root @ solution.root.T


def _invert(hessian: Floats, free: Floats) -> tuple[Floats, bool]:
    """Twice the inverse of the Hessian of -2 log-likelihood over the free parameters."""
    at = np.flatnonzero(free)
    values, vectors = np.linalg.eigh(0.5 * (hessian + hessian.T)[np.ix_(at, at)])
    keep = values > EIGEN_TOLERANCE * values.max()
    covariance = np.zeros_like(hessian)
    covariance[np.ix_(at, at)] = 2.0 * (vectors[:, keep] / values[keep]) @ vectors[:, keep].T
    return covariance, bool(keep.all())


def _inside(likelihood: Likelihood, theta: Floats) -> Likelihood:
    """The same likelihood with each G confined to the matrices of the rank it was found to have."""
    forms, bases = [], []
    for form, (L, _, _) in zip(likelihood.space.forms, likelihood.space.unpack(theta), strict=True):
        kept, basis = _at_its_rank(form, L)
        forms.append(kept)
        bases.append(basis)
    return replace(likelihood, space=ParameterSpace(tuple(forms), bases))


def _at_its_rank(form: StratumForm, L: Floats) -> tuple[StratumForm, Floats]:
    """The form with each block's rank, and a basis (q, q) in which the empty directions of a block come last."""
    G, basis, ranks = L @ L.T, np.eye(len(L)), []
    for start, stop in form.blocks:
        values, vectors = np.linalg.eigh(G[start:stop, start:stop])
        ranks.append(int(np.sum(values > ZERO_EIGENVALUE)))
        if ranks[-1] < stop - start:
            basis[start:stop, start:stop] = vectors[:, ::-1]
    return replace(form, ranks=tuple(ranks)), basis


def _pack_inside(inner: Likelihood, likelihood: Likelihood, theta: Floats) -> Floats:
    factors, naturals = [], []
    for form, basis, (L, natural, _) in zip(
        inner.space.forms, inner.space.bases, likelihood.space.unpack(theta), strict=True
    ):
        turned, factor = basis.T @ L, np.zeros_like(L)
        for (start, stop), rank in zip(form.blocks, form.ranks or (), strict=True):
            block = turned[start:stop]
            head = np.linalg.cholesky(block[:rank] @ block[:rank].T)
            factor[start : start + rank, start : start + rank] = head
            tail = np.linalg.solve(head, block[:rank] @ block[rank:].T).T
            factor[start + rank : stop, start : start + rank] = tail
        factors.append(factor)
        naturals.append(natural)
    return inner.space.pack(factors, naturals)


def _free(space: ParameterSpace, theta: Floats) -> Floats:
    """False where a residual correlation sits at its limit."""
    free = np.ones(len(theta) + 1, dtype=bool)
    for form, start, stop in zip(space.forms, space.starts[:-1], space.starts[1:], strict=True):
        n = form.residual.size
        correlations = int(form.residual.same_day) + form.residual.rhos
        at = np.arange(stop - correlations, stop)
        free[at] = np.abs(np.tanh(theta[at])) < CORRELATION_LIMIT
        free[start : stop - n] = True
    return free
