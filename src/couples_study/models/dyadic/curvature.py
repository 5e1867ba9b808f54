"""How -2 log-likelihood bends with the covariance parameters: for the search a guess, at its end the exact matrix.

The part of the random effects has closed forms in Z'V^-1 Z, Z'V^-1 X and Z'V^-1 r of each couple, as V is linear in G;
the chain from L to G = L L' adds a term that, where G has lost rank, alone says how steep the way out is. Of residual
parameters the search knows an order of size and learns the rest on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from couples_study.models.dyadic.likelihood import Likelihood, Look
    from couples_study.models.dyadic.parameters import ResidualForm
    from couples_study.models.dyadic.residual import Floats, Ints
    from couples_study.models.dyadic.stratum import State, Stratum

FLATTEST = 1e-2  # of the steepest direction: below, a step would be a leap


class Bend(NamedTuple):
    """Exact derivatives by the entries of every L, with residual parameters and the scale held.

    ``at`` (k,) are the entries' places among the parameters, ``hessian`` (k, k) that of -2 log-likelihood and
    ``slopes`` (k, p, p) the derivatives of the fixed effects' covariance.
    """

    at: Ints
    hessian: Floats
    slopes: Floats


def inverse_curvature(likelihood: Likelihood, theta: Floats, seen: Look) -> Floats:
    """A positive definite stand-in for the inverse Hessian (n, n) at ``theta``, where ``seen`` was looked at."""
    out = np.zeros((len(theta), len(theta)))
    space = likelihood.space
    parts = zip(
        likelihood.strata, seen.states, seen.slopes, space.entries, space.forms, space.starts[:-1],
        space.unpack(theta), strict=True,
    )  # fmt: skip
    for stratum, state, by_G, (i, j), form, start, (L, natural, _) in parts:
        middle = start + len(i)
        out[start:middle, start:middle] = _guess(stratum, state, by_G, L, i, j)
        residual = middle + np.arange(form.residual.size)
        out[residual, residual] = 1.0 / _of_residual(stratum, form.residual, natural, likelihood.n_obs)
    return out


def _of_residual(stratum: Stratum, form: ResidualForm, natural: Floats, n: int) -> Floats:
    """What each residual parameter would bend by if rows were independent but for it, and the scale profiled out."""
    a, b = stratum.n_rows
    rows = a + b
    straight = np.maximum(1.0 - natural[3:] ** 2, 0.1)
    found = [
        *([4.0 * rows * max(1.0 - rows / n, 0.1)] if form.scale else []),
        *([4.0 * a * b / rows] if form.ratio else []),
        *([2.0 * min(a, b)] if form.same_day else []),
        *([2.0 * rows * straight.mean()] if form.rhos == 1 else []),
        *(2.0 * np.array([a, b]) * straight if form.rhos == 2 else []),
    ]
    return np.maximum(found, 1.0)


def _guess(stratum: Stratum, state: State, by_G: Floats, L: Floats, i: Ints, j: Ints) -> Floats:
    """From expected information: the inverse by the entries (i, j) of L, every eigenvalue made positive."""
    q = stratum.q
    if not q:
        return np.zeros((0, 0))
    P = _between(state)
    turn = _turn(np.eye(q), L, i, j)
    expected = (
        (stratum.counted(P).reshape(-1, q * q).T @ P.reshape(-1, q * q))
        .reshape(q, q, q, q)
        .transpose(0, 2, 1, 3)
        .reshape(q * q, q * q)
    )
    hessian = turn @ expected @ turn.T + _chained(by_G, i, j)
    values, vectors = np.linalg.eigh(0.5 * (hessian + hessian.T))
    size = np.abs(values)
    if not size.max() > 0:
        return np.eye(len(i)) * 0.25 / stratum.n_couples
    return (vectors / np.maximum(size, FLATTEST * size.max())) @ vectors.T


def bend(likelihood: Likelihood, theta: Floats, seen: Look) -> Bend:
    """The exact second derivatives by the random effects' part of ``theta``, where ``seen`` was looked at."""
    p, solution, space = likelihood.n_fixed, seen.solution, likelihood.space
    residual = np.r_[-solution.beta, 1.0] / np.sqrt(solution.scale)
    at, pieces = [np.zeros(0, dtype=np.intp)], []
    parts = zip(
        likelihood.strata, seen.states, seen.slopes, space.entries, space.bases, space.starts[:-1],
        space.unpack(theta), strict=True,
    )  # fmt: skip
    for stratum, state, by_G, (i, j), basis, start, (L, _, _) in parts:
        if stratum.q:
            turn, chained = _turn(basis, L, i, j), _chained(basis.T @ by_G @ basis, i, j)
            pieces.append(_piece(state, turn, chained, solution.root, residual, reml=likelihood.reml))
            at.append(start + np.arange(len(i)))
    fixed = np.vstack([np.zeros((0, p * p)), *(piece.fixed for piece in pieces)])
    rest = np.vstack([np.zeros((0, p)), *(piece.rest for piece in pieces)])
    hessian = _diagonal([piece.own for piece in pieces]) - 2.0 * rest @ rest.T
    if likelihood.reml:
        hessian -= fixed @ fixed.T
    slopes = solution.scale * solution.root @ fixed.reshape(-1, p, p) @ solution.root.T
    return Bend(np.concatenate(at), 0.5 * (hessian + hessian.T), slopes)


def bent_covariance(likelihood: Likelihood, theta: Floats, seen: Look, spread: Floats) -> Floats:
    """How the fixed effects' covariance bends (p, p), summed over directions of the random effects' part.

    The directions' outer products add up to ``spread`` (k, k), in the order of `Bend.at`.
    """
    p, root, space, first = likelihood.n_fixed, seen.solution.root, likelihood.space, 0
    fixed, within = [np.zeros((0, p * p))], np.zeros((p, p))
    parts = zip(likelihood.strata, seen.states, space.entries, space.bases, space.unpack(theta), strict=True)
    for stratum, state, (i, j), basis, (L, _, _) in parts:
        q, last = stratum.q, first + len(i)
        if not q:
            continue
        turn, P = _turn(basis, L, i, j), _between(state)
        W = (state.B[:, :, :-1] - state.A @ state.PB[:, :, :-1]) @ root
        fixed.append(turn @ _outer(W))
        moved = (turn.T @ spread[first:last, first:last] @ turn).reshape(q, q, q, q)
        twice = P.reshape(-1, q * q) @ moved.transpose(1, 2, 0, 3).reshape(q * q, q * q)
        within += np.einsum("cqi,cqj->ij", W, twice.reshape(-1, q, q) @ W, optimize=True)
        first = last
    slopes = np.vstack(fixed).reshape(-1, p, p)
    across = np.einsum("kij,kjl->il", slopes, np.einsum("km,mij->kij", spread, slopes, optimize=True), optimize=True)
    return 2.0 * seen.solution.scale * root @ (across - within) @ root.T


def _outer(W: Floats) -> Floats:
    """The sum over couples of how W'DW (p, p) hangs on D (q, q): (q * q, p * p) for W (C, q, p)."""
    C, q, p = W.shape
    flat = W.reshape(C, -1)
    return (flat.T @ flat).reshape(q, p, q, p).transpose(0, 2, 1, 3).reshape(q * q, p * p)


class Piece(NamedTuple):
    """A stratum's part: within couples (k, k), and by way of the fixed effects, which all couples share.

    ``fixed`` (k, p * p) is how X'V^-1 X falls, ``rest`` (k, p) how X'V^-1 r does, both over the root of X'V^-1 X.
    """

    own: Floats
    fixed: Floats
    rest: Floats


def _piece(state: State, turn: Floats, chained: Floats, root: Floats, residual: Floats, *, reml: bool) -> Piece:
    seen = state.B - state.A @ state.PB  # Z'V^-1 [X y]
    W, u, P = seen[:, :, :-1] @ root, seen @ residual, _between(state)
    C, q, p = W.shape
    Q = u[:, :, None] * u[:, None, :]
    if reml:
        Q += W @ W.transpose(0, 2, 1)
    crossed = ((2.0 * Q - P).reshape(C, -1).T @ P.reshape(C, -1)).reshape(q, q, q, q)
    flat = W.reshape(C, -1)
    return Piece(
        own=turn @ crossed.transpose(1, 2, 3, 0).reshape(q * q, q * q) @ turn.T + chained,
        fixed=turn @ _outer(W),
        rest=turn @ (flat.T @ u).reshape(q, p, q).transpose(0, 2, 1).reshape(q * q, p),
    )


def _between(state: State) -> Floats:
    """Z'V^-1 Z of each couple (C, q, q)."""
    return state.A - state.inner @ state.A


def _turn(basis: Floats, L: Floats, i: Ints, j: Ints) -> Floats:
    """How G = L L' moves with each entry (i, j) of basis' L: (k, q * q)."""
    k, q = len(i), len(L)
    column = L[:, j].T
    one_way = basis[:, i].T[:, :, None] * column[:, None, :]
    return (one_way + one_way.transpose(0, 2, 1)).reshape(k, q * q)


def _chained(by_G: Floats, i: Ints, j: Ints) -> Floats:
    """The derivative by G times how G bends with the entries (i, j) of L."""
    return 2.0 * by_G[np.ix_(i, i)] * (j[:, None] == j[None, :])


def _diagonal(blocks: list[Floats]) -> Floats:
    sizes = np.cumsum([0, *(len(block) for block in blocks)])
    out = np.zeros((sizes[-1], sizes[-1]))
    for block, start, stop in zip(blocks, sizes[:-1], sizes[1:], strict=True):
        out[start:stop, start:stop] = block
    return out
