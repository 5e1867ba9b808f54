"""Mediation in a trial: two analyses of covariance, and couples resampled by their cross-products."""

from __future__ import annotations

import numpy as np

from couples_study.core.errors import AnalysisError
from couples_study.models.mediation.effects import Draws, Paths

ARM, MEDIATOR, OUTCOME = 1, -2, -1


def paths_in_trial(
    arm: np.ndarray,
    mediator: np.ndarray,
    outcome: np.ndarray,
    held: np.ndarray,
    rng: np.random.Generator,
    draws: int,
    errors: np.ndarray | None = None,
) -> Draws:
    """Paths of arm -> mediator -> outcome among couples of two arms, with ``draws`` resamples of couples.

    ``arm`` (C,) is 1 in the first arm and 0 in the second; ``mediator`` and ``outcome`` (C, 2), NaN where missing;
    ``held`` (C, 2, k) what both equations hold constant. People without mediator or outcome are missing at random
    given arm and ``held``. ``errors`` (k + 1,) are the error variances of the columns of ``held`` and of the mediator:
    a mediator measured with error takes the path to the outcome towards zero, so they are taken out of the outcome
    equation's cross-products (errors in variables: Fuller, 1987). Chance decided the arm, not the mediator: the outcome
    equation rests on no hidden common cause of mediator and outcome (Imai, Keele and Yamamoto, 2010).
    """
    return drawn_paths(products_of(arm, mediator, outcome, held), rng, draws, errors)


def drawn_paths(products: np.ndarray, rng: np.random.Generator, draws: int, errors: np.ndarray | None) -> Draws:
    """Paths from couples' cross-products (C, k, k), and from ``draws`` resamples of couples."""
    couples = len(products)
    weights = rng.multinomial(couples, np.full(couples, 1 / couples), size=draws).astype(np.float64)
    resampled = (weights @ products.reshape(couples, -1)).reshape(draws, *products.shape[1:])
    try:
        return Draws(estimate=_paths(products.sum(axis=0), errors), resampled=_paths(resampled, errors))
    except np.linalg.LinAlgError as error:
        raise AnalysisError(
            "mediation", expected="both arms with answers, and columns that vary", found="columns that hang together",
            do="look for a covariate that repeats another",
        ) from error  # fmt: skip


def true_share(
    arm: np.ndarray, mediator: np.ndarray, outcome: np.ndarray, held: np.ndarray, errors: np.ndarray
) -> float:
    """The share of true variance in what the mediator has beyond arm and ``held``: what a correction rests on."""
    M = products_of(arm, mediator, outcome, held).sum(axis=0)[:OUTCOME, :OUTCOME]
    corrected = M - M[0, 0] * np.diag(np.r_[0.0, 0.0, errors])
    return float(_beyond(corrected) / _beyond(M))


def _beyond(M: np.ndarray) -> float:
    """What the last column has beyond the others, from cross-products."""
    return float(M[-1, -1] - M[-1, :-1] @ np.linalg.solve(M[:-1, :-1], M[:-1, -1]))


def products_of(
    arm: np.ndarray, mediator: np.ndarray, outcome: np.ndarray, held: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Couples' cross-products (C, k, k) of [1, arm, held, mediator, outcome] over complete rows, perhaps weighted."""
    there = np.isfinite(mediator) & np.isfinite(outcome) & np.isfinite(held).all(axis=-1)
    ones = np.ones(mediator.shape)
    rows = np.stack([ones, np.broadcast_to(arm[:, None], ones.shape).astype(np.float64)], axis=-1)
    rows = np.concatenate([rows, held, mediator[..., None], outcome[..., None]], axis=-1)
    rows = np.where(there[..., None], rows, 0.0)
    if weights is not None:
        rows = rows * np.sqrt(weights)[..., None]
    return np.einsum("cik,cil->ckl", rows, rows)


def _paths(M: np.ndarray, errors: np.ndarray | None) -> Paths:
    """Paths from cross-products (..., k, k) of [1, arm, held, mediator, outcome]; ``errors`` as above."""
    before = M[..., :MEDIATOR, :MEDIATOR]
    alpha = np.linalg.solve(before, M[..., :MEDIATOR, MEDIATOR, None])[..., 0]
    rss_m = M[..., MEDIATOR, MEDIATOR] - np.sum(alpha * M[..., :MEDIATOR, MEDIATOR], axis=-1)
    n = M[..., 0, 0]
    with_m = M[..., :OUTCOME, :OUTCOME]
    if errors is not None:
        with_m = with_m - n[..., None, None] * np.diag(np.r_[0.0, 0.0, errors])
    beta = np.linalg.solve(with_m, M[..., :OUTCOME, OUTCOME, None])[..., 0]
    rss_y = M[..., OUTCOME, OUTCOME] - np.sum(beta * M[..., :OUTCOME, OUTCOME], axis=-1)
    return Paths(
        a=alpha[..., ARM],
        b=beta[..., OUTCOME],
        direct=beta[..., ARM],
        cov_ab=np.zeros(n.shape),
        sd_m=np.sqrt(rss_m / (n - alpha.shape[-1])),
        sd_y=np.sqrt(np.maximum(rss_y, 1e-9 * M[..., OUTCOME, OUTCOME]) / (n - beta.shape[-1])),
    )
