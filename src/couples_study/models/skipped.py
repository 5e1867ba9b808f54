"""Weights for answered evenings, by how likely an answer was given the day before.

An evening after an answered one was due. The chance that it came is a logistic regression on yesterday's answers to
what the model asks of, and on the day; answers that were unlikely stand for those that did not come (Robins, Rotnitzky
and Zhao, 1994). Evenings after a gap tell nothing of that and count with the mean weight.
"""

from __future__ import annotations

import numpy as np

from couples_study.measures import Panel
from couples_study.models.missing_data import inverse_probability

LABEL = "weighted by the inverse chance of an answer"
TOMORROW = -1
FEWEST = 20  # skipped evenings; fewer tell nothing of why evenings are skipped


def answer_weights(columns: tuple[str, ...], panel: Panel, used: np.ndarray) -> np.ndarray | None:
    """A weight for every panel row numbered in ``used``, with mean 1; None where hardly an evening was skipped.

    ``columns`` are what yesterday said: the outcome and the model's own predictors.
    """
    time = panel.frame["time"].to_numpy(dtype=np.float64)
    known = np.column_stack([np.ones(len(time)), *(panel.value(column) for column in columns), time])
    asked = np.isfinite(known).all(axis=1) & (time < time.max())
    next_row = panel.rows("own", TOMORROW)
    is_used = np.zeros(len(time), dtype=bool)
    is_used[used] = True
    came = np.where(next_row >= 0, is_used[next_row], False)
    if not asked.any() or (asked & ~came).sum() < FEWEST or (asked & came).sum() < FEWEST:
        return None
    weights = inverse_probability(came[asked], _told(known[asked]))
    of_row = np.full(len(time), np.nan)
    rows = next_row[asked]
    of_row[rows[came[asked]]] = weights[came[asked]]
    found = of_row[used]
    found = np.where(np.isfinite(found), found, np.nanmean(found))
    return found / found.mean()


def _told(known: np.ndarray) -> np.ndarray:
    """Standardised, and without columns that do not vary."""
    spread = known.std(axis=0)
    varying = spread > 0
    scaled = (known[:, varying] - known[:, varying].mean(axis=0)) / spread[varying]
    return np.column_stack([np.ones(len(known)), scaled])
