"""The compliance map: a line per person, a cell per study day, drawn as SVG that follows the page's colours.

A cell is told by its height as well as by its colour: full for an answer that is used, half for one that came and is
not used, a thin line for an evening without an answer, nothing where nobody was due.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import groupby
from textwrap import shorten
from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.rows import Rows
from couples_study.contracts.watch import CAME_DAY, SILENT_DAY, USED_DAY, CoupleDays, PersonDays
from couples_study.report import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from couples_study.contracts.watch import Compliance

COUPLES_ON_A_MAP, MOST_MAPS = 30, 6
LABEL, ROW, GAP, HEAD = 150, 13, 6, 18
WIDEST, WIDE_CELL, NARROW_CELL = 530.0, 16.0, 3.0
COUPLE_CHARS, PERSON_CHARS = 12, 11
SHAPES = {USED_DAY: ("used", 1, ROW - 3), CAME_DAY: ("came", 5, ROW - 7), SILENT_DAY: ("silent", 5.5, 1.5)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMap:
    """One map: the couples on it in words, the SVG, and its people and couples for the tables below it."""

    title: str
    svg: str
    people: tuple[PersonDays, ...]
    couples: tuple[CoupleDays, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMaps:
    """All maps, and how many couples are on none."""

    maps: tuple[ShownMap, ...] = ()
    left_out: int = 0


def shown_maps(compliance: Compliance) -> ShownMaps:
    """Maps of thirty couples each; of a study with more than six of them, the couples that answered least."""
    people, counts = Rows.of(PersonDays, compliance.people), Rows.of(CoupleDays, compliance.couples)
    names = people.columns["couple"]
    starts = np.flatnonzero(np.append(True, names[1:] != names[:-1])[: len(names)])
    most = COUPLES_ON_A_MAP * MOST_MAPS
    drawn = np.arange(len(starts))
    if len(starts) > most:
        drawn = np.sort(np.argsort(_shares(people, starts), kind="stable")[:most])
    ends = np.append(starts[1:], len(names))
    couples = [people[start:end] for start, end in zip(starts[drawn].tolist(), ends[drawn].tolist(), strict=True)]
    here = {members[0].couple for members in couples}
    own = counts.at(np.flatnonzero([name in here for name in counts.columns["couple"].tolist()]))
    parts = [couples[at : at + COUPLES_ON_A_MAP] for at in range(0, len(couples), COUPLES_ON_A_MAP)]
    return ShownMaps(maps=tuple(_map(part, own) for part in parts), left_out=len(starts) - len(drawn))


def _shares(people: Rows[PersonDays], starts: np.ndarray) -> np.ndarray:
    """The share of its evenings that each couple answered; all of them where none was due."""
    due, answered = (np.add.reduceat(people.columns[name].astype("int64"), starts) for name in ("due", "answered"))
    return np.where(due > 0, answered / np.maximum(due, 1), 1.0)


def _map(couples: Sequence[tuple[PersonDays, ...]], counts: Sequence[CoupleDays]) -> ShownMap:
    people = tuple(one for members in couples for one in members)
    first, last = people[0].couple, people[-1].couple
    title = f"{first} to {last}" if first != last else first
    here = {one.couple for one in people}
    own = tuple(one for one in counts if one.couple in here)
    return ShownMap(title=title, svg=_svg(couples, people, title), people=people, couples=own)


def _svg(couples: Sequence[tuple[PersonDays, ...]], people: Sequence[PersonDays], title: str) -> str:
    days = max(len(one.days) for one in people)
    cell = max(NARROW_CELL, min(WIDE_CELL, WIDEST / max(days, 1)))
    width, height = LABEL + days * cell + 2, HEAD + len(people) * ROW + len(couples) * GAP
    paths: dict[str, list[str]] = {name: [] for name, _, _ in SHAPES.values()}
    texts, y = list(_day_marks(days, cell, height)), float(HEAD)
    for members in couples:
        texts.append(_text(0, y + ROW - 3, members[0].couple, COUPLE_CHARS, "couple"))
        for one in members:
            texts.append(_text(82, y + ROW - 3, one.role or one.person, PERSON_CHARS, "person"))
            for letter, path in _runs(one.days, cell, y):
                paths[letter].append(path)
            y += ROW
        y += GAP
    drawn = "".join(f'<path class="{name}" d="{"".join(parts)}"/>' for name, parts in paths.items() if parts)
    label = escape(_alt(people, days, title))
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg class="day-map" role="img" aria-label="{label}" {size}>{"".join(texts)}{drawn}</svg>'


def _runs(days: str, cell: float, y: float) -> Iterator[tuple[str, str]]:
    """Equal neighbours as one shape."""
    at = 0
    for letter, run in groupby(days):
        n = len(list(run))
        if letter in SHAPES:
            name, top, height = SHAPES[letter]
            wide = round(n * cell - 1, 2)
            yield name, f"M{round(LABEL + at * cell, 2):g} {round(y + top, 2):g}h{wide:g}v{height:g}h-{wide:g}z"
        at += n


def _day_marks(days: int, cell: float, height: float) -> Iterator[str]:
    """A number and a thin line at every seventh day; at wider steps where days are many."""
    step = 7
    while step * cell < 24:
        step *= 2
    for day in range(0, days, step):
        x = round(LABEL + day * cell, 2)
        yield f'<path class="week" d="M{x:g} {HEAD - 4}V{height:g}"/>' if day else ""
        yield f'<text class="day" x="{x:g}" y="{HEAD - 7}">{"day " if day == 0 else ""}{day}</text>'


def _text(x: float, y: float, words: str, chars: int, kind: str) -> str:
    short = words if len(words) <= chars else shorten(words, chars, placeholder="…")
    short = short if short != "…" else words[: chars - 1] + "…"
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(short)}</text>'


def _alt(people: Sequence[PersonDays], days: int, title: str) -> str:
    due, answered, used = (sum(getattr(one, name) for one in people) for name in ("due", "answered", "used"))
    return (
        f"Map of {len(people)} people by {days} study days, {title}: of {numbers.count(due)} evenings due, "
        f"{numbers.share(answered, due)} were answered and {numbers.share(used, due)} are used. "
        "The table below has the numbers of every person."
    )
