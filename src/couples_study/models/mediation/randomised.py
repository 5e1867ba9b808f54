"""Mediation in a trial: two analyses of covariance, and couples resampled by their cross-products."""

from __future__ import annotations

import numpy as np

from couples_study.core.errors import AnalysisError
from couples_study.models.mediation.effects import Draws, Paths

ARM, MEDIATOR, OUTCOME = 1, -2, -1


def paths_in_trial(
    arm: np.ndarray, mediator: np.ndarray, outcome: np.ndarray, held: np.ndarray, rng: np.random.Generator, draws: int
) -> Draws:
    """Paths of arm -> mediator -> outcome among couples of two arms, with ``draws`` resamples of couples.

    ``arm`` (C,) is 1 in the first arm and 0 in the second; ``mediator`` and ``outcome`` (C, 2), NaN where missing;
    ``held`` (C, 2, k) what both equations hold constant. People without mediator or outcome are missing at random
    given arm and ``held``. Chance decided the arm, not the mediator: the outcome equation rests on no hidden common
    cause of mediator and outcome (Imai, Keele and Yamamoto, 2010).
    """
    there = np.isfinite(mediator) & np.isfinite(outcome) & np.isfinite(held).all(axis=-1)
    ones = np.ones(mediator.shape)
    rows = np.stack([ones, np.broadcast_to(arm[:, None], ones.shape).astype(np.float64)], axis=-1)
    rows = np.concatenate([rows, held, mediator[..., None], outcome[..., None]], axis=-1)
    rows = np.where(there[..., None], rows, 0.0)
    products = np.einsum("cik,cil->ckl", rows, rows)
    couples = len(arm)
    weights = rng.multinomial(couples, np.full(couples, 1 / couples), size=draws).astype(np.float64)
    resampled = (weights @ products.reshape(couples, -1)).reshape(draws, *products.shape[1:])
    try:
        return Draws(estimate=_paths(products.sum(axis=0)), resampled=_paths(resampled))
    except np.linalg.LinAlgError as error:
        raise AnalysisError(
            "mediation", expected="both arms with answers, and columns that vary", found="columns that hang together",
            do="look for a covariate that repeats another",
        ) from error  # fmt: skip


def _paths(M: np.ndarray) -> Paths:
    """Paths from cross-products (..., k, k) of [1, arm, held, mediator, outcome]."""
    before = M[..., :MEDIATOR, :MEDIATOR]
    alpha = np.linalg.solve(before, M[..., :MEDIATOR, MEDIATOR, None])[..., 0]
    rss_m = M[..., MEDIATOR, MEDIATOR] - np.sum(alpha * M[..., :MEDIATOR, MEDIATOR], axis=-1)
    with_m = M[..., :OUTCOME, :OUTCOME]
    beta = np.linalg.solve(with_m, M[..., :OUTCOME, OUTCOME, None])[..., 0]
    rss_y = M[..., OUTCOME, OUTCOME] - np.sum(beta * M[..., :OUTCOME, OUTCOME], axis=-1)
    n = M[..., 0, 0]
    return Paths(
        a=alpha[..., ARM],
        b=beta[..., OUTCOME],
        direct=beta[..., ARM],
        cov_ab=np.zeros(n.shape),
        sd_m=np.sqrt(rss_m / (n - alpha.shape[-1])),
        sd_y=np.sqrt(rss_y / (n - beta.shape[-1])),
    )
