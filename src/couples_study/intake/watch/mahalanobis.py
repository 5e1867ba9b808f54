"""Mahalanobis distance of each questionnaire from the rest, with whatever items it answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

ROWS_PER_ITEM = 5
SMALLEST_EIGENVALUE = 1e-8
ROWS_AT_ONCE = 65_536  # bounds the memory, and keeps a block in the processor's cache
MOST_ITEMS = 62  # one bit each in a whole number


def far_from_the_rest(items: Sequence[np.ndarray], bound: float) -> tuple[np.ndarray, np.ndarray, str]:
    """Which rows could be judged, and which lie further out than chance allows once in 1 / ``bound`` rows.

    Means and covariances are those of the rows that answered everything; a row with gaps is measured on the items it
    answered (at least two and at least half), against chi-square with as many degrees of freedom (Mahalanobis, 1936;
    Ward and Meade, 2023, Annual Review of Psychology 74, 577-596). Refused, with the reason, where too few rows are
    complete or the covariance is singular.
    """
    gaps = np.isnan(items[0]).astype("int64")
    none = np.zeros(len(gaps), dtype=bool)
    if len(items) > MOST_ITEMS:
        return none, none, f"more than {MOST_ITEMS} items"
    for bit, item in enumerate(items[1:], 1):
        gaps |= np.isnan(item).astype("int64") << bit
    complete = np.flatnonzero(gaps == 0)
    if len(complete) < ROWS_PER_ITEM * len(items):
        return none, none, f"fewer than {ROWS_PER_ITEM} complete questionnaires for each of the {len(items)} items"
    centre = np.array([item[complete].mean() for item in items])
    covariance = sum(part @ part.T for _, part in _blocks(items, complete, centre)) / (len(complete) - 1)
    if why_not := _singular(covariance):
        return none, none, why_not
    return *_judged(items, gaps, centre, covariance, bound), ""


def _judged(
    items: Sequence[np.ndarray], gaps: np.ndarray, centre: np.ndarray, covariance: np.ndarray, bound: float
) -> tuple[np.ndarray, np.ndarray]:
    """Rows with the same gaps are measured together."""
    from scipy.special import chdtri

    judged, flagged = np.zeros(len(gaps), dtype=bool), np.zeros(len(gaps), dtype=bool)
    order = np.argsort(gaps, kind="stable")
    starts = np.flatnonzero(np.diff(gaps[order], prepend=-1))
    for rows in np.split(order, starts[1:]):
        answered = np.flatnonzero([(int(gaps[rows[0]]) >> bit) & 1 == 0 for bit in range(len(items))]).tolist()
        if len(answered) < max(2, len(items) / 2):
            continue
        root = np.linalg.inv(np.linalg.cholesky(covariance[np.ix_(answered, answered)]))
        judged[rows] = True
        limit = chdtri(len(answered), bound)
        for block, part in _blocks([items[i] for i in answered], rows, centre[answered]):
            flagged[block] = np.square(root @ part).sum(axis=0) > limit
    return judged, flagged


def _blocks(
    items: Sequence[np.ndarray], rows: np.ndarray, centre: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The answers of ``rows`` about ``centre``, items by rows, so many rows at once."""
    for at in range(0, len(rows), ROWS_AT_ONCE):
        block = rows[at : at + ROWS_AT_ONCE]
        yield block, np.stack([item[block] for item in items]) - centre[:, None]


def _singular(covariance: np.ndarray) -> str:
    spread = np.sqrt(np.diag(covariance))
    if not (spread > 0).all():
        return "an item has the same answer everywhere, so distances cannot be measured"
    correlation = covariance / np.outer(spread, spread)
    if np.linalg.eigvalsh(correlation)[0] < SMALLEST_EIGENVALUE:
        return "one item follows from the others, so distances cannot be measured"
    return ""
