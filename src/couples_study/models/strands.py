"""How many strands a set of items has, whether they are those that were named, and whether any two are one.

The partners of a couple answer for the same relationship, so the sample is split by partner: two halves of one person
per couple, each with rows that are independent of one another.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

DRAWN, HIGH = 200, 0.95
STARTS = 3
SALIENT = 0.40


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """Loadings (J, k) in the order of the named strands, correlations of the factors (k, k), items out of place."""

    loadings: np.ndarray
    correlations: np.ndarray
    misplaced: int


def retained(answers: np.ndarray, rng: np.random.Generator, draws: int = DRAWN) -> int:
    """Horn's parallel analysis (1965): components beyond the 95th percentile of those of as much noise."""
    n, count = answers.shape
    seen = np.linalg.eigvalsh(np.corrcoef(answers, rowvar=False))[::-1]
    noise = np.array([
        np.linalg.eigvalsh(np.corrcoef(rng.standard_normal((n, count)), rowvar=False))[::-1] for _ in range(draws)
    ])  # fmt: skip
    beyond = seen > np.quantile(noise, HIGH, axis=0)
    return int(count if beyond.all() else np.argmin(beyond))


def _fitted(answers: np.ndarray, number: int) -> Any | None:
    """Maximum-likelihood factors from `STARTS` starting points, the likeliest of them; None where none comes to an end.

    statsmodels starts from one random point and may stop at a lower top; the points are fixed here.
    """
    from statsmodels.multivariate.factor import Factor

    corr = np.corrcoef(answers, rowvar=False)
    best: tuple[float, Any] | None = None
    for start in range(STARTS):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                fit = Factor(corr=corr, n_factor=number, method="ml", nobs=len(answers)).fit(rng=start)
            except (np.linalg.LinAlgError, ValueError, Warning):
                continue
        deviance = _deviance(np.asarray(fit.fitted_cov), corr)
        if best is None or deviance < best[0]:
            best = (deviance, fit)
    return None if best is None else best[1]


def _deviance(model: np.ndarray, corr: np.ndarray) -> float:
    """Minus twice the log-likelihood of one row, without its constant."""
    return float(np.linalg.slogdet(model)[1] + np.trace(np.linalg.solve(model, corr)))


def rotated(answers: np.ndarray, strand: np.ndarray) -> Rotated | None:
    """Maximum-likelihood factors, as many as strands, rotated by quartimin; None where there is no proper solution.

    ``strand`` (J,) numbers the strand that each item is meant to be of; factors are matched to strands by their
    loadings, and turned so that most of their own items load positively.
    """
    count = int(strand.max()) + 1
    fit = _fitted(answers, count)
    if fit is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit.rotate("oblimin")
        except (np.linalg.LinAlgError, ValueError, Warning):
            return None
    loadings, correlations = np.asarray(fit.loadings), np.asarray(fit._corr_factors())
    meant = np.eye(count)[strand]
    order = linear_sum_assignment(-np.abs(loadings.T @ meant))[1]
    place = np.argsort(order)
    loadings, correlations = loadings[:, place], correlations[np.ix_(place, place)]
    signs = np.where((loadings * meant).sum(axis=0) < 0, -1.0, 1.0)
    loadings, correlations = loadings * signs, correlations * np.outer(signs, signs)
    own = np.abs(loadings)[np.arange(len(strand)), strand]
    others = np.where(meant > 0, 0.0, np.abs(loadings)).max(axis=1)
    misplaced = int(((own < SALIENT) | (others >= SALIENT) | (others >= own)).sum())
    return Rotated(loadings=loadings, correlations=correlations, misplaced=misplaced)


def congruence(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Tucker's coefficient (1951) of each column of loadings with the same column of another half (k,)."""
    found: np.ndarray = (one * other).sum(axis=0) / np.sqrt((one**2).sum(axis=0) * (other**2).sum(axis=0))
    return found


def fewest_by_bic(answers: np.ndarray, most: int) -> tuple[int, dict[int, float]]:
    """The number of maximum-likelihood factors with the lowest BIC, and the BIC of each number that could be fitted."""
    n, count = answers.shape
    corr = np.corrcoef(answers, rowvar=False)
    found = {}
    for number in range(1, most + 1):
        fit = _fitted(answers, number)
        if fit is not None:
            free = count * number + count - number * (number - 1) / 2
            found[number] = float(n * _deviance(np.asarray(fit.fitted_cov), corr) + np.log(n) * free)
    return (min(found, key=lambda number: found[number]) if found else 0), found


def ratios(correlations: np.ndarray, strand: np.ndarray) -> np.ndarray:
    """The correlation of strands freed of noise, for every pair: between-strand over within-strand correlations.

    ``correlations`` (..., J, J) gives (..., pairs): the heterotrait-monotrait ratio of Henseler, Ringle and Sarstedt
    (2015), the average correlation of two strands' items over the geometric mean of those within each.
    """
    count = int(strand.max()) + 1
    members = [np.flatnonzero(strand == k) for k in range(count)]

    def within(k: int) -> np.ndarray:
        block = correlations[..., members[k][:, None], members[k]]
        size = len(members[k])
        own: np.ndarray = (block.sum(axis=(-1, -2)) - size) / (size * (size - 1))
        return own

    found = [
        correlations[..., members[j][:, None], members[k]].mean(axis=(-1, -2))
        / np.sqrt(np.maximum(within(j) * within(k), 1e-12))
        for j in range(count)
        for k in range(j + 1, count)
    ]
    return np.stack(found, axis=-1)
