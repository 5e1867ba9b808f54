"""What a draft is made from and of: forms that came, sources and measures that are guessed, and what is unsure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from couples_study.contracts.reader import Cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Files of one form: how to read them, how study.toml shall name them, and the cells of all of them in one table.

    ``options`` are further keys of the source that the reading already needed; ``doubts`` are reasons, by key, why
    one of these lines should be looked at. ``deliveries`` is how many files the cells come from.
    """

    reader: str
    files: tuple[str, ...]
    cells: Cells
    options: Mapping[str, Any] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    deliveries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a draft: key and value, and why it is unsure; without a key it is a remark of its own."""

    key: str = ""
    value: Any = None
    why: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """One line of the drafted file that a person has to check: its number, what it says, and why it is unsure."""

    line: int
    where: str
    key: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The text of a study.toml, and its unsure lines."""

    text: str
    unsure: tuple[Unsure, ...]


@dataclass(slots=True, kw_only=True)
class Part:
    """One table of the draft (``[study]``, ``[[source]]`` ...): its heading and its lines, in order."""

    heading: str
    lines: list[Line] = field(default_factory=list)

    def say(self, key: str, value: Any, why: str = "", note: str = "") -> None:
        """Add a line."""
        self.lines.append(Line(key=key, value=value, why=why, note=note))

    def remark(self, words: str, why: str = "") -> None:
        """Add a comment of its own; with ``why`` it is one of the unsure lines."""
        self.lines.append(Line(note=words, why=why))

    def remarks(self, several: Iterable[str]) -> None:
        """Add several comments."""
        for words in several:
            self.remark(words)
