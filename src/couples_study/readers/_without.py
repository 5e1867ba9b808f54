"""A delivered file again, without some of its rows or cells; everything else in it stays byte for byte where it can.

Text keeps the bytes of every row that stays. JSON and Parquet are written anew from what stays. Other formats are
refused: writing them would silently lose what our reader does not read.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from couples_study.contracts.reader import Cells
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError
from couples_study.readers._content import content_of
from couples_study.readers._delimited import opened
from couples_study.readers._magic import is_json
from couples_study.readers._records import record_ends

UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
TEXTS = frozenset({"csv", "qualtrics", "redcap", "formr", "mpath"})


@dataclass(frozen=True, slots=True)
class Gone:
    """What leaves a file: whole data ``rows``, and ``cells`` by row (column positions), all rows counted from 1."""

    rows: frozenset[int] = frozenset()
    cells: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rows or self.cells)


def without(path: Path, source: Source, cells: Cells, gone: Gone) -> bytes:
    """The bytes of ``path`` (whose ``cells`` were read before) after ``gone`` has left it.

    Raises `DeliveryError` for a format that can not be written again.
    """
    raw = content_of(path)
    if source.reader == "parquet":
        return _parquet(path, gone)
    if source.reader not in TEXTS:
        raise DeliveryError(
            str(path),
            expected="text, JSON or Parquet, which can be written again without a person",
            found=f"a file for reader {source.reader!r}",
            do="erase the person's rows in the program that made the file, or export it as CSV; then run this again",
        )
    if is_json(raw[:4096]) and source.separator is None:
        return _json(raw, cells.table.column_names, gone)
    return _text(path, raw, source, cells.table.num_rows, gone)


def _text(path: Path, raw: bytes, source: Source, n_rows: int, gone: Gone) -> bytes:
    separator = opened(path, source).separator
    wide = next((name for mark, name in UTF_16.items() if raw.startswith(mark)), source.encoding or "")
    if wide.lower().replace("_", "-").startswith(("utf-16", "utf-32")):
        text = raw.decode(wide).encode("utf-8")
        return _kept(text, separator, n_rows, gone).decode("utf-8").encode(wide)
    return _kept(raw, separator, n_rows, gone)


def _kept(text: bytes, separator: str, n_rows: int, gone: Gone) -> bytes:
    """Records as they stand, but for those that go; the last ``n_rows`` that are not blank are the data rows."""
    found = [(row, end) for row, end in record_ends(text, separator)]
    number = n_rows - sum(1 for row, _ in found if row)
    parts, start = [], 0
    for row, end in found:
        number += bool(row)
        if number in gone.cells and row:
            parts.append(_blanked(text[start:end], row, gone.cells[number], separator))
        elif number not in gone.rows or not row:
            parts.append(text[start:end])
        start = end
    return b"".join(parts)


def _blanked(record: bytes, row: list[str], places: frozenset[int], separator: str) -> bytes:
    kept = ["" if place in places else cell for place, cell in enumerate(row)]
    line_end = record[len(record.rstrip(b"\r\n")) :].decode("latin-1")
    quoting: Literal[0, 1] = 1 if record.startswith(b'"') else 0  # csv.QUOTE_ALL, csv.QUOTE_MINIMAL
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=line_end, quoting=quoting).writerow(kept)
    return text.getvalue().encode("latin-1")


def _json(raw: bytes, names: Sequence[str], gone: Gone) -> bytes:
    found: Any = json.loads(raw.decode("utf-8-sig"))
    rows = found["results"] if isinstance(found, dict) else found
    for number, places in gone.cells.items():
        for name in {names[place] for place in places} & set(rows[number - 1]):
            rows[number - 1][name] = None
    rows[:] = [row for number, row in enumerate(rows, 1) if number not in gone.rows]
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _parquet(path: Path, gone: Gone) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.read_table(pa.BufferReader(content_of(path)))
    blank: dict[int, list[int]] = {}
    for row, places in gone.cells.items():
        for place in places:
            blank.setdefault(place, []).append(row - 1)
    for place, rows in blank.items():
        kept = pa.array([number not in set(rows) for number in range(table.num_rows)])
        nothing = pa.nulls(table.num_rows, table.schema.field(place).type)
        column = pa.compute.if_else(kept, table.column(place).combine_chunks(), nothing)
        table = table.set_column(place, table.schema.field(place), column)
    stays = pa.array([number not in gone.rows for number in range(1, table.num_rows + 1)])
    sink = io.BytesIO()
    parquet.write_table(table.filter(stays), sink)
    return sink.getvalue()
