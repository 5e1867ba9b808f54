"""Columns of whole numbers, read as numbers and given back as the very texts: half the time of texts in a large file.

A number forgets how it was written (``07``, ``+7``, ``0x7``). What stood in the file is known all the same: every such
spelling is longer than the shortest one, and the file's bytes are all accounted for by separators, line ends and
cells. Where the shortest spellings of all numbers and the other columns' texts add up to the file's size, nothing else
stood there; where they do not, or a column turns out to hold something else, the file is read as text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

LARGE = 1 << 20  # smaller files are read at once anyhow
SAMPLE = 1 << 13
WHOLE = re.compile(rb"0|-?[1-9][0-9]{0,5}|")
WIDEST = 1 << 22  # so many numbers are counted in an array
SMALL, SMALL_LIMIT = re.compile(rb"[0-9]{0,3}"), 200  # where the sample holds no more, a byte a number is tried first
THREADS = 2
PIECE = 1 << 20
BLOCK = 1 << 22


def read_whole_numbers(text: bytes, separator: str, names: Sequence[str]) -> Any | None:
    """The table below the first line, each column a dictionary of its texts; None where it is to be read as text."""
    from pyarrow import ArrowInvalid

    mark = separator.encode()
    if len(text) < LARGE or len(names) < 2 or len(mark) != 1 or text[:1] in b"\r\n" or b'"' in text:
        return None
    begin = _end_of_line(text, 0)
    whole, small = _likely(text, mark, begin, len(names))
    if not whole or _may_hold_hexadecimals(text, begin):
        return None
    for bytes_enough in (small, set[int]()) if small else (small,):
        try:
            table = _parsed(memoryview(text)[begin:], separator, names, whole, bytes_enough)
        except ArrowInvalid:
            continue
        return _as_texts(table, text, begin, whole)
    return None


def _may_hold_hexadecimals(text: bytes, begin: int) -> bool:
    """``0x1F4`` is read as a number, too, and may be as long as its shortest spelling."""
    return any(text.find(letter, begin) >= 0 and text.find(b"0" + letter, begin) >= 0 for letter in (b"x", b"X"))


def _line_ends(text: bytes, begin: int) -> int:
    """How many bytes end lines; piece by piece, so that no second file lies in memory."""
    every = np.frombuffer(text, np.uint8)[begin:]
    pieces = [every[start : start + PIECE] for start in range(0, len(every), PIECE)]
    marks = [mark for mark in b"\r\n" if bytes([mark]) in text]
    return sum(int(np.count_nonzero(piece == mark)) for mark in marks for piece in pieces)


def _end_of_line(text: bytes, start: int) -> int:
    ends = [place for mark in (b"\n", b"\r") if (place := text.find(mark, start)) >= 0]
    return min(ends, default=len(text)) + 1


def _likely(text: bytes, mark: bytes, begin: int, width: int) -> tuple[set[int], set[int]]:
    """Places of the columns that hold nothing but whole numbers at the file's top, in its middle and at its end.

    And of those among them that hold small ones alone there.
    """
    likely, told = set(range(width)), set()
    small = set(range(width))
    for start in (begin, len(text) // 2, max(len(text) - SAMPLE, begin)):
        first = start if start == begin else _end_of_line(text, start)
        for line in text[first : first + SAMPLE].splitlines()[:-1]:
            cells = line.split(mark)
            if line and len(cells) != width:
                return set(), set()
            if line:
                told |= {place for place in likely if cells[place]}
                likely = {place for place in likely if WHOLE.fullmatch(cells[place])}
                small = {place for place in small & likely if _is_small(cells[place])}
    return likely & told, small & told


def _is_small(cell: bytes) -> bool:
    return SMALL.fullmatch(cell) is not None and int(cell or b"0") <= SMALL_LIMIT


def _parsed(data: memoryview, separator: str, names: Sequence[str], whole: set[int], small: set[int]) -> Any:
    from pyarrow import BufferReader, csv, dictionary, int32, py_buffer, string, uint8

    texts = dictionary(int32(), string())
    return csv.read_csv(
        BufferReader(py_buffer(data)),
        read_options=csv.ReadOptions(column_names=list(names), use_threads=True, block_size=BLOCK),
        parse_options=csv.ParseOptions(delimiter=separator),
        convert_options=csv.ConvertOptions(
            check_utf8=False,  # it was checked, all at once
            column_types={
                name: uint8() if place in small else int32() if place in whole else texts
                for place, name in enumerate(names)
            },
            null_values=[""],
            strings_can_be_null=False,
        ),
    )


def _as_texts(table: Any, text: bytes, begin: int, whole: set[int]) -> Any | None:
    """The numbers as dictionaries of their shortest spellings, if these and the other texts account for every byte."""
    import pyarrow as pa

    def told(place: int) -> tuple[Any, int]:
        column = table.column(place)
        return _spelled(column) if place in whole else (column, sum(_bytes_of(chunk) for chunk in column.chunks))

    if any(_span(table.column(place)) > WIDEST for place in whole):
        return None
    between = (table.num_columns - 1) * table.num_rows + _line_ends(text, begin)
    with ThreadPoolExecutor(THREADS) as pool:
        columns, sizes = zip(*pool.map(told, range(table.num_columns)), strict=True)
    if sum(sizes) + between != len(text) - begin:
        return None
    return pa.table(list(columns), names=table.column_names)


def _span(column: Any) -> int:
    import pyarrow.compute as pc

    ends = pc.min_max(column).as_py()
    return int(ends["max"]) - int(ends["min"])


def _bytes_of(chunk: Any) -> int:
    import pyarrow.compute as pc

    lengths = pc.binary_length(chunk.dictionary).to_numpy()
    return int(np.bincount(chunk.indices.to_numpy(), minlength=len(lengths)) @ lengths)


def _spelled(column: Any) -> tuple[Any, int]:
    """Whole numbers as a dictionary of their shortest spellings in order of size, blanks last; and how long all are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = column.combine_chunks()
    none = numbers.null_count
    blank = numbers.is_null().to_numpy(zero_copy_only=False) if none else None
    values = (numbers.fill_null(pc.min(numbers)) if none else numbers).to_numpy()
    low = int(values.min())
    codes = values - values.dtype.type(low)
    counts = np.bincount(codes)
    there = np.flatnonzero(counts)  # the lowest is there of itself, whatever stands in for blanks
    size = len(there) + bool(none)
    kind = next((kind for kind in (np.uint8, np.uint16) if size < np.iinfo(kind).max), np.int32)
    if len(there) == len(counts):  # no number between the lowest and the highest is left out
        codes = codes.astype(kind)
    else:
        rank = np.zeros(len(counts), dtype=kind)
        rank[there] = np.arange(len(there), dtype=kind)
        codes = rank.take(codes)
    texts = pa.array(there + low).cast(pa.string())
    counts[0] -= none
    length = int(counts[there] @ pc.binary_length(texts).to_numpy())
    if blank is not None:
        codes[blank] = len(there)
        texts = pa.concat_arrays([texts, pa.array([""], pa.string())])
    return pa.DictionaryArray.from_arrays(pa.array(codes), texts), length
