"""Covariance parameters: an unconstrained vector for the optimiser, and what it stands for.

G = L L' with L lower triangular and its diagonal free in sign, so that every vector is a proper covariance matrix and a
variance of zero lies inside the space, not at its edge (Pinheiro & Bates, 1996). Residual variances are logs, the
same-day correlation and rho inverse hyperbolic tangents. Everything is relative to the first residual variance, which
is profiled out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from couples_study.models.dyadic.residual import N_NATURAL, Floats, Ints

CORRELATION_LIMIT = 0.9999  # beyond this a correlation is reported as a boundary


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualForm:
    """Which residual parameters of a stratum are free.

    ``scale``: its own variance relative to the first stratum's; ``ratio``: a variance per partner; ``same_day``: the
    partners' correlation; ``rhos``: 0, 1 (shared) or 2 (one per partner).
    """

    scale: bool
    ratio: bool
    same_day: bool
    rhos: int

    @property
    def size(self) -> int:
        return int(self.scale) + int(self.ratio) + int(self.same_day) + self.rhos

    def natural(self, theta: Floats) -> tuple[Floats, Floats]:
        """(s_aa, s_ab, s_bb, rho_a, rho_b) and its Jacobian (5, size)."""
        a, b, x, z = self._parts(theta)
        s_aa, s_bb, c, rho = np.exp(2 * a), np.exp(2 * (a + b)), np.tanh(x), np.tanh(z)
        left = 1.0 - rho**2
        kappa = np.sqrt(left[0] * left[1]) / (1.0 - rho[0] * rho[1])
        root = np.sqrt(s_aa * s_bb)
        s_ab = c * kappa * root
        by_rho = s_ab * (rho[::-1] / (1.0 - rho[0] * rho[1]) - rho / left)
        columns = []
        if self.scale:
            columns.append([2 * s_aa, 2 * s_ab, 2 * s_bb, 0, 0])
        if self.ratio:
            columns.append([0, s_ab, 2 * s_bb, 0, 0])
        if self.same_day:
            columns.append([0, (1 - c**2) * kappa * root, 0, 0, 0])
        if self.rhos == 1:
            columns.append([0, 0, 0, left[0], left[1]])
        if self.rhos == 2:
            columns += [[0, by_rho[0] * left[0], 0, left[0], 0], [0, by_rho[1] * left[1], 0, 0, left[1]]]
        jac = np.array(columns, dtype=float).reshape(-1, N_NATURAL).T
        return np.array([s_aa, s_ab, s_bb, *rho]), jac

    def _parts(self, theta: Floats) -> tuple[float, float, float, Floats]:
        rest = list(theta)
        a = rest.pop(0) if self.scale else 0.0
        b = rest.pop(0) if self.ratio else 0.0
        x = rest.pop(0) if self.same_day else 0.0
        z = np.array(rest if self.rhos == 2 else [rest[0] if self.rhos else 0.0] * 2)
        return a, b, x, z

    def pack(self, natural: Floats) -> Floats:
        """The free parameters of (s_aa, s_ab, s_bb, rho_a, rho_b); fixed ones are ignored."""
        s_aa, s_ab, s_bb, rho_a, rho_b = natural
        kappa = np.sqrt((1 - rho_a**2) * (1 - rho_b**2)) / (1 - rho_a * rho_b)
        out = []
        if self.scale:
            out.append(0.5 * np.log(s_aa))
        if self.ratio:
            out.append(0.5 * np.log(s_bb / s_aa))
        if self.same_day:
            out.append(np.arctanh(np.clip(s_ab / np.sqrt(s_aa * s_bb) / kappa, -0.98, 0.98)))
        if self.rhos:
            out += list(np.arctanh([rho_a] if self.rhos == 1 else [rho_a, rho_b]))
        return np.array(out, dtype=float)


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumForm:
    """Layout of one stratum's parameters.

    ``blocks`` are the (start, stop) ranges of columns of Z that are correlated among each other, ``ranks`` the rank of
    each block's covariance (full by default); ``diagonal`` keeps only variances; ``residual`` says what of R is free.
    ``square`` frees all of each block of L, so that many L stand for one G: see `ParameterSpace.squared`.
    """

    blocks: tuple[tuple[int, int], ...]
    diagonal: bool
    residual: ResidualForm
    ranks: tuple[int, ...] | None = None
    square: bool = False

    @property
    def n_random(self) -> int:
        return self.blocks[-1][1] if self.blocks else 0

    def entries(self) -> tuple[Ints, Ints]:
        """Rows and columns of L that are free, in the order of the parameter vector."""
        ranks = [stop - start for start, stop in self.blocks] if self.ranks is None else self.ranks
        pairs = [
            (i, j)
            for (start, stop), rank in zip(self.blocks, ranks, strict=True)
            for i in range(start, stop)
            for j in range(start, stop if self.square else min(i + 1, start + rank))
            if i == j or not self.diagonal
        ]
        at = np.array(pairs, dtype=np.intp).reshape(-1, 2)
        return at[:, 0], at[:, 1]

    @property
    def size(self) -> int:
        return len(self.entries()[0]) + self.residual.size


class ParameterSpace:
    """The covariance parameters of all strata as one vector.

    ``bases`` (q, q) turn each factor, G = basis L L' basis', so that where G has lost rank its empty directions come
    last in a block and only the first columns of L are free.
    """

    def __init__(self, forms: tuple[StratumForm, ...], bases: list[Floats] | None = None) -> None:
        self.forms = forms
        self.bases: list[Floats] = [np.eye(form.n_random) for form in forms] if bases is None else bases
        self.entries = [form.entries() for form in forms]
        sizes = [form.size for form in forms]
        self.starts = np.cumsum([0, *sizes])
        self.size = int(self.starts[-1])

    def unpack(self, theta: Floats) -> list[tuple[Floats, Floats, Floats]]:
        """For each stratum L (q, q), the natural residual parameters (5,) and their Jacobian."""
        out: list[tuple[Floats, Floats, Floats]] = []
        for form, basis, (i, j), start, stop in zip(
            self.forms, self.bases, self.entries, self.starts[:-1], self.starts[1:], strict=True
        ):
            L = np.zeros((form.n_random, form.n_random))
            L[i, j] = theta[start : start + len(i)]
            out.append((basis @ L, *form.residual.natural(theta[start + len(i) : stop])))
        return out

    def pack(self, factors: list[Floats], naturals: list[Floats]) -> Floats:
        """One vector from each stratum's L and natural residual parameters."""
        parts = []
        for form, (i, j), L, natural in zip(self.forms, self.entries, factors, naturals, strict=True):
            parts += [L[i, j], form.residual.pack(natural)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def squared(self) -> ParameterSpace:
        """The same covariances with all of each block of L free, for a search.

        Where G loses rank a triangular L has to wind around a corner, and a search follows it for hundreds of steps;
        a square one passes through on a straight line.
        """
        return ParameterSpace(tuple(replace(form, square=True) for form in self.forms), self.bases)

    def carried(self, theta: Floats, into: ParameterSpace) -> Floats:
        """``theta`` of this space as the vector of another space of the same covariances."""
        parts = []
        for form, other, (i, j), (k, m), start, stop in zip(
            self.forms, into.forms, self.entries, into.entries, self.starts[:-1], self.starts[1:], strict=True
        ):
            L = np.zeros((form.n_random, form.n_random))
            L[i, j] = theta[start : start + len(i)]
            if form.square and not other.square:
                L = _triangular(L, form.blocks)
            parts += [L[k, m], theta[start + len(i) : stop]]
        return np.concatenate(parts) if parts else np.zeros(0)

    def gradient(self, theta: Floats, by_G: list[Floats], by_natural: list[Floats]) -> Floats:
        """Chain derivatives by each G and each set of natural parameters to the vector."""
        parts = []
        for (i, j), basis, (L, _, jac), dG, dr in zip(
            self.entries, self.bases, self.unpack(theta), by_G, by_natural, strict=True
        ):
            parts += [2.0 * (basis.T @ dG @ L)[i, j], dr @ jac]
        return np.concatenate(parts)


def _triangular(L: Floats, blocks: tuple[tuple[int, int], ...]) -> Floats:
    """The lower triangular factor of L L', with no negative number on its diagonal."""
    out = np.zeros_like(L)
    for start, stop in blocks:
        upper: Floats = np.linalg.qr(L[start:stop, start:stop].T)[1]
        out[start:stop, start:stop] = upper.T * np.where(np.diag(upper) < 0, -1.0, 1.0)
    return out
