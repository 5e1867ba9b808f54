"""One person in the delivery: which records of linked files are theirs, and which cells of a row two partners share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.study import ROW, Source
from couples_study.intake.records import KEY_COLUMNS, Records, blank

DESIGN = ("start_date", "start_day", "arm")  # what a study gives a couple; no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A participant as the delivery and the tables call them; ``others`` are the couple's other members."""

    person_id: str
    couple_id: str
    raw: str
    role: str
    others: tuple[Person, ...] = ()

    @property
    def own_name(self) -> str:
        """The id by which the delivery calls this person: their own, or couple and role where they have none."""
        return self.person_id if self.raw == self.role else self.raw


def person_called(word: str, everyone: Sequence[Records]) -> Person | None:
    """Who is called ``word``, by the id in the tables or the delivery's own; None where nobody or more than one is."""
    whos = pd.concat([one.whos for one in everyone if one.source.table != "couples"], ignore_index=True)
    whos = whos[~blank(whos["_person"]) & ~blank(whos["couple_id"])]
    whos = whos.sort_values("role", key=blank, kind="stable").drop_duplicates("person_id")
    found = whos[whos["person_id"] == word]
    if found.empty:
        by_role = whos["couple_id"] + "/" + whos["role"]
        found = whos[(whos["_person"] == word) | (by_role == word)]
    if len(found) != 1:
        return None
    couple = found["couple_id"].iloc[0]
    members = {one.person_id: one for one in map(_person, whos[whos["couple_id"] == couple].to_dict("records"))}
    own = members.pop(found["person_id"].iloc[0])
    return Person(person_id=own.person_id, couple_id=couple, raw=own.raw, role=own.role, others=tuple(members.values()))


def _person(row: dict[str, str]) -> Person:
    return Person(person_id=row["person_id"], couple_id=row["couple_id"], raw=row["_person"], role=row["role"])


def rows_of(person: Person, records: Records, *, couple: bool) -> np.ndarray:
    """Which records go with ``person``, or with the ``couple``.

    Theirs, those that tell only the couple and might be theirs, those that tell the person but not the couple, and of
    a table of couples the couple's.
    """
    whos = records.whos
    same = whos["couple_id"].eq(person.couple_id)
    if couple or records.source.table == "couples":
        mine = same
        people = (person, *person.others)
    else:
        mine = whos["person_id"].eq(person.person_id) | (same & blank(whos["_person"]))
        people = (person,)
    lost = blank(whos["couple_id"]) & whos["_person"].isin([one.raw for one in people])
    which: np.ndarray = (mine | lost).to_numpy(dtype=bool)[records.who]
    return which


def columns_of(role: str, source: Source, names: Sequence[str], records: Records) -> tuple[set[int], set[int]]:
    """Of a row that two partners share: the places of the columns of ``role``'s own, and of the other's.

    Columns that belong to neither count as ``role``'s own, but for keys, what tells rows apart, and the design.
    """
    spelled = {**source.prefixes, **source.suffixes}
    marks = [mark for partner, mark in spelled.items() if partner != role]
    own = {place for place, name in enumerate(names) if _spelled(name, spelled[role], source)}
    other = {place for place, name in enumerate(names) if any(_spelled(name, mark, source) for mark in marks)}
    keys = {getattr(source.keys, key) for key in KEY_COLUMNS} - {None, ROW}
    rules = {*source.only, *source.drop, records.mapping.by, source.arm}
    design = {records.mapping.answers.get(name) for name in DESIGN}
    shared = {place for place, name in enumerate(names) if name not in keys | rules | design}
    return own | (shared - other), other - own


def _spelled(name: str, mark: str, source: Source) -> bool:
    return name.startswith(mark) if source.prefixes else name.endswith(mark)
