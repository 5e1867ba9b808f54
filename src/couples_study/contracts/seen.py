"""What intake hands on beside the tables: the fate of every record, and a profile of every delivered file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

USED = "used"
HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """What one delivered column looks like, for comparison with other deliveries. Never shown as it is.

    ``answered`` counts non-blank cells that are no missing code. ``low`` and ``high`` bound what was read as numbers;
    ``words`` are the distinct texts of a column with at most 30 of them, each with its count; ``labels`` (code to
    label) and ``caption`` are what the file itself says.
    """

    column: str
    target: str | None
    answered: int
    low: float | None = None
    high: float | None = None
    words: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProfile:
    """One delivered file: its source, name, hash, rows, evenings covered (ISO dates or study days), and its columns."""

    source: str
    file: str
    sha256: str
    rows: int
    columns: tuple[ColumnProfile, ...]
