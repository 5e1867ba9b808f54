"""One form to one or more sources: keys, table, layout and columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from couples_study.contracts.reader import Cells
from couples_study.contracts.study import ROW
from couples_study.steps.draft import redcap
from couples_study.steps.draft.forms import Form
from couples_study.steps.draft.guess_columns import Answers, guess_columns
from couples_study.steps.draft.guess_keys import Found, Whose, whose
from couples_study.steps.draft.guess_layout import Copies, Wide, copies, wide
from couples_study.steps.draft.guess_time import When, when
from couples_study.steps.draft.look import Look, frame_of, look_at
from couples_study.steps.draft.measures import Measures
from couples_study.steps.draft.words import EXACT, NOT, called

NO_IDS = "the export has no column of ids: every row is taken for one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guessed:
    """A source as it will stand in the draft. ``rows`` and ``looks`` are those of its own rows, wide ones stacked."""

    form: Form
    only: Mapping[str, tuple[str, ...]]
    name: str
    rows: pd.DataFrame
    looks: Mapping[str, Look]
    keys: Mapping[str, Found]
    when: When
    by: Found | None = None
    wide: Wide | None = None
    copies: Copies | None = None
    answers: Answers = field(default_factory=Answers)

    @property
    def couple(self) -> str | None:
        """The column of couples, if it has one."""
        return self.keys["couple"].column if "couple" in self.keys else None


def sources_of(form: Form, measures: Measures) -> list[Guessed]:
    """The sources that a form becomes."""
    frame = frame_of(form.cells)
    if form.deliveries > 1:  # a later delivery often repeats the rows of the earlier ones
        frame = frame.drop_duplicates(ignore_index=True)
    parts = redcap.pieces(frame)
    return [_source(form, part, measures, several=len(parts) > 1) for part in parts]


def _source(form: Form, part: redcap.Piece, measures: Measures, several: bool) -> Guessed:
    looks = look_at(part.frame, form.cells)
    own = whose(part.frame, looks)
    layout = None if _is_long(own, part.frame) else wide([name for name in looks if not _is_key_name(name)])
    name = part.name if several else ""
    if layout is not None:
        return _wide_source(form, part, looks, layout, measures, name)
    return _long_source(form, part, looks, own, measures, name)


def _is_key_name(name: str) -> bool:
    return any(called(name, what) == EXACT for what in ("couple", "person", "day", "week", "wave", "date"))


def _is_long(own: Whose, frame: pd.DataFrame) -> bool:
    """Whether each couple has two people in rows of their own."""
    if own.couple is None or (own.person is None and own.by is None):
        return False
    other = own.person or own.by
    told = frame[[own.couple.column, other.column if other else own.couple.column]].drop_duplicates()
    return bool(told.groupby(own.couple.column).size().eq(2).mean() > 0.5)


def _long_source(
    form: Form, part: redcap.Piece, looks: Mapping[str, Look], own: Whose, measures: Measures, name: str
) -> Guessed:
    keys = {key: found for key, found in (("couple", own.couple), ("person", own.person)) if found is not None}
    if not keys:
        keys["person"] = Found(column=ROW, why=NO_IDS)
    unit = [found.column for found in keys.values() if found.column != ROW]
    if own.person is None and own.by is not None:
        unit.append(own.by.column)
    alone = "couple" in keys and own.person is None and own.by is None
    time = _of_redcap(when(part.frame, looks, unit, "couples" if alone else "people"), part, looks)
    if alone and time.table != "couples":
        keys["person"] = Found(
            column=ROW, why="no column tells the partners of a couple apart; rows are taken for people"
        )
    keys |= {time.key: Found(column=time.column, why=time.why)} if time.key else {}
    twins = copies(part.frame, own.couple.column if own.couple else None)
    taken = {found.column for found in keys.values()} | set(own.roles)
    renamed = {column: stem for stem, column in twins.own.items()} if twins else {}
    left = {
        n: look for n, look in looks.items() if n not in taken | set(part.only) | set(twins.copies if twins else ())
    }
    answers = guess_columns(left, time.table, measures, renamed)
    return Guessed(form=form, only=part.only, name=name, rows=part.frame, looks=looks, keys=keys, when=time, by=own.by,
                   copies=twins, answers=answers)  # fmt: skip


def _of_redcap(time: When, part: redcap.Piece, looks: Mapping[str, Look]) -> When:
    """The time of REDCap's events and instances, where nothing else tells it."""
    events, instance = part.only.get(redcap.EVENT, ()), looks.get(redcap.INSTANCE)
    if time.key:
        return time
    if instance is not None and instance.whole and not instance.empty:
        why = "the number of the repeated form is taken for the day"
        return When(
            table="diary_days",
            key="day",
            column=redcap.INSTANCE,
            why=why,
            first=int(instance.lowest),
            last=int(instance.highest),
        )
    if len(events) > 1:
        why = "its events are numbered under recode, in the order in which they came"
        return When(table="survey_waves", key="wave", column=redcap.EVENT, why=why)
    return time


def _wide_source(
    form: Form, part: redcap.Piece, looks: Mapping[str, Look], layout: Wide, measures: Measures, name: str
) -> Guessed:
    affixed = {
        f"{stem}{end}" if layout.suffixes else f"{end}{stem}"
        for stem in layout.columns
        for end in layout.roles.values()
    }
    shared = {n: look for n, look in looks.items() if n not in affixed}
    couple = _couple_of_wide(shared, part.frame)
    unit = [] if couple.column == ROW else [couple.column]
    time = when(part.frame, shared, unit)
    keys = {"couple": couple} | ({time.key: Found(column=time.column, why=time.why)} if time.key else {})
    rows, cells = stacked(part.frame, form.cells, layout)
    taken = {found.column for found in keys.values()} | set(part.only)
    stacked_looks = look_at(rows, cells) | shared
    left = {n: look for n, look in stacked_looks.items() if n not in taken}
    answers = guess_columns(left, time.table, measures, {}, stem=_common_stem(layout))
    return Guessed(form=form, only=part.only, name=name, rows=rows, looks=stacked_looks, keys=keys, when=time,
                   wide=layout, answers=answers)  # fmt: skip


def _couple_of_wide(shared: Mapping[str, Look], frame: pd.DataFrame) -> Found:
    """The id of a wide form's rows: the couple's by name, or any id, since rows are couples."""
    own = whose(frame[list(shared)], shared)
    found = own.couple or own.person
    if found is None:
        return Found(column=ROW, why=NO_IDS + " (a couple)")
    return Found(column=found.column, why="" if called(found.column, "couple") != NOT else found.why)


def _common_stem(layout: Wide) -> str:
    first = next(iter(layout.roles.values()))
    return re.sub(r"[\W_0-9]+$", "", first) or "scale"


def stacked(frame: pd.DataFrame, cells: Cells, layout: Wide) -> tuple[pd.DataFrame, Cells]:
    """A wide form with the two partners' columns one below the other, under the names without prefix or suffix."""

    def of(stem: str, end: str) -> str:
        return f"{stem}{end}" if layout.suffixes else f"{end}{stem}"

    ends = list(layout.roles.values())
    both = {of(stem, end) for stem in layout.columns for end in ends}
    shared = [name for name in frame.columns if name not in both]
    parts = [
        frame[[*shared, *(of(stem, end) for stem in layout.columns)]].rename(
            columns={of(stem, end): stem for stem in layout.columns}
        )
        for end in ends
    ]

    def by_stem(told: Mapping[str, object]) -> dict[str, object]:
        return {**told, **{stem: told[of(stem, ends[0])] for stem in layout.columns if of(stem, ends[0]) in told}}

    return pd.concat(parts, ignore_index=True), replace(
        cells,
        captions=by_stem(cells.captions),  # type: ignore[arg-type]
        labels=by_stem(cells.labels),  # type: ignore[arg-type]
        ranges=by_stem(cells.ranges),  # type: ignore[arg-type]
        missing=by_stem(cells.missing),  # type: ignore[arg-type]
    )
