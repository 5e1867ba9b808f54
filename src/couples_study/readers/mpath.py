"""m-Path's basic export: semicolons, a byte-order mark, texts in triple quotes, times in unix seconds.

A cell that is one quoted text (``"Work"``) is given without its quotes; a list of several (``"a","b"``) stays as it is.
Times stay the digits that they are, in UTC seconds: study.toml says ``dates = "unix"``. A beep that nobody answered
stays a row with blank answers. m-Path ends a row after its last answer: the columns to its right are blank. The meta
file, named as ``dictionary``, gives the questions' texts; it has no labels.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, listed
from couples_study.readers._content import text_at_top
from couples_study.readers._delimited import Delimited, header_of, opened, opened_at_top, table_below
from couples_study.readers._dictionary import not_a_dictionary, rows_of, without_tags
from couples_study.readers._names import chosen
from couples_study.readers._records import filled_columns

OWN = ("connectionId", "scheduledBeepId", "sentBeepId", "timeStampScheduled", "timeStampSent", "timeStampStart",
       "questionListName")  # fmt: skip
BEFORE_ANSWERS = ("originalTimeStampSent", "timeZoneOffset", "deltaUTC")
ONE_TEXT = r'^"([^"]*)"$'


def read(path: Path, source: Source, columns: tuple[str, ...] | None = None, dictionary: Path | None = None) -> Cells:
    """All beeps as text, answered or not, with the questions' texts from the meta file."""
    text = opened(path, source)
    names, notes = header_of(text, source)
    table, short = _filled(text, names, columns)
    table = _unquoted(table)
    captions, said = _captions(dictionary, names) if dictionary is not None else ({}, ())
    here = set(table.column_names)
    return Cells(
        table=table,
        notes=(*text.notes, *notes, *short, *_beeps_note(table), *said),
        captions={name: caption for name, caption in captions.items() if name in here},
    )


def header(
    path: Path,
    source: Source,
    dictionary: Path | None = None,
) -> tuple[str, ...]:
    """The column names alone."""
    return header_of(opened_at_top(path, source), source)[0]


def likes(path: Path, head: bytes) -> int:
    """Certain by m-Path's own columns."""
    first = text_at_top(head).partition("\n")[0]
    found = sum(name in first for name in OWN)
    return 3 if found > len(OWN) / 2 else 0


def _filled(text: Delimited, names: tuple[str, ...], columns: tuple[str, ...] | None) -> tuple[Any, tuple[str, ...]]:
    """All rows at full length, and the note that says how many were not; raises `DeliveryError` for other faults."""
    import pyarrow as pa

    try:
        return table_below(text, names, 1, columns), ()
    except DeliveryError:
        pass  # most often for rows that m-Path ended early; other faults are found again below, row by row
    least = max((names.index(name) for name in BEFORE_ANSWERS if name in names), default=len(names) - 1) + 1
    wanted = chosen(text.path, names, columns)
    cells, short = filled_columns(text.path, text.text, text.separator, range(least, len(names) + 1))
    if not short:
        return table_below(text, names, 1, columns), ()  # a header only, or a column that is not there
    table = pa.table({name: pa.array(cells[names.index(name)], pa.string()) for name in wanted})
    return table, (f"rows that end after their last answer, given as blank to the right: {short}",)


def _unquoted(table: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = [
        pc.replace_substring_regex(column, ONE_TEXT, r"\1") if pc.any(pc.starts_with(column, '"')).as_py() else column
        for column in table.columns
    ]
    return pa.table(cells, names=table.column_names)


def _beeps_note(table: Any) -> tuple[str, ...]:
    import pyarrow.compute as pc

    if "timeStampStart" not in table.column_names:
        return ()
    blank = pc.sum(pc.is_in(table.column("timeStampStart"), value_set=_blanks())).as_py()
    return (f"beeps without an answer, kept as rows: {blank}",) if blank else ()


def _blanks() -> Any:
    import pyarrow as pa

    return pa.array(["", "0"])


def _captions(path: Path, names: tuple[str, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
    rows = rows_of(path)
    if not {"columnName", "fullQuestion"} <= set(rows[0]):
        raise not_a_dictionary(path, "m-Path's meta file", "no columns columnName and fullQuestion")
    captions = {row["columnName"]: without_tags(row["fullQuestion"]) for row in rows}
    strays = [name for name in captions if name not in names]
    said = (f"questions of the meta file that the export does not have: {listed(strays)}",) if strays else ()
    return {name: caption for name, caption in captions.items() if caption}, said


READER = Reader(
    name="mpath",
    summary="m-Path basic CSV, with its meta file",
    read=read,
    header=header,
    likes=likes,
    options=frozenset({"separator", "encoding", "dictionary"}),
)
