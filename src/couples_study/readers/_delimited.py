"""Delimited text to cells: the one way in which every reader of text exports reads its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, EmptyDeliveryError
from couples_study.readers._content import head_of, lines_of
from couples_study.readers._encoding import as_utf8
from couples_study.readers._names import chosen, single_names
from couples_study.readers._records import fault_in, first_rows, quotes_are_sound
from couples_study.readers._separator import USUAL, declared, named, separator_of
from couples_study.readers._whole import read_whole_numbers

HEADER_PART = 1 << 20
BLOCK, LARGEST_BLOCK = 1 << 22, 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Delimited:
    """A file's text in UTF-8, what separates its columns, its first records, and notes on how that was found."""

    path: Path
    text: bytes
    separator: str
    top: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def opened(path: Path, source: Source, top: int = 2) -> Delimited:
    """The whole file, and its first ``top`` records."""
    return _opened(path, lines_of(path), source, top)


def opened_at_top(path: Path, source: Source, top: int = 2) -> Delimited:
    """As `opened`, from the file's beginning alone where that suffices."""
    head = head_of(path, HEADER_PART)
    if len(head) == HEADER_PART:
        cut = max(head.rfind(b"\n"), head.rfind(b"\r"))
        try:
            found = _opened(path, head[: cut + 1], source, top + 1) if cut > 0 else None
        except DeliveryError:
            found = None  # the whole file may be read, or refused for the right reason
        if found is not None and len(found.top) == top + 1:
            return found
        head = lines_of(path)
    return _opened(path, head, source, top)


def header_of(text: Delimited, source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The single names of the first record, and notes; of a text that was opened with two records or more."""
    even = len(text.top) > 1 and len(text.top[1]) == len(text.top[0])
    return single_names(text.path, text.top[0], source, sure=even)


def table_below(
    text: Delimited, names: Sequence[str], above: int, columns: tuple[str, ...] | None, *, coded: bool = False
) -> Any:
    """The cells below the ``above`` header records as an Arrow table of text, of ``columns`` alone where given.

    With ``coded`` each column is a dictionary of its distinct texts from the start, which spares a large file memory.
    """
    from pyarrow import ArrowInvalid

    wanted = chosen(text.path, names, columns)
    if coded and above == 1 and len(wanted) == len(names):
        whole = read_whole_numbers(text.text, text.separator, names)
        if whole is not None and whole.num_rows:
            return whole.select(wanted)
    quoted = b'"' in text.text
    if quoted and not quotes_are_sound(text.text, text.separator) and (fault := _fault(text, names, above)):
        raise fault
    try:
        table = _parsed(text, names, wanted, BLOCK, coded=coded)
    except ArrowInvalid as error:
        if fault := _fault(text, names, above):
            raise fault from error
        table = _in_one_block(text, names, wanted, coded=coded)
    if table.num_rows <= above:
        raise EmptyDeliveryError(
            str(text.path), expected="a header and at least one row", found="a header only", do="export again"
        )
    below = table.slice(above).select(wanted)
    return _without_header(below) if coded else below


def refuse_other_separator(text: Delimited) -> None:
    """Raise `DeliveryError` where the declared separator leaves one column and another one stands in the header."""
    header = text.top[0]
    for other in USUAL if len(header) == 1 else ():
        if other != text.separator and other in header[0]:
            raise DeliveryError(
                f"{text.path}, header",
                expected=f"columns separated by {named(text.separator)}",
                found=f"one single column; it looks separated by {named(other)}",
                do=f"say {declared(other)} in its [[source]], or leave it out",
            )


def _without_header(table: Any) -> Any:
    """A table of dictionaries without the texts of its header, where no cell has the same text.

    The header was read as a row, so its text is the first of the first piece's dictionary.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for column in table.columns:
        first, *others = column.chunks
        if not pc.any(pc.equal(first.indices, 0)).as_py():
            first = pa.DictionaryArray.from_arrays(
                pc.subtract(first.indices, pa.scalar(1, pa.int32())), first.dictionary.slice(1)
            )
        columns.append(pa.chunked_array([first, *others]))
    return pa.table(columns, names=table.column_names)


def _opened(path: Path, raw: bytes, source: Source, top: int) -> Delimited:
    text, encoding = as_utf8(path, raw, source)
    separator, said = separator_of(path, text, source)
    records = first_rows(path, text, separator, top)
    if not records:
        raise DeliveryError(str(path), expected="a header and rows", found="an empty file", do="export again")
    found = Delimited(path=path, text=text, separator=separator, top=tuple(records), notes=(encoding, said))
    if source.separator is not None:
        refuse_other_separator(found)
    return found


def _fault(text: Delimited, names: Sequence[str], above: int) -> DeliveryError | None:
    return fault_in(text.path, text.text, text.separator, len(names), above)


def _parsed(text: Delimited, names: Sequence[str], wanted: list[str], block: int, *, coded: bool) -> Any:
    from pyarrow import BufferReader, dictionary, int32, py_buffer, string
    from pyarrow import csv as arrow_csv

    columns = wanted or names[:1]
    return arrow_csv.read_csv(
        BufferReader(py_buffer(text.text)),
        read_options=arrow_csv.ReadOptions(column_names=list(names), use_threads=True, block_size=block),
        parse_options=arrow_csv.ParseOptions(delimiter=text.separator, newlines_in_values=b'"' in text.text),
        convert_options=arrow_csv.ConvertOptions(
            check_utf8=False,  # it was checked, all at once
            column_types=dict.fromkeys(columns, dictionary(int32(), string()) if coded else string()),
            strings_can_be_null=False,
            include_columns=list(columns),
        ),
    )


def _in_one_block(text: Delimited, names: Sequence[str], wanted: list[str], *, coded: bool) -> Any:
    """For rows longer than a block: Arrow wants each within one."""
    from pyarrow import ArrowInvalid

    try:
        return _parsed(text, names, wanted, min(len(text.text) + 1, LARGEST_BLOCK), coded=coded)
    except ArrowInvalid as error:
        raise DeliveryError(
            str(text.path),
            expected=f"rows of {len(names)} cells",
            found="rows that can not be told apart",
            do="export again, with text cells in quotes",
        ) from error
