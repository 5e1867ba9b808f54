"""The ledger: every row that came, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEntry:
    """One delivered file. ``rows_read`` counts records after reshaping (a wide couple-day is two)."""

    source: str
    file: str
    sha256: str
    table: str
    export_rows_read: int
    rows_read: int
    rows_accepted: int
    rows_held: int
    held_by_reason: Mapping[str, int]
    excluded: Mapping[str, int]
    columns_mapped: Mapping[str, str]
    columns_ignored: tuple[str, ...]
    recodes: Mapping[str, int]
    missing_codes: Mapping[str, Mapping[str, int]]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """One validated table. ``exclusions`` are accepted rows that a named rule keeps out of it."""

    rows: int
    people: int
    couples: int
    exclusions: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All entries, in the order ``study.toml`` declares the sources."""

    sources: tuple[SourceEntry, ...]
    tables: Mapping[str, TableEntry] = field(default_factory=dict)
    data_root: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def rows_held(self) -> int:
        return sum(entry.rows_held for entry in self.sources)

    def record(self) -> dict[str, Any]:
        """The plain form that ``ledger.json`` holds."""
        return {
            "data_root": self.data_root,
            "notes": list(self.notes),
            "sources": [asdict(entry) for entry in self.sources],
            "tables": {name: asdict(entry) for name, entry in self.tables.items()},
        }
