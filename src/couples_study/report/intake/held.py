"""Rows that intake held back, grouped so that a person can act on them: by file and reason, row numbers in ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from couples_study.report.context import HeldRow

MOST_RANGES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGroup:
    """All rows of one file that were held for one reason."""

    file: str
    reason: str
    n: int
    rows: str
    columns: tuple[str, ...]


def held_groups(held: Sequence[HeldRow]) -> list[HeldGroup]:
    """Held rows by file and reason, in the order of file and reason names."""
    keys = sorted({(row.file, row.reason) for row in held})
    groups = []
    for file, reason in keys:
        rows = [row for row in held if (row.file, row.reason) == (file, reason)]
        columns = tuple(sorted({column for row in rows for column in row.columns}))
        ranges = row_ranges(row.row for row in rows)
        groups.append(HeldGroup(file=file, reason=reason, n=len(rows), rows=ranges, columns=columns))
    return groups


def row_ranges(rows: Iterable[int], most: int = MOST_RANGES) -> str:
    """Row numbers as "3–5, 9", capped; a row held twice (a wide row that is two records) is named once."""
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    words = [str(a) if a == b else f"{a}–{b}" for a, b in runs[:most]]
    left = sum(b - a + 1 for a, b in runs[most:])
    return ", ".join(words) + (f" and {left} more" if left else "")
