"""One kind of couples: their cross-products, and V^-1 of each couple by way of small matrices only.

V = Z G Z' + R. With A = Z'R^-1 Z and G = L L', everything the likelihood asks of V follows from the cross-products of
[Z X y] under R^-1 and from K = I + L'A L, which has the size of the random effects (Laird & Ware, 1982; Lindstrom &
Bates, 1988). Couples are handled in one batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from couples_study.models.dyadic.crossproducts import CrossProducts
from couples_study.models.dyadic.missing import AbsentPartners
from couples_study.models.dyadic.plans import ABSENT, couple_days, independent_plan, pair_plan, same_day_plan

if TYPE_CHECKING:
    from couples_study.models.dyadic.residual import Floats, Ints, Plan, Weights


class State(NamedTuple):
    """A stratum at one set of covariance parameters; batches run over couples.

    ``A`` (C, q, q) is Z'R^-1 Z, ``B`` (C, q, p+1) is Z'R^-1 [X y], ``PV`` = L K^-1 L' (C, q, q), ``PB`` = PV B,
    ``cross`` (p+1, p+1) is the sum of [X y]'V^-1 [X y] and ``logdet`` the sum of log|V|.
    """

    A: Floats
    B: Floats
    PV: Floats
    PB: Floats
    cross: Floats
    logdet: float
    inner: Floats
    weights: Weights
    absent: object


class Stratum:
    """Couples that share one covariance structure.

    Parameters
    ----------
    rows : (N, q + p + 1) array
        [Z X y], sorted by couple, day and partner.
    couple, slot, day : (N,) arrays
        Couple 0..C-1, partner 0 or 1, calendar day.
    n_random : int
        q, the number of columns of Z.
    paired, ar : bool
        Whether the partners' residuals of one day are correlated, and whether days are.
    times : (C,) array, optional
        How often each couple counts, once if not given.
    source : Stratum and (C,) array, optional
        The stratum that the couples are from and which of its couples they are; it has their cross-products.
    """

    def __init__(
        self, rows: Floats, couple: Ints, slot: Ints, day: Floats, n_random: int, *, paired: bool, ar: bool,
        times: Floats | None = None, source: tuple[Stratum, Ints] | None = None,
    ) -> None:  # fmt: skip
        self.q, self.couple, self.slot, self.day = n_random, couple, slot, day
        self.paired, self.ar, self.times = paired, ar, times
        self.n_couples = int(couple[-1]) + 1
        each = np.ones(self.n_couples) if times is None else times
        self.n_rows = np.bincount(slot, weights=each[couple], minlength=2)
        self.absent: AbsentPartners | None = None
        self.plan: Plan
        gaps = source[0].plan.gaps if source else None
        if not paired:
            self.plan = independent_plan(couple, slot, day, each, ar=ar, gaps=gaps)
        elif not ar:
            self.plan = same_day_plan(couple_days(couple, slot, day), each)
        else:
            days = couple_days(couple, slot, day)
            pairs = pair_plan(days, each, gaps)
            self.plan = pairs
            if (days.row == ABSENT).any():
                self.absent = AbsentPartners(rows, days, pairs.gaps, len(pairs.atoms), each)
        self.products: CrossProducts = (
            source[0].products.taken(rows, source[1])
            if source
            else CrossProducts(rows, couple, self.plan.atoms, self.n_couples)
        )

    def drawn(self, couples: Ints) -> Stratum:
        """The stratum of these of its couples (m,), each as often as it is named, to look at the likelihood with."""
        couples, times = np.unique(couples, return_counts=True)
        starts = np.searchsorted(self.couple, np.arange(self.n_couples + 1))
        lengths = np.diff(starts)[couples]
        couple = np.repeat(np.arange(len(couples)), lengths)
        rows = np.arange(len(couple)) + np.repeat(starts[couples] - np.cumsum(np.r_[0, lengths[:-1]]), lengths)
        return Stratum(
            self.products.rows[rows], couple, self.slot[rows], self.day[rows], self.q, paired=self.paired, ar=self.ar,
            times=times.astype(float), source=(self, couples),
        )  # fmt: skip

    def counted(self, batch: Floats) -> Floats:
        """Whatever there is of each couple (C, ...), as often as the couple counts."""
        return batch if self.times is None else self.times.reshape(-1, *[1] * (batch.ndim - 1)) * batch

    def set_outcome(self, y: Floats) -> None:
        """Replace the outcome (N,), keeping everything that depends on the design alone."""
        self.products.set_outcome(y)
        if self.absent is not None:
            self.absent.set_outcome(y)

    def cross_products(self, natural: Floats) -> tuple[Floats, float, Weights, object]:
        """[Z X y]'R^-1 [Z X y] per couple (C, k, k) and log|R|."""
        weights = self.plan.weights(natural)
        packed, logdet, done = self.products.combine(weights.w), weights.logdet, None
        if self.absent is not None:
            lost, extra, done = self.absent.eliminate(weights.w)
            packed, logdet = packed - lost, logdet + extra
        return self.products.packing.unpack(packed), logdet, weights, done

    def evaluate(self, L: Floats, natural: Floats) -> State:
        """The stratum at G = L L' and R from ``natural``; raises LinAlgError where V is not positive definite."""
        M, logdet, weights, done = self.cross_products(natural)
        q = self.q
        A, B = M[:, :q, :q], M[:, :q, q:]
        if not q:
            return State(A, B, A, B, self.counted(M).sum(axis=0), logdet, A, weights, done)
        root = np.linalg.cholesky(np.eye(L.shape[1]) + L.T @ A @ L)
        logdet += 2.0 * float(self.counted(np.log(np.diagonal(root, axis1=1, axis2=2))).sum())
        half = np.linalg.inv(root) @ L.T
        PV = half.transpose(0, 2, 1) @ half
        PB = PV @ B
        cross = self.counted(M[:, q:, q:]).sum(axis=0) - _summed(B, self.counted(PB))
        return State(A, B, PV, PB, cross, logdet, A @ PV, weights, done)

    def fixed_information(self, G: Floats, natural: Floats) -> Floats:
        """X'V^-1 X (p, p) of the stratum for any symmetric G near a proper one."""
        M, *_ = self.cross_products(natural)
        q = self.q
        total = M[:, q:-1, q:-1].sum(axis=0)
        if not q:
            return total
        A, B = M[:, :q, :q], M[:, :q, q:-1]
        PB = np.linalg.solve(np.eye(q) + G @ A, G @ B)
        return total - _summed(B, PB)

    def sensitivity(self, state: State, turn: Floats) -> tuple[Floats, Floats]:
        """Derivatives by G (q, q) and by the natural residual parameters (5,) of the stratum's -2 log-likelihood.

        ``turn`` (p+1, m) makes [X y] turn into the scaled residual and, under REML, the columns of X over the root of
        X'V^-1 X: the derivative by V is trace(V^-1 dV) less the squares of ``[X y] turn`` under V^-1 dV V^-1.
        """
        q, C = self.q, self.n_couples
        top = state.PB @ turn
        vectors = np.concatenate([-top, np.broadcast_to(turn, (C, *turn.shape))], axis=1)
        full = vectors @ vectors.transpose(0, 2, 1)
        full[:, :q, :q] += state.PV
        full = self.counted(full)
        by_weight = self.products.contract(self.products.packing.pack_sensitivity(full))
        if self.absent is not None:
            by_weight += self.absent.contract(state.absent, full)  # type: ignore[arg-type]
        by_natural = state.weights.dlogdet + by_weight @ state.weights.dw
        if not q:
            return np.zeros((0, 0)), by_natural
        seen = (state.B @ turn - state.A @ top).transpose(0, 2, 1)
        between = self.counted(state.A - state.inner @ state.A).sum(axis=0)
        by_G = between - self.counted(seen).reshape(-1, q).T @ seen.reshape(-1, q)
        return by_G, by_natural


def _summed(left: Floats, right: Floats) -> Floats:
    """The sum over couples of left' right, for (C, q, i) and (C, q, j)."""
    return left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])
