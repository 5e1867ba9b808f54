"""Outcomes drawn from a fit, and residuals made comparable through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from couples_study.models.dyadic.dense import CoupleBlock
    from couples_study.models.dyadic.residual import Floats


def draw(blocks: list[CoupleBlock], fitted: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Outcomes (draws, n) of the sorted design: fitted (n,) plus new random effects and residuals."""
    out = np.empty((draws, len(fitted)))
    for block in blocks:
        root = np.linalg.cholesky(block.covariance)
        out[:, block.rows] = fitted[block.rows] + rng.normal(size=(draws, len(root))) @ root.T
    return out


def whitened(blocks: list[CoupleBlock], residuals: Floats) -> Floats:
    """Residuals (n,) times the inverse root of V: independent, of variance one, if the model is true.

    Each is what its row adds to the couple's earlier rows (Fitzmaurice, Laird & Ware, 2011, chapter 10).
    """
    out = np.empty(len(residuals))
    for block in blocks:
        out[block.rows] = np.linalg.solve(np.linalg.cholesky(block.covariance), residuals[block.rows])
    return out


def simulated_ranks(observed: Floats, simulated: Floats, rng: np.random.Generator) -> Floats:
    """Share of simulated outcomes (draws, n) below the observed (n,), ties broken at random.

    Uniform if the model is true: randomised quantile residuals (Dunn & Smyth, 1996).
    """
    below, equal = (simulated < observed).sum(axis=0), (simulated == observed).sum(axis=0)
    return (below + rng.uniform(size=len(observed)) * (equal + 1)) / (len(simulated) + 1)
