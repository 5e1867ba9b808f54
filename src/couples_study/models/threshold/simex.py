"""What the slopes would be without miscounting: more of it is added, and the trend is followed back to none.

SIMEX (Cook and Stefanski 1994) for counts: touches are forgotten and touches that were not there are added, once, half
as much again, and so on; each slope is followed over the amount of error and extrapolated to the point where the
report's own error is gone. How much error a report has is assumed, not known.
"""

from __future__ import annotations

import numpy as np

from couples_study.models.threshold.basis import capped, hinge, within_person
from couples_study.models.threshold.grams import CoupleGrams, couple_products, pooled
from couples_study.models.threshold.rows import CAP, FloatArray, Rows
from couples_study.models.threshold.slopes import Estimate, estimate_of, regressed

FORGOTTEN, ADDED = 0.15, 0.5  # of a day's touches, and touches a day: the error that one report is assumed to have
AMOUNTS = (0.5, 1.0, 1.5, 2.0)
TIMES = 5  # simulations per amount
WITHOUT = -1.0  # the amount at which a report's own error is gone


def without_miscounting(
    rows: Rows, grams: CoupleGrams, weights: FloatArray, stated: float, rng: np.random.Generator
) -> tuple[Estimate, Estimate]:
    """Slopes below and above ``stated`` extrapolated to exact counts, by a parabola over the amount of error.

    ``weights`` (draws, couples) are resamples of the couples of ``grams``, the same ones for every amount.
    """
    found = [_slopes(rows, rows.exposure, grams, weights, stated)]
    for amount in AMOUNTS:
        worse = [_slopes(rows, _miscounted(rows.exposure, amount, rng), grams, weights, stated) for _ in range(TIMES)]
        found.append(np.mean(worse, axis=0))
    back = np.vander([WITHOUT], 3)[0] @ np.linalg.pinv(np.vander([0.0, *AMOUNTS], 3))
    slopes = np.tensordot(back, np.stack(found), axes=1)
    return estimate_of(slopes[0, 0], slopes[1:, 0]), estimate_of(slopes[0, 1], slopes[1:, 1])


def _slopes(rows: Rows, count: FloatArray, grams: CoupleGrams, weights: FloatArray, stated: float) -> FloatArray:
    """Slopes below and above (1 + draws, 2): of all couples first, then of each resample."""
    person, couple = (np.unique(codes, return_inverse=True)[1] for codes in (rows.person, rows.couple))
    pieces = [rows.controls, capped(count, stated), hinge(count, stated), rows.outcome]
    products = couple_products(within_person(np.column_stack(pieces), person), couple, grams)
    stack = np.concatenate([products.sum(axis=0)[None], pooled(products, weights)])
    return regressed(stack, *range(grams.n_controls + 2))[:, grams.n_controls :]


def _miscounted(counts: FloatArray, amount: float, rng: np.random.Generator) -> FloatArray:
    kept = rng.binomial(np.rint(counts).astype(int), (1.0 - FORGOTTEN) ** amount)
    return np.asarray(np.minimum(kept + rng.poisson(ADDED * amount, counts.shape), CAP), dtype=float)
