"""Fitting: from moments to the optimum, again from elsewhere when it was not one, with a record of how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.dyadic.bfgs import TOLERANCE, Minimum, minimise
from couples_study.models.dyadic.likelihood import HOPELESS, Likelihood
from couples_study.models.dyadic.parameters import CORRELATION_LIMIT
from couples_study.models.dyadic.starts import from_moments, jittered

if TYPE_CHECKING:
    from couples_study.models.dyadic.residual import Floats

RESTARTS = 3
MOST_STEPS = 500
ZERO_EIGENVALUE = (
    1e-7  # of G in units of the residual variance and of scaled columns: a random effect that is not there
)
PUSH = 0.1  # how far a restart moves off a boundary that is not an optimum
SEED = 20_240_101


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """How the search ended.

    ``gradient`` is the largest absolute derivative of -2 log-likelihood at the stop, ``decrement`` the gain a further
    Newton step would promise; ``boundary`` describes variances or correlations at the edge of what they can be.
    """

    converged: bool
    iterations: int
    evaluations: int
    restarts: int
    gradient: float
    decrement: float
    boundary: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """The packed covariance parameters at the optimum, with BFGS's inverse Hessian for warm starts."""

    theta: Floats
    value: float
    inverse: Floats
    convergence: Convergence


def optimise(
    likelihood: Likelihood,
    start: Floats | None = None,
    inverse: Floats | None = None,
    most: int = MOST_STEPS,
    tolerance: float = TOLERANCE,
) -> Optimum:
    """Minimise the criterion; restart where the gradient is not ~0 or a boundary is not an optimum.

    ``most`` steps are taken from one start; with none the start is looked at and left as it is. ``tolerance`` is the
    gain in -2 log-likelihood that is not worth another step.
    """
    theta = from_moments(likelihood) if start is None else start
    first = _curvature(likelihood) if inverse is None else inverse
    best = minimise(likelihood.value_and_gradient, theta, first, most, tolerance)
    iterations, evaluations, restarts = best.iterations, best.evaluations, 0
    rng = np.random.default_rng(SEED)
    while most and restarts < RESTARTS:
        pushed = off_false_boundary(likelihood, best.theta) if best.value < HOPELESS else None
        if best.converged and pushed is None:
            break
        restarts += 1
        again = pushed if pushed is not None else jittered(from_moments(likelihood), rng)
        other = minimise(likelihood.value_and_gradient, again, _curvature(likelihood), most, tolerance)
        iterations, evaluations = iterations + other.iterations, evaluations + other.evaluations
        best = _better(best, other)
    record = Convergence(
        converged=best.converged, iterations=iterations, evaluations=evaluations, restarts=restarts,
        gradient=float(np.abs(best.gradient).max(initial=0.0)), decrement=best.decrement,
        boundary=boundaries(likelihood, best.theta),
    )  # fmt: skip
    return Optimum(theta=best.theta, value=best.value, inverse=best.inverse, convergence=record)


def _better(first: Minimum, second: Minimum) -> Minimum:
    if first.converged != second.converged and abs(first.value - second.value) < 1e-6:
        return first if first.converged else second
    return second if second.value < first.value else first


def _curvature(likelihood: Likelihood) -> Floats:
    """A first inverse Hessian: information grows with couples for random effects, with rows for residuals."""
    parts: list[Floats] = []
    for stratum, form, (i, _) in zip(likelihood.strata, likelihood.space.forms, likelihood.space.entries, strict=True):
        parts += [np.full(len(i), 0.25 / stratum.n_couples), np.full(form.residual.size, 0.5 / len(stratum.couple))]
    return np.diag(np.concatenate(parts))


def null_directions(L: Floats) -> Floats:
    """Directions (q, m) in which G = L L' has no variance."""
    values, vectors = np.linalg.eigh(L @ L.T)
    return vectors[:, values < ZERO_EIGENVALUE]


def off_false_boundary(likelihood: Likelihood, theta: Floats) -> Floats | None:
    """A start off the boundary if variance in an empty direction would raise the likelihood, else None.

    At L_ii = 0 the gradient by L vanishes whether or not the point is an optimum; the derivative by G tells.
    """
    unpacked = likelihood.space.unpack(theta)
    empty = [null_directions(L) for L, _, _ in unpacked]
    if not any(directions.size for directions in empty):
        return None
    states = likelihood.states(theta)
    turn = likelihood.turn(likelihood.solve(states))
    factors, pushed = [], False
    for stratum, state, form, (L, _, _), N in zip(
        likelihood.strata, states, likelihood.space.forms, unpacked, empty, strict=True
    ):
        by_G = stratum.sensitivity(state, turn)[0]
        if form.diagonal:
            by_G = np.diag(np.diag(by_G))
        inside = np.linalg.eigvalsh(N.T @ _within_blocks(by_G, form.blocks) @ N) if N.size else np.zeros(0)
        pushed |= bool(np.any(inside < -1e-3 * stratum.n_couples))
        factors.append(np.linalg.cholesky(L @ L.T + PUSH**2 * np.eye(len(L))))
    return likelihood.space.pack(factors, [natural for _, natural, _ in unpacked]) if pushed else None


def _within_blocks(G: Floats, blocks: tuple[tuple[int, int], ...]) -> Floats:
    kept = np.zeros_like(G)
    for start, stop in blocks:
        kept[start:stop, start:stop] = G[start:stop, start:stop]
    return kept


def boundaries(likelihood: Likelihood, theta: Floats) -> tuple[str, ...]:
    """What sits at the edge of the parameter space, in words."""
    found: list[str] = []
    for form, (L, natural, _) in zip(likelihood.space.forms, likelihood.space.unpack(theta), strict=True):
        zero = int(null_directions(L).shape[1])
        if zero:
            found.append(f"the random effects' covariance has rank {len(L) - zero} of {len(L)}")
        s_aa, s_ab, s_bb, *rho = natural
        if form.residual.rhos and max(abs(r) for r in rho) > CORRELATION_LIMIT:
            found.append("the day-to-day correlation rho is at its limit")
        if form.residual.same_day and abs(s_ab) > CORRELATION_LIMIT * np.sqrt(s_aa * s_bb):
            found.append("the same-day correlation between partners is at its limit")
    return tuple(found)
