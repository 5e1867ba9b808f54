"""A relation drawn as binned means, aggregated so far that no couple can be read off."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.contracts.evidence import FigureData
from couples_study.privacy import SMALLEST_CELL

MOST_BINS = 12


def partial_bins(
    *, x: np.ndarray, y: np.ndarray, couple: np.ndarray, title: str, x_label: str, y_label: str, slope: float
) -> FigureData:
    """Means of ``y`` (a partial residual) in bins of equal count of ``x``, with couple-clustered 95% intervals.

    Where ``x`` has few values (a yes or no), each of them is a bin. A bin of fewer than `SMALLEST_CELL` couples joins
    the one before it (the first the one after), so that the counts of the others give nothing back.
    """
    where = _pooled(_places(x), couple)
    rows = [_bin(x[where == i], y[where == i], couple[where == i]) for i in np.unique(where)]
    frame = pd.DataFrame(rows, columns=["x", "y", "low", "high", "n"])
    return FigureData(
        kind="bins",
        title=title,
        x_label=x_label,
        y_label=y_label,
        frames={"bins": frame},
        notes={"slope": slope, "n": len(x), "couples": len(np.unique(couple))},
    )


def _places(x: np.ndarray) -> np.ndarray:
    """The bin of every row, from 0."""
    values, each = np.unique(x, return_inverse=True)
    if len(values) <= MOST_BINS:
        return each
    edges = np.unique(np.quantile(x, np.linspace(0, 1, MOST_BINS + 1)))
    return np.clip(np.searchsorted(edges, x, side="right") - 1, 0, max(len(edges) - 2, 0))


def _pooled(where: np.ndarray, couple: np.ndarray) -> np.ndarray:
    """The bins with small ones joined to their neighbours."""
    where = where.copy()
    bins = list(np.unique(where))
    while len(bins) > 1:
        small = next((i for i, one in enumerate(bins) if len(np.unique(couple[where == one])) < SMALLEST_CELL), None)
        if small is None:
            break
        where[where == bins[small]] = bins[small - 1 if small else 1]
        bins.pop(small)
    return where


def _bin(x: np.ndarray, y: np.ndarray, couple: np.ndarray) -> dict[str, float]:
    couples = np.unique(couple)
    mean = float(y.mean())
    sums = pd.Series(y - mean).groupby(couple).sum().to_numpy()
    groups = len(couples)
    error = float(np.sqrt((sums**2).sum() * groups / (groups - 1))) / len(y)
    half = float(stats.t.isf(0.025, groups - 1)) * error
    return {"x": float(x.mean()), "y": mean, "low": mean - half, "high": mean + half, "n": len(y)}
