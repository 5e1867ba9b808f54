"""Whose row it is: the couple, the person and what tells partners apart, by name and by what the columns look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from couples_study.steps.draft.look import Look
from couples_study.steps.draft.words import EXACT, NOT, WEAK, called

MOST = 0.9  # share of couples, people or rows that have to fit for a structure to count as found
FEWEST_COUPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A column that was found, and why it is unsure (empty: nothing speaks against it)."""

    column: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The key columns of a long form; None where there is none. ``roles`` are all that tell partners apart."""

    couple: Found | None = None
    person: Found | None = None
    by: Found | None = None
    roles: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that say whose row it is."""
        return tuple(one.column for one in (self.couple, self.person) if one is not None)


def whose(frame: pd.DataFrame, looks: Mapping[str, Look]) -> Whose:
    """The couple, person and role columns of a form with one row per person (and day, wave or beep)."""
    couple = _best(looks, "couple")
    person = _best(looks, "person", besides=couple.column if couple is not None else None)
    by, _ = _role(frame, looks, couple, person)
    if couple is None and person is not None:
        couple, person = _is_couple_after_all(frame, person, by, looks)
    if couple is None and person is not None:
        couple = _by_structure(frame, looks, person.column)
    if couple is not None and person is not None:
        person = _checked_person(frame, couple, person)
    by, roles = _role(frame, looks, couple, person)
    return Whose(couple=couple, person=person, by=by, roles=roles)


def _best(looks: Mapping[str, Look], what: str, besides: str | None = None) -> Found | None:
    ids = [name for name, look in looks.items() if _can_be_id(look) and name != besides]
    scored = [(called(name, what), name) for name in ids]
    scored = [one for one in scored if one[0] > NOT]
    if not scored:
        return None
    score = max(one[0] for one in scored)
    if what == "couple" and score == WEAK:
        return None
    names = [name for points, name in scored if points == score]
    others = f"; {_listed(names[1:])} could be it as well" if len(names) > 1 else ""
    if score == EXACT and not others:
        return Found(column=names[0])
    why = f"chosen by its name as the {what}; check that it is{others}"
    return Found(column=names[0], why=why)


def _can_be_id(look: Look) -> bool:
    there = look.answered > 0 or not look.rows
    return there and look.dates is None and (look.whole or not look.numeric) and look.answered >= look.rows * 0.1


def _role(
    frame: pd.DataFrame, looks: Mapping[str, Look], couple: Found | None, person: Found | None
) -> tuple[Found | None, tuple[str, ...]]:
    """The columns, by their names, that differ between the partners of most couples and stay the same in a person."""
    named = [(called(name, "by"), name) for name, look in looks.items() if 2 <= look.distinct <= 4]
    keys = [found.column for found in (couple, person) if found is not None]
    found: list[Found] = []
    for score, name in sorted((one for one in named if one[0] > NOT), key=lambda one: -one[0]):
        if couple is None or name in keys or not _stays(frame, keys, name, alone=person is None):
            continue
        share = _share_differing(frame, couple.column, name)
        if share >= MOST:
            same = "" if share == 1 else "in some couples both partners have the same; the type may be mixed"
            found.append(Found(column=name, why=same if score == EXACT else same or "chosen by its name; check it"))
    return (found[0] if found else None), tuple(one.column for one in found)


def _stays(frame: pd.DataFrame, keys: list[str], name: str, alone: bool) -> bool:
    """Whether a person always has the same value; without a person's key, nobody can say."""
    told = frame.loc[frame[name].ne(""), [*keys, name]]
    return alone or bool(told.groupby(keys)[name].nunique().eq(1).mean() >= MOST)


def _share_differing(frame: pd.DataFrame, couple: str, by: str) -> float:
    told = frame.loc[frame[couple].ne("") & frame[by].ne(""), [couple, by]].drop_duplicates()
    values = told.groupby(couple)[by].size()
    both = values[values > 1]
    return float(both.eq(2).mean()) * float(len(both) / len(values) > 0.5) if len(both) else 0.0


def _is_couple_after_all(
    frame: pd.DataFrame, person: Found, by: Found | None, looks: Mapping[str, Look]
) -> tuple[Found | None, Found | None]:
    """An ``ID`` that two rows of unlike role share is the couple's."""
    if by is not None or called(person.column, "person") == EXACT:
        return None, person
    as_couple = Found(column=person.column, why="two unlike rows share it, so it is taken for the couple")
    return (as_couple, None) if _role(frame, looks, as_couple, None)[0] is not None else (None, person)


def _by_structure(frame: pd.DataFrame, looks: Mapping[str, Look], person: str) -> Found | None:
    """A column each value of which belongs to exactly two people, and each person to one value."""
    people = frame.loc[frame[person].ne("")]
    n = people[person].nunique()
    for name, look in looks.items():
        if name == person or look.dates is not None or not (look.whole or not look.numeric) or not look.distinct:
            continue
        if abs(look.distinct * 2 - n) > 0.1 * n or look.distinct < FEWEST_COUPLES:
            continue
        told = people.loc[people[name].ne(""), [name, person]].drop_duplicates()
        once = not told[person].duplicated().any()
        if once and told.groupby(name)[person].size().eq(2).mean() >= MOST:
            return Found(column=name, why="each value belongs to exactly two people, so it is taken for the couple")
    return None


def _checked_person(frame: pd.DataFrame, couple: Found, person: Found) -> Found:
    told = frame.loc[frame[couple.column].ne("") & frame[person.column].ne(""), [couple.column, person.column]]
    sizes = told.drop_duplicates().groupby(couple.column)[person.column].size()
    if len(sizes) and sizes.eq(2).mean() >= MOST and sizes.le(2).all() and not couple.why:
        return Found(column=person.column)
    if not len(sizes) or sizes.le(2).all():
        return person
    return Found(column=person.column, why=f"{int(sizes.gt(2).sum())} couples have more than two of it")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in list(names)[:4])
