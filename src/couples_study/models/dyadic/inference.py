"""Degrees of freedom of contrasts of fixed effects, and tests of several at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from couples_study.models.dyadic.information import Information
    from couples_study.models.dyadic.residual import Floats

LEAST_DF = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Satterthwaite:
    """Satterthwaite degrees of freedom of a fit (Giesbrecht & Burns, 1985; Fai & Cornelius, 1996).

    ``covariance`` (p, p) is that of the fixed effects, ``slopes`` (m, p, p) its derivatives by the covariance
    parameters, the AR parameter among them, ``information`` (m, m) those parameters' asymptotic covariance.
    """

    covariance: Floats
    slopes: Floats
    information: Floats

    @classmethod
    def of(cls, covariance: Floats, information: Information, turn: Floats) -> Satterthwaite:
        """From the engine's rotated columns to the caller's: beta = turn @ rotated."""
        slopes = turn @ information.slopes @ turn.T
        return cls(covariance=covariance, slopes=slopes, information=information.covariance)

    def df(self, contrasts: ArrayLike) -> Floats:
        """Degrees of freedom of each row of ``contrasts`` (r, p)."""
        L = np.atleast_2d(np.asarray(contrasts, dtype=float))
        variance = np.einsum("rp,pq,rq->r", L, self.covariance, L)
        by = np.einsum("rp,mpq,rq->rm", L, self.slopes, L)
        spread = np.einsum("rm,mn,rn->r", by, self.information, by)
        with np.errstate(divide="ignore"):
            return np.maximum(LEAST_DF, np.where(spread > 0, 2.0 * variance**2 / spread, np.inf))

    def joint_df(self, contrasts: ArrayLike) -> float:
        """Denominator degrees of freedom of an F test that all rows of ``contrasts`` are zero."""
        L = np.atleast_2d(np.asarray(contrasts, dtype=float))
        values, vectors = np.linalg.eigh(L @ self.covariance @ L.T)
        keep = values > 1e-10 * values.max()
        return combined_df(self.df(vectors[:, keep].T @ L))


def combined_df(each: Floats) -> float:
    """Denominator df whose F has the mean of the sum of squared t's with ``each`` df (Fai & Cornelius, 1996)."""
    if len(each) == 1:
        return float(each[0])
    if np.ptp(each) < 1e-8 * each.max():
        return float(each.mean())
    mean = float(np.sum(each / (each - 2.0))) if np.all(each > 2.0) else np.inf
    return 2.0 * mean / (mean - len(each)) if np.isfinite(mean) and mean > len(each) else 2.0
