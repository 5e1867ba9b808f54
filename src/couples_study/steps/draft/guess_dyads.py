"""``[dyads]``: whether partners can be told apart, by what, and what their roles are called."""

from __future__ import annotations

from collections.abc import Sequence

from couples_study.steps.draft.forms import Part
from couples_study.steps.draft.look import FEWEST
from couples_study.steps.draft.sources import Guessed
from couples_study.steps.draft.words import own_name, role_of


def dyads_part(sources: Sequence[Guessed]) -> Part:
    """The table ``[dyads]`` of the draft."""
    part = Part(heading="[dyads]")
    wides = [source.wide for source in sources if source.wide is not None]
    by = by_source(sources)
    if all(source.couple is None for source in sources):
        why = "no column says who belongs to whom; if both partners answered, name one as couple under keys"
        part.say("type", "single", why=why)
        return part
    if by is None or by.by is None:
        return _without_by(part, wides)
    same = by.by.why if "mixed" in by.by.why else ""
    part.say("type", "distinguishable", why=same)
    part.say("by", by.by.column, why="" if same else by.by.why)
    _say_labels(part, by, {role for one in wides for role in one.roles})
    return part


def by_source(sources: Sequence[Guessed]) -> Guessed | None:
    """The source whose role column is ``by``: one that can not do without it, else that of people, else the first."""
    having = [source for source in sources if source.by is not None]
    return min(having, key=lambda source: ("person" in source.keys, source.when.table != "people"), default=None)


def _without_by(part: Part, wides: Sequence[object]) -> Part:
    roles = {role for one in wides for role in one.roles}  # type: ignore[attr-defined]
    if {"woman", "man"} <= roles:
        part.say("type", "distinguishable")
    else:
        why = "no column was found that tells partners apart; if one does, say distinguishable and by"
        part.say(
            "type",
            "indistinguishable",
            why="the prefixes are numbers or letters: does it mean anything who is first?" if roles else why,
        )
    return part


def _say_labels(part: Part, source: Guessed, prefixed: set[str]) -> None:
    """Role names by the column's value labels or words, where enough rows have each."""
    column = source.by.column if source.by is not None else ""
    counts = source.rows[column].value_counts().drop("", errors="ignore")
    told = source.looks[column].labels if column in source.looks else {}
    if len(counts) < 2 or counts.min() < FEWEST:
        part.remark('labels = { "code" = "name of the role" }', why="too few rows to show the codes here; add them")
        return
    labels = {str(value): _role(str(value), told.get(str(value), "")) for value in sorted(counts.index)}
    known = all(role_of(value) or role_of(told.get(value, "")) for value in labels)
    if len(set(labels.values())) < len(labels) or not prefixed <= set(labels.values()):
        why = f"which code is which role? the prefixes call them {', '.join(sorted(prefixed)) or 'nothing'}"
        part.remark('labels = { "code" = "name of the role" }', why=why)
        return
    part.say("labels", labels, why="" if known else "the codes have no names in the export: who is who?")


def _role(value: str, label: str) -> str:
    named = role_of(label) or role_of(value)
    if named:
        return named
    return own_name(label).lower() if label else f"role_{own_name(value).removeprefix('m_').lower()}"
