"""What a reader gives back, and what a reader is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from couples_study.contracts.study import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RawExport:
    """One export as text: every cell a string as delivered, blank cells empty strings.

    ``frame`` has one row per data row of the file, in file order, with a fresh 0-based index. ``notes`` say what was
    detected (encoding, separator) for the ledger.
    """

    file: str
    sha256: str
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()


class ReadCells(Protocol):
    """The call that reads a file's cells as text."""

    def __call__(self, path: Path, source: Source, columns: tuple[str, ...] | None = None) -> pd.DataFrame: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An entry under ``readers/``: a name for ``study.toml``, and functions from path to text cells and to column names.

    ``read`` may be given the only columns to read, so that a plan can look at keys without looking at answers.
    """

    name: str
    summary: str
    read: ReadCells
    header: Callable[[Path, Source], tuple[str, ...]]
