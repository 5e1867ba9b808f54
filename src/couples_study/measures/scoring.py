"""Scores from items, by the key that an instrument or a study's own measure gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A scoring key: ``result`` is the score's column; ``low`` and ``high`` turn the ``reversed`` items round.

    ``further`` items count where the table has them.
    """

    result: str
    items: tuple[str, ...]
    further: tuple[str, ...] = ()
    score: str = "mean"
    reversed: tuple[str, ...] = ()
    min_answered: int = 1
    low: float | None = None
    high: float | None = None


def scored(table: pd.DataFrame, scales: Iterable[Scale]) -> pd.DataFrame:
    """``table`` with a column for every scale whose items are all there and whose score is not there yet.

    With at least ``min_answered`` items answered a mean is the mean of those, and a sum is that mean times the number
    of items (prorated); with fewer the score is missing.
    """
    added = {
        scale.result: _score(table, scale)
        for scale in scales
        if scale.result not in table.columns and set(scale.items) <= set(table.columns)
    }
    return pd.concat([table, pd.DataFrame(added)], axis=1) if added else table


def _score(table: pd.DataFrame, scale: Scale) -> pd.Series:
    further = [name for name in scale.further if name in table.columns]
    items = table[[*scale.items, *further]].astype("float64")
    if scale.reversed:
        if scale.low is None or scale.high is None:
            raise ValueError(f"scale {scale.result}: reversed items need low and high")
        for item in scale.reversed:
            items[item] = scale.low + scale.high - items[item]
    mean = items.mean(axis=1).where(items.notna().sum(axis=1) >= scale.min_answered)
    return mean * len(scale.items) if scale.score == "sum" else mean
