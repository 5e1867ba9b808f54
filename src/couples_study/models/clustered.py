"""Linear estimates with couples as clusters: bias-reduced GEE with t on G-1, and plain least squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.contracts.evidence import Term
from couples_study.core.errors import AnalysisError
from couples_study.models.model import full_rank
from couples_study.models.terms import split

CONF_LEVEL = 0.95
COLLINEAR = 1e-12  # least eigenvalue of the columns' cosines: below, rounding decides the coefficients


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Coefficients ``params`` (k,), their covariance ``cov`` (k, k) and the degrees of freedom of their t."""

    names: tuple[str, ...]
    params: np.ndarray
    cov: np.ndarray
    df: float
    estimator: str

    def term(self, weights: np.ndarray, name: str) -> Term:
        """The linear combination ``weights @ params`` as a term called ``name``."""
        estimate, std_error = float(weights @ self.params), float(np.sqrt(weights @ self.cov @ weights))
        return term_of(name, estimate, std_error, self.df)

    def terms(self) -> tuple[Term, ...]:
        return tuple(self.term(row, name) for row, name in zip(np.eye(len(self.names)), self.names, strict=True))


@cache
def t_beyond(tail: float, df: float) -> float:
    """The value that a t variable with ``df`` degrees of freedom exceeds with probability ``tail``."""
    return float(stats.t.isf(tail, df))


def term_of(name: str, estimate: float, std_error: float, df: float) -> Term:
    """A term with its two-sided t test of zero and 95% interval."""
    if not (np.isfinite(estimate) and np.isfinite(std_error) and std_error > 0):
        raise AnalysisError(
            name, expected="a finite estimate with a standard error", found="none", do="see the model's columns"
        )
    half = t_beyond((1 - CONF_LEVEL) / 2, df) * std_error
    words, role = split(name)
    return Term(
        term=words,
        role=role,
        estimate=estimate,
        std_error=std_error,
        df=df,
        statistic=estimate / std_error,
        p_value=float(2 * stats.t.sf(abs(estimate / std_error), df)),
        conf_low=estimate - half,
        conf_high=estimate + half,
    )


def gee(y: np.ndarray, X: np.ndarray, names: Sequence[str], couples: np.ndarray) -> Linear:
    """Independence GEE with the bias-reduced sandwich of Mancl and DeRouen (2001) and t on G-1 df.

    ``y`` (n,), ``X`` (n, k), ``couples`` (n,) integer codes. The working independence keeps lagged outcomes among the
    predictors consistent, which an exchangeable working correlation would not (Pepe and Anderson, 1994). With it and a
    normal outcome the estimates are those of least squares, so nothing is iterated.
    """
    if not (np.isfinite(y).all() and np.isfinite(X).all() and full_rank(X, COLLINEAR)):
        raise AnalysisError("GEE", expected="a fit", found="none", do="look for collinear columns")
    fit, _ = by_influences(y, X, names, couples)
    words = f"GEE, working independence, bias-reduced couple-clustered variance, t with {int(fit.df)} df"
    return replace(fit, estimator=words)


def by_influences(y: np.ndarray, X: np.ndarray, names: Sequence[str], couples: np.ndarray) -> tuple[Linear, np.ndarray]:
    """The same estimates and variance as `gee`, by least squares, with each couple's part in them (G, k)."""
    parts = influences(y, X, couples)
    groups = len(parts)
    found = Linear(
        names=tuple(names),
        params=np.linalg.solve(X.T @ X, X.T @ y),
        cov=parts.T @ parts,
        df=groups - 1,
        estimator=f"least squares, bias-reduced couple-clustered variance, t with {groups - 1} df",
    )
    return found, parts


def influences(y: np.ndarray, X: np.ndarray, couples: np.ndarray) -> np.ndarray:
    """Each couple's part in the least-squares coefficients, (G, k); their squares add up to the variance of `gee`.

    A couple's residuals are divided by one minus its own leverage (Mancl and DeRouen, 2001). As
    X'(I - X A X')^-1 = (I - X'X A)^-1 X', the system to solve has the size of the coefficients, not of the couple.
    """
    inverse = np.linalg.inv(X.T @ X)
    residuals = y - X @ (inverse @ (X.T @ y))
    groups = list(pd.Series(np.arange(len(y))).groupby(couples, sort=True).indices.values())
    own = np.array([X[rows].T @ X[rows] for rows in groups])
    score = np.array([X[rows].T @ residuals[rows] for rows in groups])
    adjusted = np.linalg.solve(np.eye(X.shape[1]) - own @ inverse, score[:, :, None])
    return adjusted[:, :, 0] @ inverse


def influence_of(
    fit: Linear, y: np.ndarray, X: np.ndarray, couples: np.ndarray, weights: np.ndarray
) -> dict[int, float]:
    """What each couple adds to ``weights @ params`` of a least-squares fit, by its code in ``couples`` (rows,)."""
    parts = (X @ np.linalg.solve(X.T @ X, weights)) * (y - X @ fit.params)
    codes, at = np.unique(couples, return_inverse=True)
    return dict(zip(codes.tolist(), np.bincount(at, weights=parts).tolist(), strict=True))


def ols(y: np.ndarray, X: np.ndarray, names: Sequence[str]) -> Linear:
    """Ordinary least squares with its textbook variance and t on n-k df, for one row per couple."""
    from statsmodels.regression.linear_model import OLS

    fit = OLS(y, X).fit()
    return Linear(
        names=tuple(names),
        params=np.asarray(fit.params),
        cov=np.asarray(fit.cov_params()),
        df=float(fit.df_resid),
        estimator=f"ordinary least squares, t with {int(fit.df_resid)} df",
    )
