"""Couple-cluster-robust covariance of the fixed effects with small-sample degrees of freedom (CR2).

Pustejovsky & Tipton (2018): residuals of each couple are multiplied so that the estimator is unbiased were the fitted
model true; degrees of freedom follow from the same working model. It is the sensitivity row beside the model's errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.models.dyadic.inference import combined_df

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from couples_study.models.dyadic.dense import CoupleBlock
    from couples_study.models.dyadic.residual import Floats

EIGEN_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRobust:
    """CR2 covariance (p, p) and what degrees of freedom need.

    Per couple: ``own`` (C, p, p) is B'V B and ``cross`` (C, p, p) is X'B, where B = A'V^-1 X M (n, p) takes a couple's
    residuals to its part of the estimate's robust error; ``bread`` (p, p) is M = (X'V^-1 X)^-1. ``scores`` (C, p) are
    these parts, whose outer products add up to the covariance; ``first`` (C,) is the first row of each couple.
    """

    covariance: Floats
    bread: Floats
    own: Floats
    cross: Floats
    scores: Floats
    first: Floats

    def df(self, contrasts: ArrayLike) -> Floats:
        """Satterthwaite degrees of freedom of each row of ``contrasts`` (r, p)."""
        L = np.atleast_2d(np.asarray(contrasts, dtype=float))
        return np.array([self._df(row) for row in L])

    def _df(self, contrast: Floats) -> float:
        own = np.einsum("p,cpq,q->c", contrast, self.own, contrast)
        h = self.cross @ contrast
        P = np.diag(own) - h @ self.bread @ h.T
        return float(np.trace(P) ** 2 / np.sum(P**2))

    def joint_df(self, contrasts: ArrayLike) -> float:
        """Denominator df of an F test of several contrasts, from the df of its principal ones."""
        L = np.atleast_2d(np.asarray(contrasts, dtype=float))
        _, vectors = np.linalg.eigh(L @ self.covariance @ L.T)
        return combined_df(self.df(vectors.T @ L))

    def table(self, params: Floats, names: list[str], alpha: float) -> pd.DataFrame:
        """Estimates with these errors: df, t, p and interval, one row per coefficient."""
        error = np.sqrt(np.diag(self.covariance))
        df = self.df(np.eye(len(error)))
        t, half = params / error, stats.t.isf(alpha / 2, df) * error
        columns = {
            "estimate": params,
            "std_error": error,
            "df": df,
            "statistic": t,
            "p_value": 2 * stats.t.sf(np.abs(t), df),
            "conf_low": params - half,
            "conf_high": params + half,
        }
        return pd.DataFrame(columns, index=names)


def cr2(blocks: list[CoupleBlock], X: Floats, residuals: Floats, bread: Floats) -> ClusterRobust:
    """CR2 from the couples' dense blocks; ``bread`` (p, p) is (X'V^-1 X)^-1, residuals are y - X beta (n,)."""
    meat = np.zeros_like(bread)
    own, cross = np.empty((len(blocks), *bread.shape)), np.empty((len(blocks), *bread.shape))
    scores = np.empty((len(blocks), len(bread)))
    for c, block in enumerate(blocks):
        V = block.covariance
        B = _contribution(V, X[block.rows], bread)
        scores[c] = score = B.T @ residuals[block.rows]
        meat += np.outer(score, score)
        own[c], cross[c] = B.T @ V @ B, X[block.rows].T @ B
    first = np.array([block.rows[0] for block in blocks])
    return ClusterRobust(covariance=meat, bread=bread, own=own, cross=cross, scores=scores, first=first)


def _contribution(V: Floats, X: Floats, bread: Floats) -> Floats:
    """A'V^-1 X M (n, p) with A = D'(D (V - X M X') D')^(-1/2) D and V = D'D."""
    D = np.linalg.cholesky(V).T
    values, vectors = np.linalg.eigh(D @ (V - X @ bread @ X.T) @ D.T)
    keep = values > EIGEN_TOLERANCE * values.max()
    root = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
    solved = np.linalg.solve(V, X @ bread)
    return D.T @ (root @ (D @ solved))
