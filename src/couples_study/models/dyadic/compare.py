"""Likelihood-ratio comparison of nested fits, with the REML guard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from couples_study.core.errors import AnalysisError

if TYPE_CHECKING:
    from couples_study.models.dyadic.results import DyadicResults

SAME_FIT = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatio:
    """Twice the difference in log-likelihood, referred to chi-square with ``df`` degrees of freedom.

    Where the smaller model sets variances to zero the p-value is too large (Self & Liang, 1987).
    """

    statistic: float
    df: int
    p_value: float


def likelihood_ratio(small: DyadicResults, large: DyadicResults) -> LikelihoodRatio:
    """Compare two nested fits of the same rows.

    Refused: different rows or outcomes; REML with ML; different fixed parts under REML, whose likelihoods are of
    different data (contrasts free of other fixed effects).
    """
    first, second = small.model, large.model
    if first.endog.shape != second.endog.shape or not np.allclose(first.endog, second.endog):
        _refuse("the same rows and outcome", "two different sets of rows", "fit both models to the same frame")
    if first.reml != second.reml:
        _refuse("both by REML or both by ML", "one of each", "fit both with the same `reml`")
    if first.reml and not _same_span(small, large):
        _refuse("the same fixed part under REML", "different fixed parts", "fit both with reml=False")
    df = large.k_parameters - small.k_parameters
    if df <= 0:
        _refuse("a larger model second", f"{-df} more parameter(s) in the first", "swap the two fits")
    statistic = 2.0 * (large.llf - small.llf)
    if statistic < -SAME_FIT:
        _refuse("nested models", "a larger model that fits worse", "check that the first is a case of the second")
    statistic = max(0.0, float(statistic))
    return LikelihoodRatio(statistic=statistic, df=df, p_value=float(stats.chi2.sf(statistic, df)))


def distinguishability(pooled: DyadicResults, by_role: DyadicResults) -> LikelihoodRatio:
    """Do the roles differ at all? Pooled effects and exchangeable partners against everything by role.

    Both by maximum likelihood (Kenny, Kashy & Cook, 2006, chapter 6).
    """
    kinds = pooled.model.options.dyads, by_role.model.options.dyads
    if kinds != ("indistinguishable", "distinguishable"):
        _refuse("indistinguishable partners first, distinguishable second", " and ".join(kinds), "fit those two models")
    if pooled.model.reml:
        _refuse("maximum likelihood, the fixed parts being different", "REML", "fit both with reml=False")
    return likelihood_ratio(pooled, by_role)


def _same_span(small: DyadicResults, large: DyadicResults) -> bool:
    X, W = np.asarray(small.model.exog), np.asarray(large.model.exog)
    if X.shape != W.shape:
        return False
    fitted = W @ np.linalg.lstsq(W, X, rcond=None)[0]
    return bool(np.allclose(fitted, X, atol=1e-8 * np.abs(X).max()))


def _refuse(expected: str, found: str, do: str) -> None:
    raise AnalysisError("likelihood-ratio test", expected=expected, found=found, do=do)
