"""SPSS and Stata files by pyreadstat: typed columns to text, value labels to codes, missing codes kept as they are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from couples_study.contracts.reader import Cells
from couples_study.contracts.study import MissingKind, Source
from couples_study.core.errors import DeliveryError, EmptyDeliveryError
from couples_study.readers._apart import ReadingFailedError, read_apart
from couples_study.readers._arrow_text import as_text
from couples_study.readers._names import chosen, single_names

if TYPE_CHECKING:
    import pandas as pd

Missing = dict[str, dict[str, MissingKind | None]]


def opened(function: str, path: Path, what: str, source: Source, **options: Any) -> tuple[pd.DataFrame, Any]:
    """What pyreadstat reads, and its metadata; raises `DeliveryError` where it can not."""
    known = {"encoding": source.encoding} if source.encoding is not None else {}
    try:
        frame, told = read_apart(function, str(path.absolute()), user_missing=True, **known, **options)
    except ReadingFailedError as error:
        raise _damaged(path, what) from error
    if len(frame.columns) != len(told["column_names"]):
        raise _damaged(path, what)
    return frame, SimpleNamespace(**told)


def names_of(path: Path, meta: Any, source: Source) -> tuple[str, ...]:
    """The column names, single."""
    if not meta.column_names:
        raise DeliveryError(str(path), expected="columns", found="none", do="export again")
    return single_names(path, [name or "" for name in meta.column_names], source)[0]


def cells_of(
    path: Path, data: pd.DataFrame, meta: Any, names: tuple[str, ...], columns: tuple[str, ...] | None
) -> Cells:
    """The cells as text with captions and labels; missing codes are the calling reader's to add."""
    import pyarrow as pa

    wanted = chosen(path, names, columns)
    raw = dict(zip(names, meta.column_names, strict=True))
    if not len(data):
        raise EmptyDeliveryError(
            str(path), expected="a header and at least one row", found="a header only", do="export again"
        )
    texts = {name: texts_of(data.iloc[:, names.index(name)]) for name in wanted}
    captions = {name: meta.column_names_to_labels.get(raw[name]) for name in wanted}
    return Cells(
        table=pa.table(texts),
        notes=(f"encoding {meta.file_encoding or 'as the file says'}",),
        captions={name: said for name, said in captions.items() if said},
        labels={name: found for name in wanted if (found := labels_of(meta, raw[name]))},
    )


def labels_of(meta: Any, column: str) -> dict[str, str]:
    """Codes and labels of a column, codes as their cells have them."""
    found = meta.variable_value_labels.get(column) or {}
    return {text: str(label) for code, label in found.items() if (text := text_of(code)) is not None}


def texts_of(column: pd.Series[Any]) -> Any:
    """The column as Arrow text."""
    import pyarrow as pa

    if column.dtype.kind in "fiu":
        return as_text(pa.array(column.to_numpy(), from_pandas=True))
    return pa.array([text_of(cell) for cell in column], pa.string())


def text_of(cell: Any) -> str | None:
    """One value as text: whole numbers without a fraction, dates and times as ISO 8601, None where there is none."""
    if cell is None or cell != cell:  # NaN and NaT differ from themselves
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) <= 2**53 else repr(float(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _damaged(path: Path, what: str) -> DeliveryError:
    return DeliveryError(
        str(path),
        expected=f"a whole {what} file",
        found="one that is cut off, damaged, or has a password",
        do='save it again without a password (or say encoding = "cp1252" in its [[source]] if its letters are old)',
    )
