"""Residual structures: which products of rows the likelihood needs, and the weight each gets.

Every structure is a stationary Markov process in calendar days. With S the 2 x 2 covariance of the partners'
residuals on one day and Phi = diag(rho_a, rho_b), two days g apart have innovation covariance Q_g = S - Phi^g S Phi^g,
so a gap of any length is one step. A couple's R^-1 is then a weighted sum of fixed cross-products, and only the weights
change while a model is fitted (Jones & Boadi-Boateng, 1991, for the continuous-time AR(1) with serial gaps).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.intp]

STRUCTURES = ("iid", "role", "un", "role@ar1", "un@ar1")
N_NATURAL = 5  # s_aa, s_ab, s_bb, rho_a, rho_b
PAIR_EDGE = 10  # weights of one gap between two couple-days: three of the later day, three of the earlier, four lagged


class Weights(NamedTuple):
    """Weights of the cross-products with log|R|, each with derivatives by (s_aa, s_ab, s_bb, rho_a, rho_b)."""

    w: Floats
    dw: Floats
    logdet: float
    dlogdet: Floats


class Atom(NamedTuple):
    """Pairs of rows whose (symmetrised) outer products share one weight; ``left is right`` means squares."""

    left: Ints
    right: Ints


class Plan(Protocol):
    """What a residual structure must offer: its atoms, and their weights at given natural parameters."""

    @property
    def atoms(self) -> tuple[Atom, ...]: ...

    @property
    def gaps(self) -> Floats: ...

    def weights(self, natural: Floats) -> Weights: ...


@dataclass(frozen=True, slots=True)
class IndependentPlan:
    """``iid``, ``role`` and their AR(1) forms: the partners' residuals are independent, so each person is a series.

    ``n_first`` (2,) counts series starts per partner, ``n_gap`` (2, n_gaps) steps per partner and gap length.
    """

    atoms: tuple[Atom, ...]
    gaps: Floats
    n_first: Floats
    n_gap: Floats

    def weights(self, natural: Floats) -> Weights:
        parts = [_series(natural[2 * i], natural[3 + i], self.gaps) for i in (0, 1)]
        size = 1 + 3 * len(self.gaps)
        w, dw = np.concatenate([part[0] for part in parts]), np.zeros((2 * size, N_NATURAL))
        logdet, dlogdet = 0.0, np.zeros(N_NATURAL)
        for i, (_, by_s, by_rho, log_q, log_q_rho) in enumerate(parts):
            dw[i * size : (i + 1) * size, 2 * i] = by_s
            dw[i * size : (i + 1) * size, 3 + i] = by_rho
            logdet += self.n_first[i] * np.log(natural[2 * i]) + float(self.n_gap[i] @ log_q)
            dlogdet[2 * i] = (self.n_first[i] + self.n_gap[i].sum()) / natural[2 * i]
            dlogdet[3 + i] = float(self.n_gap[i] @ log_q_rho)
        return Weights(w, dw, logdet, dlogdet)


def _series(s: float, rho: float, gaps: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Weights [first, (later, earlier, lagged) per gap] of one person's AR(1) and their derivatives by s and rho."""
    phi, dphi = rho**gaps, gaps * rho ** (gaps - 1.0)
    left = 1.0 - phi**2
    w = np.concatenate([[1.0 / s], np.column_stack([1.0 / left, phi**2 / left, -phi / left]).ravel() / s])
    turn = dphi[:, None] / left[:, None] ** 2
    by_rho = np.concatenate([[0.0], (turn * np.column_stack([2 * phi, 2 * phi, -(1 + phi**2)])).ravel() / s])
    return w, -w / s, by_rho, np.log(s * left), -2.0 * phi * dphi / left


@dataclass(frozen=True, slots=True)
class SameDayPlan:
    """``un`` without AR(1): days with both partners weigh by S^-1, days with one by that partner's variance."""

    atoms: tuple[Atom, ...]
    n_both: float
    n_single: Floats
    gaps: Floats = field(default_factory=lambda: np.zeros(0))

    def weights(self, natural: Floats) -> Weights:
        S, dS = _two_by_two(natural), _d_two_by_two()
        P, dP, log_s, dlog_s = _inverse(S[None], dS[None])
        s_aa, _, s_bb = natural[:3]
        w = np.array([P[0, 0, 0], P[0, 0, 1], P[0, 1, 1], 1.0 / s_aa, 1.0 / s_bb])
        dw = np.zeros((5, N_NATURAL))
        dw[:3] = dP[0][:, [0, 0, 1], [0, 1, 1]].T
        dw[3, 0], dw[4, 2] = -1.0 / s_aa**2, -1.0 / s_bb**2
        dlogdet = self.n_both * dlog_s[0]
        dlogdet[[0, 2]] += self.n_single / natural[[0, 2]]
        logdet = self.n_both * log_s[0] + float(self.n_single @ np.log(natural[[0, 2]]))
        return Weights(w, dw, float(logdet), dlogdet)


@dataclass(frozen=True, slots=True)
class PairPlan:
    """``un@ar1``: the couple is one bivariate series over the days on which at least one partner answered.

    Absent partner-days enter as zeros here and are taken out again by `missing.AbsentPartners`. Weights are laid out as
    three of S^-1 for first days, then `PAIR_EDGE` per gap: P (later day), Phi P Phi (earlier day), -P Phi (lagged).
    """

    atoms: tuple[Atom, ...]
    gaps: Floats
    n_first: float
    n_gap: Floats

    def weights(self, natural: Floats) -> Weights:
        S, dS, rho = _two_by_two(natural), _d_two_by_two(), natural[3:]
        phi = rho[None, :] ** self.gaps[:, None]
        dphi = self.gaps[:, None] * rho[None, :] ** (self.gaps[:, None] - 1.0)
        Q, dQ = _innovation(S, dS, phi, dphi)
        first = _inverse(S[None], dS[None])
        P, dP, log_q, dlog_q = _inverse(Q, dQ)
        w, dw = _edge_weights(P, dP, phi, dphi)
        head, dhead = first[0][0][[0, 0, 1], [0, 1, 1]], first[1][0][:, [0, 0, 1], [0, 1, 1]].T
        logdet = self.n_first * first[2][0] + float(self.n_gap @ log_q)
        return Weights(
            np.concatenate([head, w.ravel()]),
            np.concatenate([dhead, dw.reshape(-1, N_NATURAL)]),
            float(logdet),
            self.n_first * first[3][0] + self.n_gap @ dlog_q,
        )


def _two_by_two(natural: Floats) -> Floats:
    return np.array([[natural[0], natural[1]], [natural[1], natural[2]]])


def _d_two_by_two() -> Floats:
    """Derivatives (5, 2, 2) of S by the natural parameters."""
    dS = np.zeros((N_NATURAL, 2, 2))
    dS[0, 0, 0] = dS[1, 0, 1] = dS[1, 1, 0] = dS[2, 1, 1] = 1.0
    return dS


def _innovation(S: Floats, dS: Floats, phi: Floats, dphi: Floats) -> tuple[Floats, Floats]:
    """Q_g = S * (1 - phi phi') for each gap (n, 2, 2), and its derivatives (n, 5, 2, 2)."""
    keep = 1.0 - phi[:, :, None] * phi[:, None, :]
    dQ = dS[None] * keep[:, None]
    for i in (0, 1):
        step = np.zeros((len(phi), 2, 2))
        step[:, i, :] += dphi[:, [i]] * phi
        step[:, :, i] += dphi[:, [i]] * phi
        dQ[:, 3 + i] -= S * step
    return S * keep, dQ


def _inverse(Q: Floats, dQ: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Inverses (n, 2, 2) of 2 x 2 matrices with derivatives (n, 5, 2, 2), and log determinants with theirs."""
    det = Q[:, 0, 0] * Q[:, 1, 1] - Q[:, 0, 1] * Q[:, 1, 0]
    if np.any(det <= 0):
        raise np.linalg.LinAlgError("innovation covariance is not positive definite")
    P = np.empty_like(Q)
    P[:, 0, 0], P[:, 1, 1] = Q[:, 1, 1] / det, Q[:, 0, 0] / det
    P[:, 0, 1] = P[:, 1, 0] = -Q[:, 0, 1] / det
    dP = -(P[:, None] @ dQ @ P[:, None])
    return P, dP, np.log(det), np.einsum("nij,nkji->nk", P, dQ)


def _edge_weights(P: Floats, dP: Floats, phi: Floats, dphi: Floats) -> tuple[Floats, Floats]:
    """The ten weights of each gap (n, 10) and their derivatives (n, 10, 5)."""
    i3, j3 = [0, 0, 1], [0, 1, 1]
    i4, j4 = [0, 0, 1, 1], [0, 1, 0, 1]
    both = phi[:, i3] * phi[:, j3]
    w = np.concatenate([P[:, i3, j3], both * P[:, i3, j3], -P[:, i4, j4] * phi[:, j4]], axis=1)
    dw = np.zeros((len(P), PAIR_EDGE, N_NATURAL))
    dP3, dP4 = dP[:, :, i3, j3].transpose(0, 2, 1), dP[:, :, i4, j4].transpose(0, 2, 1)
    dw[:, :3], dw[:, 3:6], dw[:, 6:] = dP3, both[:, :, None] * dP3, -phi[:, j4][:, :, None] * dP4
    for k, (i, j) in enumerate(zip(i3, j3, strict=True)):
        dw[:, 3 + k, 3 + i] += P[:, i, j] * dphi[:, i] * phi[:, j]
        dw[:, 3 + k, 3 + j] += P[:, i, j] * phi[:, i] * dphi[:, j]
    for k, (i, j) in enumerate(zip(i4, j4, strict=True)):
        dw[:, 6 + k, 3 + j] -= P[:, i, j] * dphi[:, j]
    return w, dw
