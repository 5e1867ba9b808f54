"""What a reader gives back, and what a reader is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from couples_study.contracts.study import MissingKind, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of one file as text, and what the file itself says of them.

    ``table`` has one column of text per export column (their names single) and one row per data row, in file order;
    a blank cell is empty text or null. Texts stand plain, or as an Arrow dictionary of the distinct ones. ``notes``
    say what was detected (encoding, separator, header rows) for the ledger. ``captions`` are the questions' texts,
    ``labels`` the value labels (code to label), ``ranges`` the bounds that the platform itself enforced, ``missing``
    the codes that the file declares as missing, with their kind or None where it says none; all by column, and only
    where the format carries them.
    """

    table: pa.Table
    notes: tuple[str, ...] = ()
    captions: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    missing: Mapping[str, Mapping[str, MissingKind | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawExport:
    """One delivered file: its name below the study's folder, its hash, and its cells."""

    file: str
    sha256: str
    cells: Cells

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.cells.table.column_names)

    @property
    def n_rows(self) -> int:
        return int(self.cells.table.num_rows)

    @property
    def notes(self) -> tuple[str, ...]:
        return self.cells.notes

    def rows(self, numbers: np.ndarray) -> pd.DataFrame:
        """Data rows by their 1-based numbers, whole, as they were delivered."""
        from pandas import DataFrame

        taken = self.cells.table.take(numbers - 1)
        cells = {name: taken.column(name).cast("string").fill_null("").to_pandas() for name in taken.column_names}
        return DataFrame(cells, index=range(len(numbers)))


class Delivery(Protocol):
    """What intake remembers of a delivered file once its cells are judged; ``rows`` brings rows back whole."""

    @property
    def file(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def n_rows(self) -> int: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    def rows(self, numbers: np.ndarray) -> pd.DataFrame: ...


class ReadCells(Protocol):
    """The call that reads a file's cells as text, or only those of ``columns``; ``dictionary`` is the codebook file."""

    def __call__(
        self, path: Path, source: Source, columns: tuple[str, ...] | None = None, dictionary: Path | None = None
    ) -> Cells: ...


class ReadHeader(Protocol):
    """The call that reads a file's column names alone."""

    def __call__(self, path: Path, source: Source, dictionary: Path | None = None) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An entry under ``readers/``: a name for ``study.toml``, and functions from path to text cells and to names.

    ``read`` may be given the only columns to read, so that a plan can look at keys without looking at answers.
    ``likes`` says from a file's name and first 64 KiB how surely it is of this format: 0 not, 1 could be, 2 looks
    like it, 3 certainly. ``options`` are the keys of ``[[source]]`` that this reader heeds; others are refused.
    """

    name: str
    summary: str
    read: ReadCells
    header: ReadHeader
    likes: Callable[[Path, bytes], int]
    options: frozenset[str] = frozenset()
