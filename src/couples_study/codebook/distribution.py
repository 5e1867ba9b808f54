"""How answers lie, with small cells suppressed: no count that stands for fewer people than may be shown.

Smallest and largest answers belong to single people and are not shown. Where cells are suppressed, so are others that
would give them back from the total, and mean and spread are told so coarsely that five answers could be elsewhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10

import numpy as np
import pandas as pd

from couples_study.privacy.release import to_five
from couples_study.privacy.small_cells import coarse_step, is_small, suppressed, to_step

BINS = 10
USUAL_SDS = 4.0
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
    n_missing = int((~there).sum())
    plain = Distribution(
        n=_shown(len(told), n_people, n_missing),
        n_people=_shown(n_people, n_people),
        n_missing=_shown(n_missing, n_people),
    )
    if is_small(n_people) or not n_people or kind in WORDLESS:
        return plain
    if kind in ("code", "flag"):
        return replace(plain, cells=_of_codes(told, whose, n_missing))
    values = told.astype("float64")
    quartiles = None
    if n_people >= FEWEST_FOR_QUARTILES:
        first, middle, third = (float(one) for one in np.quantile(values, [0.25, 0.5, 0.75]))
        quartiles = (first, middle, third)
    mean, sd = float(values.mean()), float(values.std()) if len(values) > 1 else None
    cells = _of_bins(values, whose, bounds, n_missing)
    if any(cell.n is None for cell in cells) or is_small(n_missing):
        step = coarse_step(reach_of(sd, bounds), len(values))
        mean, sd = to_step(mean, step), None if sd is None else to_step(sd, step)
    return replace(plain, mean=mean, sd=sd, quartiles=quartiles, cells=cells)


def _shown(n: int, n_people: int, n_missing: int = 0) -> int | None:
    """A count that may be shown; beside one to four missing answers at the nearest five, or it would tell these."""
    if is_small(n_people) or is_small(n):
        return None
    return to_five(n) if is_small(n_missing) else n


def reach_of(sd: float | None, bounds: Bounds) -> float:
    """How far apart answers usually are, at most as far as they may be."""
    low, high = bounds
    usual = USUAL_SDS * (sd or 0.0) or 1.0
    return usual if low is None or high is None else min(usual, high - low)


def _wide(low: float, high: float) -> tuple[float, float]:
    """The ends of bins beyond two quantiles, at round numbers: they are no single person's answer."""
    if high <= low:
        return low, high
    step = 10.0 ** floor(log10(high - low)) / 2
    return to_step(floor(low / step) * step, step), to_step(ceil(high / step) * step, step)


def _of_codes(told: pd.Series, whose: pd.Series, n_missing: int) -> tuple[Cell, ...]:
    labels = [f"{one:g}" if isinstance(one, float | int) else str(one) for one in told]
    return _cells(pd.Series(labels, index=told.index), whose, sorted(set(labels)), n_missing)


def _of_bins(values: pd.Series, whose: pd.Series, bounds: Bounds, n_missing: int) -> tuple[Cell, ...]:
    """Bins over the range that was allowed; over the middle of the answers where none was set."""
    low, high = bounds
    if low is None or high is None:
        low, high = _wide(*(float(one) for one in np.quantile(values, [0.05, 0.95])))
    if high <= low:
        return ()
    few = high - low < BINS and float(low).is_integer() and float(high).is_integer() and bool((values % 1 == 0).all())
    edges = np.arange(low - 0.5, high + 1.0) if few else np.linspace(low, high, BINS + 1)
    names = (
        [f"{edge + 0.5:g}" for edge in edges[:-1]] if few else [f"{a:g} to {b:g}" for a, b in itertools.pairwise(edges)]
    )
    place = np.clip(np.searchsorted(edges, values.to_numpy(), side="right") - 1, 0, len(names) - 1)
    return _cells(pd.Series(np.array(names)[place], index=values.index), whose, names, n_missing)


def _cells(labels: pd.Series, whose: pd.Series, order: Sequence[str], n_missing: int) -> tuple[Cell, ...]:
    """The bars; with the missing answers they make up all rows, whose number is known."""
    counts, people = labels.value_counts(), whose.groupby(labels).nunique()
    few = [is_small(int(people.get(one, 0))) for one in order]
    told = suppressed([*(int(counts.get(one, 0)) for one in order), n_missing], [*few, False])
    return tuple(Cell(label=one, n=n) for one, n in zip(order, told, strict=False))
