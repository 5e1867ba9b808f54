"""Absent partner-days under ``un@ar1``, taken out exactly.

With o the answered and m the absent partner-days of a couple's grid, and K = R^-1 of the whole grid, the answered part
has R_oo^-1 = K_oo - K_om K_mm^-1 K_mo and log|R_oo| = log|R| + log|K_mm|. One partner at most is absent on a day of the
grid, so K_mm is tridiagonal, broken into runs of consecutive such days, and costs one pass over them (the Markov
property of Rue & Held, 2005, chapter 2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from couples_study.models.dyadic.crossproducts import Packing
from couples_study.models.dyadic.plans import ABSENT, CoupleDays, edge_start

if TYPE_CHECKING:
    from couples_study.models.dyadic.residual import Floats, Ints


class Elimination(NamedTuple):
    """What the gradient needs of one elimination: K_mm^-1 B, and the tridiagonal part of K_mm^-1."""

    solved: Floats
    inv_diag: Floats
    inv_next: Floats


class AbsentPartners:
    """Correction of cross-products and log|R| for days on which one partner is absent.

    Entries are ordered by place within their run and then by run length, so that each step of the elimination works
    on one slice.
    """

    def __init__(self, rows: Floats, days: CoupleDays, gaps: Floats, n_weights: int, times: Floats) -> None:
        self.packing, self.n_weights, self.n_couples = Packing(rows.shape[1]), n_weights, int(days.couple[-1]) + 1
        at = np.flatnonzero((days.row == ABSENT).any(axis=1))
        self._arrange(at, days)
        at = at[self.order]
        self.couple = days.couple[at]
        self.times = times[self.couple]
        self._neighbours(at, days, gaps)
        self._gather(rows)
        n = len(at)
        self.sum_by_couple = sparse.csr_array((np.ones(n), (self.couple, np.arange(n))), shape=(self.n_couples, n))

    def _arrange(self, at: Ints, days: CoupleDays) -> None:
        """Order the absent entries for elimination and record the slices."""
        goes_on = np.r_[False, (np.diff(at) == 1) & (days.couple[at[1:]] == days.couple[at[:-1]])]
        run = np.cumsum(~goes_on) - 1
        length = np.bincount(run)
        place = np.arange(len(at)) - np.flatnonzero(~goes_on)[run]
        self.order = np.lexsort((run, -length[run], place))
        alive = np.bincount(place)
        self.slices = [slice(start, start + n) for start, n in zip(np.cumsum(np.r_[0, alive[:-1]]), alive, strict=True)]
        self.goes_on = goes_on[self.order]

    def _neighbours(self, at: Ints, days: CoupleDays, gaps: Floats) -> None:
        """For each entry the weights (by index) and rows of K_mm's diagonal and of K_mo; `n_weights` means none."""
        none, n_days = self.n_weights, len(days.gap)
        absent = np.where(days.row[at, 0] == ABSENT, 0, 1)
        other = 1 - absent
        has_last, follow = days.gap[at] > 0, np.minimum(at + 1, n_days - 1)
        has_next = (at + 1 < n_days) & (days.gap[follow] > 0)
        last = edge_start(np.searchsorted(gaps, days.gap[at]))
        coming = edge_start(np.searchsorted(gaps, days.gap[follow]))
        now = np.where(has_last, last, 0)
        after = np.where(has_next, coming + 3, none)
        self.diag_at = np.column_stack([now + 2 * absent, np.where(has_next, after + 2 * absent, none)])
        lag = [np.where(has_last, last + 6 + 2 * absent + j, none) for j in (0, 1)]
        lead = [np.where(has_next, coming + 6 + 2 * i + absent, none) for i in (0, 1)]
        self.weight_at = np.column_stack([now + 1, np.where(has_next, after + 1, none), *lag, *lead])
        own = days.row[at, other]
        before = np.where(has_last[:, None], days.row[at - 1], ABSENT)
        later = np.where(has_next[:, None], days.row[follow], ABSENT)
        self.row_at = np.column_stack([own, own, before, later])
        previous = np.where(days.row[at - 1, 0] == ABSENT, 0, 1)
        self.next_at = np.where(self.goes_on, last + 6 + 2 * absent + previous, none)

    def _gather(self, rows: Floats) -> None:
        """Rows of the answered neighbours (n, 6, k), zeros where there is none."""
        self.near = np.where((self.row_at != ABSENT)[:, :, None], rows[self.row_at], 0.0)

    def set_outcome(self, y: Floats) -> None:
        """Replace the outcome in the neighbours' rows."""
        self.near[:, :, -1] = np.where(self.row_at != ABSENT, y[self.row_at], 0.0)

    def eliminate(self, w: Floats) -> tuple[Floats, float, Elimination]:
        """Packed cross-products to take away (n_couples, P), log|K_mm|, and the parts for the gradient."""
        weights = np.r_[w, 0.0]
        pivot = weights[self.diag_at].sum(axis=1)
        link = weights[self.next_at]
        B = np.einsum("mn,mnk->mk", weights[self.weight_at], self.near)
        for earlier, now in zip(self.slices[:-1], self.slices[1:], strict=True):
            head = slice(earlier.start, earlier.start + now.stop - now.start)
            ratio = link[now] / pivot[head]
            pivot[now] -= ratio * link[now]
            B[now] -= ratio[:, None] * B[head]
        if np.any(pivot <= 0):
            raise np.linalg.LinAlgError("absent partner-days: precision is not positive definite")
        scaled = B / pivot[:, None]
        lost = self.sum_by_couple @ (B[:, self.packing.i] * scaled[:, self.packing.j])
        return lost, float(self.times @ np.log(pivot)), self._back(scaled, pivot, link)

    def _back(self, solved: Floats, pivot: Floats, link: Floats) -> Elimination:
        inv_diag, inv_next = 1.0 / pivot, np.zeros(len(pivot))
        for earlier, now in zip(self.slices[-2::-1], self.slices[:0:-1], strict=True):
            head = slice(earlier.start, earlier.start + now.stop - now.start)
            ratio = link[now] / pivot[head]
            solved[head] -= ratio[:, None] * solved[now]
            inv_next[now] = -ratio * inv_diag[now]
            inv_diag[head] += ratio**2 * inv_diag[now]
        return Elimination(solved, inv_diag, inv_next)

    def contract(self, done: Elimination, sensitivity: Floats) -> Floats:
        """Derivative by each weight of log|K_mm| less trace(sensitivity (n_couples, k, k), correction)."""
        solved = done.solved
        bent = np.matmul(solved[:, None, :], sensitivity[self.couple])[:, 0]
        by_weight = -2.0 * np.einsum("mk,mnk->mn", bent, self.near)
        by_diag = self.times * done.inv_diag + np.einsum("mk,mk->m", bent, solved)
        by_next = np.zeros(len(solved))
        for earlier, now in zip(self.slices[:-1], self.slices[1:], strict=True):
            head = slice(earlier.start, earlier.start + now.stop - now.start)
            by_next[now] = 2.0 * (self.times[now] * done.inv_next[now] + np.einsum("mk,mk->m", bent[now], solved[head]))
        out = np.zeros(self.n_weights + 1)
        for index, value in ((self.weight_at, by_weight), (self.next_at, by_next)):
            out += np.bincount(index.ravel(), weights=value.ravel(), minlength=len(out))
        out += np.bincount(self.diag_at.ravel(), weights=np.repeat(by_diag, 2), minlength=len(out))
        return out[:-1]
