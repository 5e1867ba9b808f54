"""Delimited text as records: the slow and exact way, and the fast check that tells when it is needed.

A record follows RFC 4180: a cell that begins with a quote ends with one, quotes inside it are doubled, and it may hold
separators and line breaks. A quote inside a cell that does not begin with one is a character like any other.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from couples_study.core.errors import DeliveryError

LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
QUOTE, BLOCK = 34, 1 << 23
LONGEST_CELL = 2**31 - 1


def rows_in(text: bytes, separator: str, strict: bool = True) -> Iterator[list[str]]:
    """The records of UTF-8 text one by one, blank lines as empty lists; raises `csv.Error` where quotes are off."""
    lines = (match.group().decode("utf-8", "replace") for match in LINE.finditer(text))
    _allow_cells_of_any_length()
    yield from csv.reader(lines, delimiter=separator, strict=strict)


def first_rows(path: Path, text: bytes, separator: str, count: int) -> list[tuple[str, ...]]:
    """The first ``count`` records that are not blank; fewer where the file has fewer."""
    found: list[tuple[str, ...]] = []
    try:
        for row in rows_in(text, separator):
            if row:
                found.append(tuple(row))
            if len(found) == count:
                break
    except csv.Error as error:
        if not found:
            raise DeliveryError(
                f"{path}, header",
                expected="a header row",
                found="a first row whose quotes are not closed, or with text after a closing one",
                do="mend its quotes, or export again",
            ) from error
    return found


def record_ends(text: bytes, separator: str) -> Iterator[tuple[list[str], int]]:
    """The records of text whose separator, quote and line ends are single bytes, each with the place where it ends.

    Bytes stand as the characters of the same number, whatever the encoding is. A record that a stray quote spoils
    ends as the csv module ends it when it is not strict.
    """
    end = 0

    def lines() -> Iterator[str]:
        nonlocal end
        for match in LINE.finditer(text):
            end = match.end()
            yield match.group().decode("latin-1")

    _allow_cells_of_any_length()
    for row in csv.reader(lines(), delimiter=separator):
        yield row, end


def filled_columns(path: Path, text: bytes, separator: str, widths: range) -> tuple[list[list[str]], int]:
    """The cells below the header by column, rows that end early blank to their right, and how many these are.

    Raises `DeliveryError` for a row whose length is not among ``widths``, the last of which is the header's.
    """
    width, short, number = widths[-1], 0, -1
    columns: list[list[str]] = [[] for _ in range(width)]
    try:
        for row in rows_in(text, separator):
            number += bool(row)
            if not row or not number:
                continue
            if len(row) not in widths:
                raise _uneven(path, number, width, len(row))
            short += len(row) < width
            for column, cell in zip_longest(columns, row, fillvalue=""):
                column.append(cell)  # type: ignore[union-attr]
    except csv.Error as error:
        raise _unquoted(path, number + 1) from error
    return columns, short


def fault_in(path: Path, text: bytes, separator: str, width: int, above: int) -> DeliveryError | None:
    """The first row that is not ``width`` well-quoted cells, by number and never by content; None if all are.

    Rows are counted as everywhere: from 1 after the ``above`` header rows, blank lines left out.
    """
    number = -above
    try:
        for row in rows_in(text, separator):
            number += bool(row)
            if row and len(row) != width:
                return _uneven(path, number, width, len(row))
    except csv.Error:
        return _unquoted(path, number + 1)
    return None


def quotes_are_sound(text: bytes, separator: str) -> bool:
    """Whether all quotes are certainly RFC 4180; False means that a slow look is needed, not that they are wrong.

    Quotes are taken in turn as opening and closing, a doubled one as closing and opening again. They are sound where
    every opening one stands after a separator, a line end or a closing quote, every closing one before one of these or
    an opening quote, and their number is even: by induction, no other reading is then possible.
    """
    import numpy as np

    cells = np.frombuffer(text, np.uint8)
    beside = np.zeros(256, bool)
    beside[[ord(separator), ord("\r"), ord("\n"), QUOTE]] = True
    open_quote = False
    for start in range(0, len(cells), BLOCK):
        found = np.flatnonzero(cells[start : start + BLOCK] == QUOTE) + start
        opening, closing = (found[1::2], found[::2]) if open_quote else (found[::2], found[1::2])
        if not (_all_beside(cells, opening - 1, beside) and _all_beside(cells, closing + 1, beside)):
            return False
        open_quote ^= bool(len(found) % 2)
    return not open_quote


def _all_beside(cells: Any, places: Any, beside: Any) -> bool:
    """Whether the bytes at all places, those outside the text aside, may stand beside a quote."""
    if len(places) and places[0] < 0:
        places = places[1:]
    if len(places) and places[-1] >= len(cells):
        places = places[:-1]
    return bool(beside[cells[places]].all())


def _uneven(path: Path, number: int, width: int, found: int) -> DeliveryError:
    return DeliveryError(
        _row(path, number),
        expected=f"{width} cells, as in the header",
        found=f"{found}",
        do="look for a stray separator or an unclosed quote in that row, and export again",
    )


def _unquoted(path: Path, number: int) -> DeliveryError:
    return DeliveryError(
        _row(path, number),
        expected="text cells with a quote on both sides, and quotes inside them doubled",
        found="a quote that is not closed, or text after the closing one",
        do="mend the quotes from that row on, and export again",
    )


def _row(path: Path, number: int) -> str:
    return f"{path}, data row {number}" if number > 0 else f"{path}, header"


def _allow_cells_of_any_length() -> None:
    """Lift the csv module's limit of 131,072 characters: free text and sensor lists are longer."""
    if csv.field_size_limit() < LONGEST_CELL:
        csv.field_size_limit(LONGEST_CELL)
