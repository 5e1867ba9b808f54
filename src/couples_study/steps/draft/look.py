"""A first look at a column: numbers, dates, a closed set of words, or something that is left alone.

What is kept of the answers is what a draft may repeat: codes and labels of closed answers that at least `FEWEST`
rows gave, and bounds, which are only ever shown rounded to a usual scale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from couples_study.contracts.reader import Cells
from couples_study.steps.draft.dates import Dates, dates_in

FEWEST = 5  # rows that gave an answer before a draft may repeat it
MOST_WORDS = 12
LONGEST_WORD = 60
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
COMMA = r"[+-]?[0-9]*,[0-9]+"
NO_ANSWER = frozenset({"NA", "N/A", "n/a", "na", "NaN", "nan", "NULL", "null", "#N/A", "#NULL!", "None", ".", "-", "--"})
CODES = frozenset(
    {-9, -8, -7, -1, 9, 8, 7} | {sign * n for n in (66, 77, 88, 97, 98, 99, 777, 888, 997, 998, 999, 9999) for sign in (1, -1)}
)  # fmt: skip
FAR = 1.5  # a code lies further beyond the answers than so many times their spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One column. ``low`` and ``high`` bound its numbers without ``codes``, the numbers that look like missing codes.

    ``words`` are the answers of a closed set, only where each may be repeated; ``blanks`` are the words that stand for no answer.
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
    codes: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    dates: Dates | None = None
    caption: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    range: tuple[float, float] | None = None

    @property
    def empty(self) -> bool:
        return self.answered == 0


def frame_of(cells: Cells) -> pd.DataFrame:
    """All cells as text, blanks around them taken off, nulls as empty text."""
    frame = cells.table.to_pandas()
    return frame.astype("str").fillna("").apply(lambda column: column.str.strip())


def look_at(frame: pd.DataFrame, cells: Cells) -> dict[str, Look]:
    """Every column of a form."""
    return {str(name): _look(str(name), frame[name], cells) for name in frame.columns}


def _look(name: str, column: pd.Series, cells: Cells) -> Look:
    counts = column.value_counts()
    blanks = tuple(sorted(NO_ANSWER & set(counts.index)))
    counts = counts.drop([*blanks, ""], errors="ignore")
    texts = counts.index.to_series().reset_index(drop=True)
    said = {
        "name": name,
        "rows": len(column),
        "answered": int(counts.sum()),
        "distinct": len(counts),
        "blanks": blanks,
        "caption": cells.captions.get(name, ""),
        "labels": dict(cells.labels.get(name, {})),
        "range": _bounds(cells.ranges.get(name)),
    }
    if not len(counts):
        return Look(**said)
    if (dates := dates_in(texts)) is not None:
        return Look(**said, dates=dates)
    comma = texts.str.fullmatch(COMMA)
    if (texts.str.fullmatch(NUMBER) | comma).all():
        return Look(**said, **_numbers(texts, cells.missing.get(name, {})), numeric=True, comma=bool(comma.any()))
    return Look(**said, words=_words(counts))


def _numbers(texts: pd.Series, declared: Mapping[str, object]) -> dict[str, object]:
    numbers = pd.to_numeric(texts.str.replace(",", ".", regex=False)).astype("float64")
    told = numbers.isin([float(code) for code in declared if re.fullmatch(NUMBER, code)])
    code = told | _looks_like_a_code(numbers[~told]).reindex(numbers.index, fill_value=False)
    rest = numbers[~code] if (~code).any() else numbers
    codes = tuple(sorted(texts[code & ~told])) if (~code).any() else ()
    return {
        "low": float(rest.min()),
        "high": float(rest.max()),
        "whole": bool(rest.mod(1).eq(0).all()),
        "codes": codes,
    }


def _looks_like_a_code(numbers: pd.Series) -> pd.Series:
    """Numbers such as -99 or 999 that lie far beyond all others; only where the others are a scale of their own."""
    usual = numbers.isin(CODES)
    rest = numbers[~usual]
    if rest.empty or not usual.any():
        return pd.Series(False, index=numbers.index)
    spread = max(float(rest.max() - rest.min()), 3.0)
    above = numbers.gt(rest.max() + FAR * spread)
    below = numbers.lt(rest.min()) & (rest.min() >= 0) & (numbers.lt(-1) | (rest.nunique() > 2))
    return usual & (above | below)


def _words(counts: pd.Series) -> tuple[str, ...]:
    closed = len(counts) <= MOST_WORDS and counts.min() >= FEWEST and len(counts) > 1
    short = all(len(word) <= LONGEST_WORD for word in counts.index) if closed else False
    return tuple(sorted(counts.index)) if closed and short else ()


def _bounds(told: tuple[float | None, float | None] | None) -> tuple[float, float] | None:
    if told is None or told[0] is None or told[1] is None or told[0] >= told[1]:
        return None
    return float(told[0]), float(told[1])
