"""How answers lie, with small cells suppressed: no count that stands for fewer people than may be shown.

Smallest and largest answers belong to single people and are not shown. Where cells are suppressed, so are others that
would give them back from the total; mean and spread are then told coarsely, or not at all.
"""

from __future__ import annotations

import itertools
import re
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
Bars = tuple[pd.Series, Sequence[str]]  # each answer's bar, and all bars in their order
NUMBER = re.compile(r"-?\d+(\.\d+)?")


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
    n_people, n_missing = int(whose.nunique()), int((~there).sum())
    bare = is_small(n_people) or not n_people or kind in WORDLESS
    bars = None if bare else _of_codes(told) if kind in ("code", "flag") else _of_bins(told.astype("float64"), bounds)
    cells, missing = _cells(bars, whose, n_missing)
    small = is_small(n_people) or is_small(len(told))
    plain = Distribution(
        n=None if small else len(told) if missing == n_missing else to_five(len(told)),
        n_people=None if is_small(n_people) else n_people,
        n_missing=None if small else missing,
        cells=cells,
    )
    return plain if bare or kind in ("code", "flag") else _moments(plain, told.astype("float64"), bounds)


def _moments(plain: Distribution, values: pd.Series, bounds: Bounds) -> Distribution:
    """With mean, SD and quartiles, as far as they give no hidden cell back.

    Where each bar is one number, total, mean and SD are three equations for the hidden ones: neither is told. Beside
    hidden bins they are told so coarsely that five answers could be elsewhere.
    """
    hidden = [cell.label for cell in plain.cells if cell.n is None]
    if hidden and all(NUMBER.fullmatch(cell.label) for cell in plain.cells):
        return plain
    mean, sd = float(values.mean()), float(values.std()) if len(values) > 1 else None
    if hidden or plain.n_missing is None:
        step = coarse_step(reach_of(sd, bounds), len(values))
        return replace(plain, mean=to_step(mean, step), sd=None if sd is None else to_step(sd, step))
    quartiles = None
    if plain.n_people is not None and plain.n_people >= FEWEST_FOR_QUARTILES:
        first, middle, third = (float(one) for one in np.quantile(values, [0.25, 0.5, 0.75]))
        quartiles = (first, middle, third)
    return replace(plain, mean=mean, sd=sd, quartiles=quartiles)


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


def _of_codes(told: pd.Series) -> Bars:
    labels = [f"{one:g}" if isinstance(one, float | int) else str(one) for one in told]
    return pd.Series(labels, index=told.index, dtype="str"), sorted(set(labels))


def _of_bins(values: pd.Series, bounds: Bounds) -> Bars | None:
    """Bins over the range that was allowed; over the middle of the answers where none was set."""
    low, high = bounds
    if low is None or high is None:
        low, high = _wide(*(float(one) for one in np.quantile(values, [0.05, 0.95])))
    if high <= low:
        return None
    few = high - low < BINS and float(low).is_integer() and float(high).is_integer() and bool((values % 1 == 0).all())
    edges = np.arange(low - 0.5, high + 1.0) if few else np.linspace(low, high, BINS + 1)
    names = (
        [f"{edge + 0.5:g}" for edge in edges[:-1]] if few else [f"{a:g} to {b:g}" for a, b in itertools.pairwise(edges)]
    )
    place = np.clip(np.searchsorted(edges, values.to_numpy(), side="right") - 1, 0, len(names) - 1)
    return pd.Series(np.array(names)[place], index=values.index), names


def _cells(bars: Bars | None, whose: pd.Series, n_missing: int) -> tuple[tuple[Cell, ...], int | None]:
    """The bars, and the missing answers: together they make up all rows, whose number is known."""
    if bars is None:
        return (), None if is_small(n_missing) else n_missing
    labels, order = bars
    counts, people = labels.value_counts(), whose.groupby(labels).nunique()
    few = [is_small(int(people.get(one, 0))) for one in order]
    *told, missing = suppressed([*(int(counts.get(one, 0)) for one in order), n_missing], [*few, False])
    return tuple(Cell(label=one, n=n) for one, n in zip(order, told, strict=True)), missing
