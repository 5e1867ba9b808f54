"""Columns as codes: every distinct text of a column is kept once, and judged once, however many rows repeat it.

An export of a million evenings has some hundred distinct answers in a column. Codes are a byte or two a row, so a
study stays small in memory and on disk, nothing of the text is lost, and every check costs what the distinct texts
cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from couples_study.contracts.reader import Cells

THREADS = 4
DENSE = 2**24  # so many combinations of texts are counted in an array; more are hashed
SMALLEST = ((2**8, np.uint8), (2**16, np.uint16))


@dataclass(frozen=True)
class Coded:
    """One column: ``codes`` (one per row) point into ``texts``, the distinct cells without blanks around them.

    Two codes may stand for the same text where only the blanks around it differed.
    """

    codes: np.ndarray
    texts: pd.Series

    def __len__(self) -> int:
        return len(self.codes)

    def where(self, distinct: Any) -> np.ndarray:
        """Rows of which the distinct text is marked in ``distinct``, a boolean per text."""
        return np.asarray(distinct, dtype=bool)[self.codes]

    @cached_property
    def said(self) -> list[str]:
        """The distinct texts as plain words, of which some hundred are looked at sooner without pandas."""
        return self.texts.tolist()

    @cached_property
    def empty(self) -> np.ndarray:
        """Which of the distinct texts are blank."""
        return np.fromiter((text == "" for text in self.said), dtype=bool, count=len(self.said))

    def blank(self) -> np.ndarray:
        """Rows with an empty cell."""
        if not self.empty.any():
            return np.zeros(len(self), dtype=bool)
        return self.where(self.empty)

    @cached_property
    def counts(self) -> np.ndarray:
        """How many rows have each text."""
        return np.bincount(self.codes, minlength=len(self.texts))

    def rows(self) -> pd.Series:
        """The column as text, one cell per row."""
        return pd.Series(self.texts.to_numpy()[self.codes], dtype="str")


def encoded(cells: Cells) -> Cells:
    """The same cells, every column an Arrow dictionary column in one piece, with codes as small as they can be."""
    table = cells.table
    names = table.column_names
    with ThreadPoolExecutor(THREADS) as pool:
        columns = list(pool.map(_dictionary, (table.column(name) for name in names)))
    return replace(cells, table=pa.table(columns, names=names))


def as_cells(frame: pd.DataFrame) -> Cells:
    """A frame of text cells as the cells that a reader would have found."""
    columns = [pa.array(frame[name].astype("str"), pa.string(), from_pandas=True) for name in frame]
    return encoded(Cells(table=pa.table(columns, names=list(frame))))


def column(cells: Cells, name: str) -> Coded:
    """One column of encoded (or still plain) cells."""
    held = _dictionary(cells.table.column(name))
    texts = pd.Series(pc.utf8_trim_whitespace(held.dictionary), dtype="str")
    indices = held.indices
    if indices.null_count:
        texts = pd.concat([texts, pd.Series([""], dtype="str")], ignore_index=True)
        indices = (
            indices.fill_null(len(texts) - 1) if len(texts) <= 2**8 else indices.cast("int32").fill_null(len(texts) - 1)
        )
    if not len(texts):
        texts = pd.Series([""], dtype="str")
    return Coded(indices.to_numpy(zero_copy_only=False), texts)


def row_numbers(n: int) -> Coded:
    """The column ``@row``: every row its own, numbered from 1."""
    return Coded(np.arange(n), pd.Series(np.arange(1, n + 1).astype(str), dtype="str"))


def constant(text: str, n: int) -> Coded:
    """The same text in every row."""
    return Coded(np.zeros(n, dtype=np.uint8), pd.Series([text], dtype="str"))


def interleaved(parts: Sequence[Coded]) -> Coded:
    """The rows of several columns of one length in turn: first row of each, then second row of each, and so on."""
    if all(part is parts[0] for part in parts):
        return Coded(np.repeat(parts[0].codes, len(parts)), parts[0].texts)
    sizes = [len(part.texts) for part in parts]
    codes = np.empty(sum(len(part) for part in parts), dtype=_smallest(sum(sizes)))
    for number, part in enumerate(parts):
        codes[number :: len(parts)] = part.codes.astype(codes.dtype) + codes.dtype.type(sum(sizes[:number]))
    return Coded(codes, pd.concat([part.texts for part in parts], ignore_index=True))


def combined(parts: Sequence[Coded]) -> tuple[np.ndarray, pd.DataFrame]:
    """Rows by their combination of texts: a code per row, and the distinct combinations in order of first row.

    Texts that differ in blanks around them count as one. The frame has a column per part, named by its position.
    """
    single = [_merged(part) for part in parts]
    size = 1
    keys: np.ndarray = np.zeros(len(parts[0]), dtype=np.int32)
    for part in single:
        if size * len(part.texts) > np.iinfo(keys.dtype).max:
            keys = keys.astype(np.int64)
        keys *= keys.dtype.type(len(part.texts))
        np.add(keys, part.codes, out=keys, casting="unsafe")
        size *= len(part.texts)
        if size > DENSE:
            keys, distinct = pd.factorize(keys)
            size = len(distinct)
    keys, first = _ranked(keys, size)
    rows = {number: part.texts.to_numpy()[part.codes[first]] for number, part in enumerate(single)}
    return keys, pd.DataFrame({name: pd.Series(texts, dtype="str") for name, texts in rows.items()})


def _ranked(keys: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Keys below ``size`` as ranks in order of first appearance, and where each rank appears first."""
    n = len(keys)
    first_of = np.full(size, n, dtype=np.int64)
    starts = np.flatnonzero(np.diff(keys, prepend=-1))  # a run of equal keys counts where it begins
    first_of[keys[starts[::-1]]] = starts[::-1]
    there = np.flatnonzero(first_of < n)
    there = there[np.argsort(first_of[there], kind="stable")]
    rank = np.zeros(size, dtype=np.int32)
    rank[there] = np.arange(len(there), dtype=np.int32)
    return rank[keys], first_of[there]


def _merged(part: Coded) -> Coded:
    codes, texts = pd.factorize(part.texts)
    if len(texts) == len(part.texts):
        return part
    return Coded(codes.astype(np.int32)[part.codes], pd.Series(texts, dtype="str"))


def _dictionary(cells: pa.ChunkedArray) -> pa.DictionaryArray:
    if not pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_encode()
    whole = cells.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], pa.string()).dictionary_encode()
    size = len(whole.dictionary)
    kind = {np.uint8: pa.uint8(), np.uint16: pa.uint16(), np.int32: pa.int32()}[_smallest(size + 1)]
    if whole.indices.type == kind:
        return whole
    return pa.DictionaryArray.from_arrays(whole.indices.cast(kind), whole.dictionary)


def _smallest(size: int) -> Any:
    return next((kind for limit, kind in SMALLEST if size <= limit), np.int32)
