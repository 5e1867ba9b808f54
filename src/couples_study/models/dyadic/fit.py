"""Fitting: from moments to the optimum, again from elsewhere when it was not one, with a record of how it went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.dyadic.bfgs import TOLERANCE, Minimum, minimise
from couples_study.models.dyadic.curvature import inverse_curvature
from couples_study.models.dyadic.likelihood import HOPELESS, Likelihood, Look, Solution
from couples_study.models.dyadic.parameters import CORRELATION_LIMIT
from couples_study.models.dyadic.starts import from_moments, jittered

if TYPE_CHECKING:
    from couples_study.models.dyadic.residual import Floats

RESTARTS = 3
MOST_STEPS = 500
WARM_STEPS = 15  # with another fit's curvature, before the search is given to the general one
ZERO_EIGENVALUE = (
    1e-7  # of G in units of the residual variance and of scaled columns: a random effect that is not there
)
PUSH = 0.1  # how far a restart moves off a boundary that is not an optimum
WARM_PUSH = 0.03  # the same for a start from another fit, which most often is one
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
    """The packed covariance parameters at the optimum, the criterion and fixed effects there, how the search ended."""

    theta: Floats
    value: float
    solution: Solution
    convergence: Convergence


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a search begins: packed covariance parameters, and the inverse Hessian of a fit to like rows, if any."""

    theta: Floats
    inverse: Floats | None = None


def optimise(
    likelihood: Likelihood, start: Start | None = None, most: int = MOST_STEPS, tolerance: float = TOLERANCE
) -> Optimum:
    """Minimise the criterion; restart where the gradient is not ~0 or a boundary is not an optimum.

    ``most`` steps are taken from one start; with none the start is looked at and left as it is. ``tolerance`` is the
    gain in -2 log-likelihood that is not worth another step.
    """
    begin = Start(theta=from_moments(likelihood)) if start is None else start
    best = _warm(likelihood, begin, most, tolerance) if most else _left(likelihood, begin.theta)
    iterations, evaluations, restarts = best.iterations, best.evaluations, 0
    rng = np.random.default_rng(SEED)
    while most and restarts < RESTARTS:
        pushed = off_false_boundary(likelihood, best.theta, best.seen) if best.value < HOPELESS else None
        if best.converged and pushed is None:
            break
        restarts += 1
        again = pushed if pushed is not None else jittered(from_moments(likelihood), rng)
        other = _descend(likelihood, again, most, tolerance)
        iterations, evaluations = iterations + other.iterations, evaluations + other.evaluations
        best = _better(best, other)
    seen, gradient = best.seen, np.zeros_like(best.theta)
    if best.value < HOPELESS:
        gradient = likelihood.space.gradient(best.theta, seen.slopes, seen.by_natural)
    record = Convergence(
        converged=best.converged, iterations=iterations, evaluations=evaluations, restarts=restarts,
        gradient=float(np.abs(gradient).max(initial=0.0)), decrement=best.decrement,
        boundary=boundaries(likelihood, best.theta),
    )  # fmt: skip
    return Optimum(theta=best.theta, value=best.value, solution=seen.solution, convergence=record)


def _left(likelihood: Likelihood, theta: Floats) -> Minimum:
    """The start as it is, with the gain that a step from it would promise."""
    square = replace(likelihood, space=likelihood.space.squared())
    found = minimise(square.look, likelihood.space.carried(theta, square.space), partial(inverse_curvature, square), 0)
    return found._replace(theta=theta)


def _warm(likelihood: Likelihood, start: Start, most: int, tolerance: float) -> Minimum:
    """A few steps with the curvature of another fit, if there is one, and the general search where they do not do."""
    inverse = start.inverse
    if inverse is None:
        return _descend(likelihood, start.theta, most, tolerance)
    found = minimise(likelihood.look, start.theta, lambda *_: inverse, min(most, WARM_STEPS), tolerance)
    if found.converged:
        return found
    theta = found.theta if found.value < HOPELESS else from_moments(likelihood)
    further = _descend(likelihood, theta, most, tolerance)
    return further._replace(
        iterations=found.iterations + further.iterations, evaluations=found.evaluations + further.evaluations
    )


def _descend(likelihood: Likelihood, theta: Floats, most: int, tolerance: float) -> Minimum:
    """The search over square factors of G, its end as the triangular ones of ``theta``."""
    square = replace(likelihood, space=likelihood.space.squared())
    begin = likelihood.space.carried(theta, square.space)
    found = minimise(square.look, begin, partial(inverse_curvature, square), most, tolerance)
    return found._replace(theta=square.space.carried(found.theta, likelihood.space))


def _better(first: Minimum, second: Minimum) -> Minimum:
    if first.converged != second.converged and abs(first.value - second.value) < 1e-6:
        return first if first.converged else second
    return second if second.value < first.value else first


def null_directions(L: Floats) -> Floats:
    """Directions (q, m) in which G = L L' has no variance."""
    values, vectors = np.linalg.eigh(L @ L.T)
    return vectors[:, values < ZERO_EIGENVALUE]


def off_false_boundary(likelihood: Likelihood, theta: Floats, seen: Look) -> Floats | None:
    """A start off the boundary if variance in an empty direction would raise the likelihood, else None.

    At L_ii = 0 the gradient by L vanishes whether or not the point is an optimum; the derivative by G tells.
    """
    unpacked = likelihood.space.unpack(theta)
    empty = [null_directions(L) for L, _, _ in unpacked]
    if not any(directions.size for directions in empty):
        return None
    factors, pushed = [], False
    for stratum, by_G, form, (L, _, _), N in zip(
        likelihood.strata, seen.slopes, likelihood.space.forms, unpacked, empty, strict=True
    ):
        if form.diagonal:
            by_G = np.diag(np.diag(by_G))  # noqa: PLW2901
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
