"""Delimited text with one header row, whatever the separator and the encoding.

Cells come back as text, blank cells as empty strings; nothing is guessed about types here, and ``NA`` is a text like
any other. Quoted cells may hold separators and line breaks (RFC 4180). A file that is not plain rows under one header
is refused whole: a row with a cell too many or too few can not be put into columns without guessing.
"""

from __future__ import annotations

from pathlib import Path

from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError
from couples_study.readers._content import head_of, text_at_top
from couples_study.readers._delimited import header_of, opened, opened_at_top, table_below
from couples_study.readers._magic import is_json, kind_of


def read(
    path: Path,
    source: Source,
    columns: tuple[str, ...] | None = None,
    dictionary: Path | None = None,
) -> Cells:
    """All cells of the file as text, one row per data row, in file order; only those of ``columns`` where given."""
    _refuse_json(path, source)
    text = opened(path, source)
    names, notes = header_of(text, source)
    return Cells(table=table_below(text, names, 1, columns, coded=True), notes=(*text.notes, *notes))


def header(
    path: Path,
    source: Source,
    dictionary: Path | None = None,
) -> tuple[str, ...]:
    """The column names alone; no data row is looked at."""
    _refuse_json(path, source)
    return header_of(opened_at_top(path, source), source)[0]


def likes(path: Path, head: bytes) -> int:
    """Any text could be; a name that ends in .csv, .tsv or .tab makes it likely."""
    text = text_at_top(head)
    if not text.strip() or "\0" in text or kind_of(head) is not None or is_json(head):
        return 0
    return 2 if path.suffix.lower() in (".csv", ".tsv", ".tab") else 1


def _refuse_json(path: Path, source: Source) -> None:
    if source.separator is None and is_json(head_of(path)):
        raise DeliveryError(
            str(path),
            expected="text, one row per line",
            found="JSON",
            do='say reader = "formr" in its [[source]], or export the data as CSV',
        )


READER = Reader(
    name="csv",
    summary="rows under one header, any separator",
    read=read,
    header=header,
    likes=likes,
    options=frozenset({"separator", "encoding"}),
)
