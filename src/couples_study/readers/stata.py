"""Stata files (.dta): values in full precision, extended missing values kept as ``.a`` to ``.z``.

The extended missing values that occur in a column stay in its cells and stand in ``missing``, with the kind that their
value label clearly says; the plain ``.`` is blank.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError
from couples_study.readers._content import head_of
from couples_study.readers._magic import STATA_XML, is_old_stata, refuse_other
from couples_study.readers._missing_words import kind_of_missing
from couples_study.readers._statfile import Missing, cells_of, names_of, opened

if TYPE_CHECKING:
    import pandas as pd

TAG = re.compile(r"[a-z]")


def read(
    path: Path,
    source: Source,
    columns: tuple[str, ...] | None = None,
    dictionary: Path | None = None,
) -> Cells:
    """All cells as text, with captions, labels and the extended missing values that occur."""
    data, meta = _opened(path, source)
    names = names_of(path, meta, source)
    raw = dict(zip(names, meta.column_names, strict=True))
    tagged = {name: set(meta.missing_user_values.get(raw[name]) or ()) for name in names}
    for place, name in enumerate(names):
        if tagged[name]:
            data.isetitem(place, _dotted(data.iloc[:, place], tagged[name]))
    cells = cells_of(path, data, meta, names, columns)
    labels = {name: _dotted_labels(dict(found), tagged[name]) for name, found in cells.labels.items()}
    missing: Missing = {
        name: {f".{tag}": kind_of_missing(labels.get(name, {}).get(f".{tag}", "")) for tag in sorted(tagged[name])}
        for name in cells.table.column_names if tagged[name]
    }  # fmt: skip
    return Cells(table=cells.table, notes=cells.notes, captions=cells.captions, labels=labels, missing=missing)


def header(
    path: Path,
    source: Source,
    dictionary: Path | None = None,
) -> tuple[str, ...]:
    """The column names alone."""
    return names_of(path, _opened(path, source, metadataonly=True)[1], source)


def likes(path: Path, head: bytes) -> int:
    """Certain by the first bytes of a recent file, likely by those of an old one."""
    if head.startswith(STATA_XML):
        return 3
    return (3 if path.suffix.lower() == ".dta" else 2) if is_old_stata(head) else 0


def _opened(path: Path, source: Source, **options: Any) -> tuple[pd.DataFrame, Any]:
    head = head_of(path)
    if not (head.startswith(STATA_XML) or is_old_stata(head)):
        refuse_other(path, head, "a Stata file")
        raise DeliveryError(
            str(path), expected="a Stata file (.dta)", found="something else", do="save it as .dta from Stata"
        )
    return opened("read_dta", path, "Stata", source, **options)


def _dotted(column: pd.Series[Any], tags: set[str]) -> list[Any]:
    """The column with its extended missing values written as Stata writes them."""
    return [f".{cell}" if isinstance(cell, str) and cell in tags else cell for cell in column]


def _dotted_labels(labels: dict[str, str], tags: set[str]) -> dict[str, str]:
    return {f".{code}" if TAG.fullmatch(code) or code in tags else code: said for code, said in labels.items()}


READER = Reader(
    name="stata",
    summary="Stata .dta, extended missing values kept",
    read=read,
    header=header,
    likes=likes,
    options=frozenset({"encoding"}),
)
