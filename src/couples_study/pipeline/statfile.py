"""SPSS and Stata files as they are written: labelled, and the same bytes for the same cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyreadstat

ENDINGS = {"spss": ".sav", "stata": ".dta"}
SAV_TIME = slice(92, 109)  # creation date and time in the header of a system file
DTA_TIME = re.compile(rb"<timestamp>\x11.{17}</timestamp>", re.DOTALL)
LONGEST_LABEL = 80  # Stata's
Values = Mapping[str, dict[float | int, str]]


def write_statfile(
    path: Path, *, kind: str, frame: pd.DataFrame, labels: Mapping[str, str] | None = None, values: Values | None = None
) -> None:
    """Write ``frame`` for ``spss`` or ``stata``, with labels of columns and of their values, and no time of writing."""
    write: Callable[..., None] = pyreadstat.write_sav if kind == "spss" else pyreadstat.write_dta
    named = {name: label[:LONGEST_LABEL] for name, label in (labels or {}).items()}
    write(plain(frame), str(path), column_labels=named, variable_value_labels=dict(values or {}))
    path.write_bytes(_without_time(path.read_bytes(), kind))


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers as doubles, everything else as text: what both formats hold."""
    return pd.DataFrame(
        {
            name: column.astype("float64") if is_number(column) else column.astype("str").fillna("").astype(object)
            for name, column in frame.items()
        }
    )


def is_number(column: pd.Series) -> bool:
    """Whether a column is stored as numbers."""
    return bool(pd.api.types.is_numeric_dtype(column))


def _without_time(content: bytes, kind: str) -> bytes:
    if kind == "spss":
        return content[: SAV_TIME.start] + b"01 Jan 8000:00:00" + content[SAV_TIME.stop :]
    return DTA_TIME.sub(b"<timestamp>\x1101 Jan 1980 00:00</timestamp>", content, count=1)
