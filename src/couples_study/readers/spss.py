"""SPSS files (.sav, .zsav): values in full precision, user-missing codes kept and listed.

Codes that the file declares as missing stay in the cells and stand in ``missing``: discrete ones always, those of a
range where they occur in the file or have a label. Their kind is taken from the value label where that says clearly
refused, not applicable, not reached or technical; system-missing cells are blank.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError
from couples_study.readers._content import head_of
from couples_study.readers._magic import SPSS, refuse_other
from couples_study.readers._missing_words import kind_of_missing
from couples_study.readers._statfile import Missing, cells_of, labels_of, names_of, opened, text_of

if TYPE_CHECKING:
    import pandas as pd


def read(
    path: Path,
    source: Source,
    columns: tuple[str, ...] | None = None,
    dictionary: Path | None = None,
) -> Cells:
    """All cells as text, with captions, labels and the codes that the file declares as missing."""
    data, meta = _opened(path, source)
    names = names_of(path, meta, source)
    cells = cells_of(path, data, meta, names, columns)
    return dataclasses.replace(cells, missing=_missing(cells, meta, dict(zip(names, meta.column_names, strict=True))))


def header(
    path: Path,
    source: Source,
    dictionary: Path | None = None,
) -> tuple[str, ...]:
    """The column names alone."""
    return names_of(path, _opened(path, source, metadataonly=True)[1], source)


def likes(path: Path, head: bytes) -> int:
    """Certain by its first four bytes."""
    return 3 if head.startswith(SPSS) else 0


def _opened(path: Path, source: Source, **options: Any) -> tuple[pd.DataFrame, Any]:
    head = head_of(path)
    if not head.startswith(SPSS):
        refuse_other(path, head, "an SPSS file")
        raise DeliveryError(
            str(path),
            expected="an SPSS file (.sav or .zsav)",
            found="something else",
            do="save it as .sav from SPSS; a portable (.por) or encrypted file can not be read",
        )
    return opened("read_sav", path, "SPSS", source, **options)


def _missing(cells: Cells, meta: Any, raw: dict[str, str]) -> Missing:
    found: Missing = {}
    for name in cells.table.column_names:
        ranges = meta.missing_ranges.get(raw[name]) or []
        if ranges:
            labels = labels_of(meta, raw[name])
            codes = _codes(ranges, cells.table.column(name), labels)
            found[name] = {code: kind_of_missing(labels.get(code, "")) for code in codes}
    return found


def _codes(ranges: list[dict[str, Any]], column: Any, labels: dict[str, str]) -> list[str]:
    """Every discrete missing code, and those within a range that occur or have a label, in ascending order."""
    import pyarrow.compute as pc

    codes = {text for one in ranges if one["lo"] == one["hi"] and (text := text_of(one["lo"])) is not None}
    spans = [(one["lo"], one["hi"]) for one in ranges if one["lo"] != one["hi"]]
    for text in {*pc.unique(column).to_pylist(), *labels} - codes if spans else ():
        number = _number(text)
        if number is not None and any(_within(number, span) for span in spans):
            codes.add(text)
    return sorted(codes, key=lambda code: (_number(code) is None, _number(code) or 0.0, code))


def _within(number: float, span: tuple[Any, Any]) -> bool:
    return all(isinstance(end, int | float) for end in span) and span[0] <= number <= span[1]


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


READER = Reader(
    name="spss",
    summary="SPSS .sav and .zsav, user-missing codes kept",
    read=read,
    header=header,
    likes=likes,
    options=frozenset({"encoding"}),
)
