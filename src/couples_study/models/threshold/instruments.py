"""Slopes around the stated value with instruments: another report of the same count, or an assigned one.

Two reports of the same touches err separately, so the part of one's own report that the partner's report predicts is
free of one's own miscounting; an assigned number is free of whatever moves both touch and closeness. The slopes on
either side of the stated value are instrumented by the same two pieces of the other count (two-stage least squares,
exactly identified).
"""

from __future__ import annotations

import numpy as np

from couples_study.models.threshold.basis import capped, hinge, within_person
from couples_study.models.threshold.grams import CoupleGrams, couple_products, pooled
from couples_study.models.threshold.rows import FloatArray, IntArray, Rows
from couples_study.models.threshold.slopes import Estimate, estimate_of

WEAK = 10.0  # the first-stage F below which an instrument says little (Staiger and Stock 1997)


def instrumented(
    rows: Rows, grams: CoupleGrams, weights: FloatArray, count: FloatArray, instrument: FloatArray, stated: float
) -> tuple[Estimate, Estimate] | None:
    """Slopes below and above ``stated`` of ``count`` (n,) by ``instrument`` (n,); None where it is too weak.

    Days without one of the two are left out; ``weights`` (draws, couples) are resamples of the couples of ``grams``.
    The first stage is judged by the smaller of two F statistics, with couples as the independent units.
    """
    known = np.isfinite(count) & np.isfinite(instrument)
    used = rows.where(known)
    x, z = count[known], instrument[known]
    pieces = [capped(x, stated), hinge(x, stated), capped(z, stated), hinge(z, stated)]
    person = np.unique(used.person, return_inverse=True)[1]
    columns = within_person(np.column_stack([*pieces, used.controls, used.outcome]), person)
    couple = np.searchsorted(np.unique(rows.couple), used.couple)
    products = couple_products(columns, couple, grams)
    here, there = products.sum(axis=0), pooled(products, weights)
    if _first_stage(columns, couple) < WEAK:
        return None
    found, drawn = _two_stage(here), _two_stage(there)
    return estimate_of(found[0], drawn[:, 0]), estimate_of(found[1], drawn[:, 1])


def _two_stage(products: FloatArray) -> FloatArray:
    """Coefficients (..., 2) of the first two columns, instrumented by the next two; the last column is the outcome."""
    k = products.shape[-1]
    regressors, instruments = np.r_[0, 1, 4 : k - 1], np.r_[2 : k - 1]
    left = products[..., instruments[:, None], regressors]
    return np.asarray(np.linalg.solve(left, products[..., instruments, -1:])[..., :2, 0])


def _first_stage(columns: FloatArray, couple: IntArray) -> float:
    """The smaller of the two couple-robust F statistics of the first stage; 0 where columns depend on each other."""
    design = columns[:, 2:-1]
    products = design.T @ design
    if np.linalg.matrix_rank(products, hermitian=True) < len(products):
        return 0.0
    bread = np.linalg.inv(products)
    found = []
    for target in columns.T[:2]:
        beta = bread @ design.T @ target
        scores = np.zeros((int(couple.max()) + 1, design.shape[1]))
        np.add.at(scores, couple, design * (target - design @ beta)[:, None])
        spread = (bread @ (scores.T @ scores) @ bread)[:2, :2]
        found.append(float(beta[:2] @ np.linalg.solve(spread, beta[:2])) / 2)
    return min(found)
