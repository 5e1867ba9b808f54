"""Comma-separated text, in any single-character separator, with one header row.

Cells come back as text, blank cells as empty strings; nothing is guessed about types here. Quoted cells may hold
separators and line breaks. A file that is not plain rows under one header is refused whole: a row with a cell too
many or too few can not be put into columns without guessing.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from couples_study.contracts.reader import Cells, Reader
from couples_study.core.errors import DeliveryError, listed
from couples_study.readers._content import content_of

if TYPE_CHECKING:
    from couples_study.contracts.study import Source

USUAL_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LARGEST_HEADER = 1_000_000


def read(path: Path, source: Source, columns: tuple[str, ...] | None = None, dictionary: Path | None = None) -> Cells:
    """All cells of the file as text, one row per data row, in file order; only those of ``columns`` where given."""
    from pyarrow import ArrowInvalid
    from pyarrow import csv as arrow_csv
    from pyarrow import string as text_type

    text = _text(path, source)
    names = _header(path, text, source)
    if '"' in text and (fault := _fault(path, text, len(names), source)):
        raise fault
    try:
        table = arrow_csv.read_csv(
            io.BytesIO(text.encode("utf-8")),
            read_options=arrow_csv.ReadOptions(column_names=list(names), skip_rows=0, use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=_sep(source), newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, text_type()),
                strings_can_be_null=False,
                include_columns=list(columns) if columns is not None else None,
            ),
        )
    except ArrowInvalid as error:
        raise _fault(path, text, len(names), source) or _not_rows(path, len(names)) from error
    table = table.slice(1)
    if not table.num_rows:
        raise DeliveryError(
            str(path), expected="a header and at least one row", found="a header only", do="export again"
        )
    return Cells(table=table, notes=(f"separator {_sep(source)!r}",))


def header(path: Path, source: Source, dictionary: Path | None = None) -> tuple[str, ...]:
    """The column names alone; no data row is looked at."""
    return _header(path, _text(path, source), source)


def _text(path: Path, source: Source) -> str:
    raw = content_of(path)
    encoding = source.encoding or "utf-8"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif encoding.lower().replace("-", "") == "utf8":
        encoding = "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeError as error:
        raise DeliveryError(
            str(path),
            expected=f"text in {encoding}",
            found=f"bytes that are not, from position {error.start if isinstance(error, UnicodeDecodeError) else 0}",
            do='save it as UTF-8 text, or name its encoding in the [[source]], for instance encoding = "cp1252"',
        ) from error
    except (LookupError, ValueError) as error:
        raise DeliveryError(
            str(path),
            expected="an encoding that Python knows",
            found=f"encoding = {source.encoding!r}",
            do='say encoding = "utf-8", "cp1252" or "latin-1" in its [[source]]',
        ) from error
    if "\0" in text:
        raise DeliveryError(
            str(path),
            expected="text",
            found="NUL bytes: this is not a text file",
            do="export as CSV (a renamed spreadsheet or SPSS file is not one)",
        )
    if not text.strip():
        raise DeliveryError(str(path), expected="a header and rows", found="an empty file", do="export again")
    return text.lstrip("\r\n")


def _header(path: Path, text: str, source: Source) -> tuple[str, ...]:
    reader = csv.reader(io.StringIO(text[:LARGEST_HEADER], newline=""), delimiter=_sep(source))
    try:
        names = [name.strip() for name in next(reader)]
    except (csv.Error, StopIteration) as error:
        raise DeliveryError(
            str(path), expected="a header row", found="a first row that is not one", do="export again"
        ) from error
    if len(names) == 1:
        _refuse_other_separator(path, names[0], source)
    doubled = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if doubled:
        named = source.knows(tuple(names))
        raise DeliveryError(
            f"{path}, header",
            expected="each column name once",
            found=f"{listed(map(repr, doubled))} more than once" if named else "cells more than once (no header row?)",
            do="rename one of them in the export, or add the header row if it is missing",
        )
    return tuple(names)


def _refuse_other_separator(path: Path, line: str, source: Source) -> None:
    for other, word in USUAL_SEPARATORS.items():
        if other != _sep(source) and other in line:
            raise DeliveryError(
                f"{path}, header",
                expected=f"columns separated by {USUAL_SEPARATORS.get(_sep(source), repr(_sep(source)))}",
                found=f"one single column; it looks separated by {word}",
                do=f'say separator = "{other if other != chr(9) else chr(92) + "t"}" in its [[source]]',
            )


def _fault(path: Path, text: str, width: int, source: Source) -> DeliveryError | None:
    """The first row that is not ``width`` well-quoted cells, by number and never by content; None if all are.

    Rows are counted as everywhere: from 1 after the header, blank lines left out.
    """
    number = -1
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_sep(source), strict=True):
            number += bool(row)
            if row and len(row) != width:
                return DeliveryError(
                    f"{path}, data row {number}",
                    expected=f"{width} cells, as in the header",
                    found=f"{len(row)}",
                    do="look for a stray separator or an unclosed quote in that row, and export again",
                )
    except csv.Error:
        return DeliveryError(
            f"{path}, data row {number + 1}",
            expected="text cells with a quote on both sides, and quotes inside them doubled",
            found="a quote that is not closed, or text after the closing one",
            do="mend the quotes from that row on, and export again",
        )
    return None


def _not_rows(path: Path, width: int) -> DeliveryError:
    return DeliveryError(
        str(path),
        expected=f"rows of {width} cells",
        found="rows that can not be told apart",
        do="export again, with text cells in quotes",
    )


def _sep(source: Source) -> str:
    return source.separator or ","


READER = Reader(
    name="csv",
    summary="rows under one header, any separator",
    read=read,
    header=header,
    likes=lambda p, h: 1,
    options=frozenset({"separator", "encoding"}),
)
