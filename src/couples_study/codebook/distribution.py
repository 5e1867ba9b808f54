"""How answers lie, with small cells suppressed: no count that stands for fewer people than may be shown.

Smallest and largest answers belong to single people and are not shown; where one cell alone would be suppressed, and
could be found from the total, the next smallest is as well.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from couples_study.privacy.small_cells import is_small

BINS = 10
FEWEST_FOR_QUARTILES = 20
WORDLESS = ("key", "text", "date")
Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One bar: a code or the two ends of a bin, and how many answers; None where it is suppressed."""

    label: str
    n: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Answers and people behind them, mean and spread of numbers, and bars; None for what may not be shown."""

    n: int | None
    n_people: int | None
    n_missing: int | None
    mean: float | None = None
    sd: float | None = None
    quartiles: tuple[float, float, float] | None = None
    cells: tuple[Cell, ...] = ()


def distribution(
    answers: pd.Series, people: pd.Series, kind: str, bounds: tuple[float | None, float | None]
) -> Distribution:
    """The distribution of one column's answers, given whose they are; bounds are those of the glossary."""
    there = answers.notna()
    told, whose = answers[there], people[there]
    n_people = int(whose.nunique())
    plain = Distribution(
        n=_shown(len(told), n_people),
        n_people=_shown(n_people, n_people),
        n_missing=_shown(int((~there).sum()), n_people),
    )
    if is_small(n_people) or not n_people or kind in WORDLESS:
        return plain
    if kind in ("code", "flag"):
        return replace(plain, cells=_of_codes(told, whose))
    values = told.astype("float64")
    quartiles = None
    if n_people >= FEWEST_FOR_QUARTILES:
        first, middle, third = (float(one) for one in np.quantile(values, [0.25, 0.5, 0.75]))
        quartiles = (first, middle, third)
    sd = float(values.std()) if len(values) > 1 else None
    cells = _of_bins(values, whose, bounds)
    return replace(plain, mean=float(values.mean()), sd=sd, quartiles=quartiles, cells=cells)


def _shown(n: int, n_people: int) -> int | None:
    return None if is_small(n_people) or is_small(n) else n


def _of_codes(told: pd.Series, whose: pd.Series) -> tuple[Cell, ...]:
    labels = [f"{one:g}" if isinstance(one, float | int) else str(one) for one in told]
    return _cells(pd.Series(labels, index=told.index), whose, sorted(set(labels)))


def _of_bins(values: pd.Series, whose: pd.Series, bounds: Bounds) -> tuple[Cell, ...]:
    """Bins over the range that was allowed; over the middle of the answers where none was set."""
    low, high = bounds
    if low is None or high is None:
        low, high = (float(one) for one in np.quantile(values, [0.05, 0.95]))
    if high <= low:
        return ()
    few = high - low < BINS and float(low).is_integer() and float(high).is_integer() and bool((values % 1 == 0).all())
    edges = np.arange(low - 0.5, high + 1.0) if few else np.linspace(low, high, BINS + 1)
    names = (
        [f"{edge + 0.5:g}" for edge in edges[:-1]] if few else [f"{a:g} to {b:g}" for a, b in itertools.pairwise(edges)]
    )
    place = np.clip(np.searchsorted(edges, values.to_numpy(), side="right") - 1, 0, len(names) - 1)
    return _cells(pd.Series(np.array(names)[place], index=values.index), whose, names)


def _cells(labels: pd.Series, whose: pd.Series, order: Sequence[str]) -> tuple[Cell, ...]:
    counts = labels.value_counts()
    people = whose.groupby(labels).nunique()
    small = {one for one in order if one in counts and (is_small(int(people[one])) or is_small(int(counts[one])))}
    if len(small) == 1:
        others = sorted((int(counts[one]), one) for one in order if one in counts and one not in small)
        small |= {others[0][1]} if others else set()
    return tuple(Cell(label=one, n=None if one in small else int(counts.get(one, 0))) for one in order)
