"""The ``[measures.*]`` of a draft: gathered over all sources, each name once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from couples_study.core.columns import Glossary
from couples_study.steps.draft.forms import Line, Part
from couples_study.steps.draft.scales import Range
from couples_study.steps.draft.words import own_name

LONGEST_LABEL = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One drafted measure; ``range_why`` says why its range is unsure, ``why`` why it may not be one at all."""

    name: str
    label: str
    label_why: str = ""
    items: tuple[str, ...] = ()
    reversed: tuple[str, ...] = ()
    range: Range | None = None
    range_why: str = ""
    labels: tuple[str, ...] = ()
    why: str = ""

    def part(self) -> Part:
        """Its table in study.toml."""
        part = Part(heading=f"[measures.{self.name}]")
        amount = self.range is None and not self.labels
        part.say(
            "label",
            self.label,
            why=self.label_why,
            note="fits no usual scale; range = [lowest, highest] would check it" * amount,
        )
        if self.items:
            part.say("items", list(self.items), why=self.why)
        elif self.why:
            part.remark("", why=self.why)
        if self.reversed:
            part.say(
                "reversed", list(self.reversed), why="marked by an R at the end of the name; are they as answered?"
            )
        if self.range is not None:
            part.say("range", [_number(bound) for bound in self.range], why=self.range_why)
        if self.labels:
            part.say("labels", list(self.labels), why="answers in words; if they are ordered, recode them to numbers")
        return part


@dataclass(slots=True)
class Measures:
    """All measures so far. A measure that comes from several sources is one, its range the widest."""

    glossary: Glossary
    found: dict[str, Measure] = field(default_factory=dict)

    def add(self, measure: Measure, taken: frozenset[str] = frozenset()) -> str:
        """Take the measure in, and return the name it got: the glossary's, others' and those ``taken`` are not free."""
        name = measure.name
        while not self._is_free(name, measure, taken):
            name = _next(name)
        before = self.found.get(name)
        self.found[name] = replace(measure if before is None else _widest(before, measure), name=name)
        return name

    def _is_free(self, name: str, measure: Measure, taken: frozenset[str]) -> bool:
        another = name in self.found and not _same(self.found[name], measure)
        return not (name in taken or name in self.glossary or another or self._is_item(name, measure))

    def _is_item(self, name: str, measure: Measure) -> bool:
        others = [one for key, one in self.found.items() if key != name]
        return name in measure.items or any(name in one.items for one in others)


def label_of(caption: str, name: str) -> str:
    """A label: the question's text without markup and shortened, or the column's name in words."""
    text = re.sub(r"<[^>]*>|&nbsp;|\{[^}]*\}", " ", caption)
    text = re.sub(r"[\s\x00-\x1f\x7f]+", " ", text).strip()
    if not text or text == name:
        return re.sub(r"[\W_]+", " ", name).strip() or name
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 3].rsplit(" ", 1)[0] + "..."


def measure_name(stem: str, fallback: str = "scale") -> str:
    """A usable name from a stem or a column's name."""
    return own_name(stem) if re.search(r"[A-Za-z]", stem) else own_name(fallback)


def column_lines(pairs: Sequence[tuple[str, str, str]]) -> list[Line]:
    """Lines of ``[source.columns]``: ours, the export's, and why unsure; none where the names are the same and sure."""
    return [Line(key=ours, value=export, why=why) for ours, export, why in pairs if ours != export or why]


def _same(one: Measure, other: Measure) -> bool:
    return one.items == other.items and one.labels == other.labels


def _widest(one: Measure, other: Measure) -> Measure:
    if one.range is None or other.range is None:
        return replace(one, range=None)
    both = min(one.range[0], other.range[0]), max(one.range[1], other.range[1])
    why = one.range_why if both == one.range else other.range_why or one.range_why
    return replace(one, range=both, range_why=why)


def _next(name: str) -> str:
    if name.endswith("_own"):
        return f"{name}_2"
    numbered = re.fullmatch(r"(.*_own)_(\d+)", name)
    return f"{numbered[1]}_{int(numbered[2]) + 1}" if numbered else f"{name}_own"


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
