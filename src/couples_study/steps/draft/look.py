"""A first look at a column: numbers, dates, a closed set of words, or something that is left alone.

What is kept of the answers is what a draft may repeat: codes and labels of closed answers that at least `FEWEST`
rows gave, and bounds, which are only ever shown rounded to a usual scale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa

from couples_study.contracts.reader import Cells
from couples_study.steps.draft.dates import Dates, dates_in

FEWEST = 5  # rows that gave an answer before a draft may repeat it
MOST_WORDS = 12
LONGEST_WORD = 60
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
COMMA = r"[+-]?[0-9]*,[0-9]+"
NO_ANSWER = frozenset(
    {"NA", "N/A", "n/a", "na", "NaN", "nan", "NULL", "null", "#N/A", "#NULL!", "None", ".", "-", "--"}
)
USUAL_CODES = (66, 77, 88, 97, 98, 99, 777, 888, 997, 998, 999, 9999)
CODES = frozenset({-9, -8, -7, -1, *USUAL_CODES, *(-code for code in USUAL_CODES)})
FAR = 4  # a code is more than so many times the highest answer
OUTERMOST = 0.005  # share of answers at either end that do not decide what the scale was
MOST_STRAY = 0.05  # share of answers that may be something else in a column of numbers or of a few words


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One column.

    ``low`` and ``high`` bound its numbers but for the outermost few (a slip of the finger), ``lowest`` and ``highest``
    all of them; ``codes``, numbers that look like missing codes, are never among them. ``words`` are the answers of a
    closed set, only where each may be repeated; ``blanks`` are the words that stand for no answer; ``unkind`` are codes
    that the file itself declares as missing without saying of which kind; ``stray`` counts what does not fit the rest.
    """

    name: str
    rows: int
    answered: int
    distinct: int
    numeric: bool = False
    whole: bool = False
    comma: bool = False
    low: float = 0.0
    high: float = 0.0
    lowest: float = 0.0
    highest: float = 0.0
    codes: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    stray: int = 0
    dates: Dates | None = None
    caption: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    range: tuple[float, float] | None = None
    unkind: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return self.answered == 0


def frame_of(cells: Cells) -> pd.DataFrame:
    """All cells as text, blanks around them taken off, nulls as empty text."""
    frame = cells.table.cast(pa.schema([(name, pa.string()) for name in cells.table.column_names])).to_pandas()
    return frame.astype("str").fillna("").apply(lambda column: column.str.strip())


def look_at(frame: pd.DataFrame, cells: Cells) -> dict[str, Look]:
    """Every column of a form."""
    return {str(name): _look(str(name), frame[name], cells) for name in frame.columns}


def _look(name: str, column: pd.Series, cells: Cells) -> Look:
    counts = column.value_counts()
    blanks = tuple(sorted(NO_ANSWER & set(counts.index)))
    counts = counts.drop([*blanks, ""], errors="ignore")
    texts = counts.index.to_series().reset_index(drop=True)
    declared = cells.missing.get(name, {})
    said: dict[str, Any] = {
        "name": name,
        "rows": len(column),
        "answered": int(counts.sum()),
        "distinct": len(counts),
        "blanks": blanks,
        "caption": cells.captions.get(name, ""),
        "labels": dict(cells.labels.get(name, {})),
        "unkind": tuple(code for code, kind in declared.items() if kind is None and code in counts.index),
        "range": _bounds(cells.ranges.get(name)),
    }
    if not len(counts):
        return Look(**said)
    if (dates := dates_in(texts)) is not None:
        return Look(**said, dates=dates)
    comma = texts.str.fullmatch(COMMA)
    fits = texts.str.fullmatch(NUMBER) | comma
    stray = int(counts[~fits.to_numpy()].sum())
    if stray <= MOST_STRAY * counts.sum():
        numbers = _numbers(counts[fits.to_numpy()], declared)
        return Look(**said, **numbers, numeric=True, comma=bool(comma.any()), stray=stray)
    words = _words(counts)
    return Look(**said, words=words, stray=int(counts.drop(list(words)).sum()) if words else 0)


def _numbers(counts: pd.Series, declared: Mapping[str, object]) -> dict[str, Any]:
    texts = counts.index.to_series().reset_index(drop=True)
    numbers = pd.to_numeric(texts.str.replace(",", ".", regex=False)).astype("float64")
    told = numbers.isin([float(code) for code in declared if re.fullmatch(NUMBER, code)])
    code = told | _looks_like_a_code(numbers[~told]).reindex(numbers.index, fill_value=False)
    code = code & bool((~code).any())
    rest = pd.Series(counts.to_numpy()[~code.to_numpy()], index=numbers[~code].to_numpy()).sort_index()
    kept = rest[rest.cumsum().gt(OUTERMOST * rest.sum()) & rest[::-1].cumsum()[::-1].gt(OUTERMOST * rest.sum())]
    return {
        "low": float(kept.index.min()),
        "high": float(kept.index.max()),
        "lowest": float(rest.index.min()),
        "highest": float(rest.index.max()),
        "whole": bool((rest.index.to_series() % 1 == 0).all()),
        "codes": tuple(sorted(texts[code & ~told])),
    }


def _looks_like_a_code(numbers: pd.Series) -> pd.Series:
    """Numbers such as -99 or 999 that lie far beyond all others; only where the others are a scale of their own."""
    usual = numbers.isin(CODES)
    rest = numbers[~usual]
    if rest.empty or not usual.any():
        return pd.Series(False, index=numbers.index)
    above = numbers.gt(max(FAR * float(rest.max()), 0.0)) & (rest.min() >= 0)
    below = numbers.lt(rest.min()) & (rest.min() >= 0) & (numbers.lt(-1) | (rest.nunique() > 2))
    return usual & (above | below)


def _words(counts: pd.Series) -> tuple[str, ...]:
    """The words of a closed set: few, short, each given by at least `FEWEST` rows, and hardly anything beside them."""
    common = counts[counts >= FEWEST]
    closed = 2 <= len(common) <= MOST_WORDS and common.sum() >= (1 - MOST_STRAY) * counts.sum()
    short = all(len(word) <= LONGEST_WORD for word in common.index)
    return tuple(sorted(common.index)) if closed and short else ()


def _bounds(told: tuple[float | None, float | None] | None) -> tuple[float, float] | None:
    if told is None or told[0] is None or told[1] is None or told[0] >= told[1]:
        return None
    return float(told[0]), float(told[1])
