"""The shortest questionnaire for some claims: what their readings can not do without, and what it is scored from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from couples_study.claims import chosen
from couples_study.contracts.hypothesis import Claim
from couples_study.contracts.instrument import Instrument
from couples_study.contracts.item import LANGUAGES, Item, Language, Said
from couples_study.core.columns import Column, glossary
from couples_study.fielding.questionnaire import (
    FORMS,
    Entry,
    Form,
    FormName,
    Questionnaire,
    Sheet,
    TeamColumn,
)  # fmt: skip
from couples_study.instruments import instruments
from couples_study.items import items, words

KEYS = frozenset({"couple_id", "person_id", "role", "day", "date", "wave", "week"})
PLATFORM = frozenset({"answer_seconds", "device", "entry_late", "season_flag"})
COUNTED = ("touch_given_n", "touch_received_n")
AWAKE = "together_hours"  # touch is impossible apart: counts are read against it
CHANCE = "_prob"
FORM_OF: dict[str, FormName] = {"people": "baseline", "diary_days": "evening", "survey_waves": "weekly"}
SHEETS = {"couples": "team_couples", "people": "team_people", "diary_days": "team_days", "survey_waves": "team_waves",
          "events": "team_events"}  # fmt: skip
START = "start_date"
ARM, PROGRAMME, WAITING = "arm", "programme", "wait_list"
LAGGED = "cross_lag"  # the model that needs two indicators of a state
MOST = 1000.0  # where the glossary sets no bound
WHOLE_UNITS = ("minutes", "months", "per cent", "children", "days", "years")


def questionnaire(ids: Sequence[str] | str, language: Language = "en") -> Questionnaire:
    """The questionnaire for these claims (ids, or ``"all"``); raises `UsageError` for one that is not there."""
    asked = chosen(ids if isinstance(ids, str) else tuple(ids))
    names = columns_for(name for claim in asked for name in (*claim.columns(), *seconds_for(claim)))
    own = [name for name in names if not _is_team(name)]
    nightly = _nightly(asked)
    places = {name: "evening" if name in nightly else form_of(name) for name in own}
    forms = tuple(_form(form, [name for name in own if places[name] == form], language) for form in FORMS)
    return Questionnaire(
        claims=tuple(claim.id for claim in asked),
        language=language,
        forms=tuple(form for form in forms if form.entries or form.name == "baseline"),
        sheets=_sheets([name for name in names if _is_team(name)]),
        arms=_arms(asked),
        weeks=_weeks(asked),
    )


def _arms(asked: Sequence[Claim]) -> tuple[str, ...]:
    """The arms that the claims compare; those who wait where a single one, or none, is named."""
    readings = [reading for claim in asked for reading in claim.reading if reading.arm]
    named = dict.fromkeys(arm for reading in readings for arm in (*reading.contrast, reading.reference) if arm)
    if not any(ARM in claim.columns() for claim in asked):
        return ()
    return tuple(named) if len(named) > 1 else (*(named or (PROGRAMME,)), WAITING)


def _weeks(asked: Sequence[Claim]) -> tuple[int, ...]:
    """The survey weeks at which the claims that compare arms look: baselines, and weeks since the programme's start."""
    named: set[int] = set()
    for reading in (reading for claim in asked for reading in claim.reading if reading.arm):
        told = [reading.at, reading.since, reading.early, *reading.knots]
        told += [week for pair in reading.modules for week in pair]
        named |= {*range(reading.begins + 1), *(reading.begins + week for week in told if week is not None)}
    return tuple(sorted(named))


def columns_for(needed: Iterable[str]) -> tuple[str, ...]:
    """The columns to collect so that every needed one is there, in the order in which they are asked."""
    found: dict[str, None] = {}
    waiting = ["gender", START, *needed]
    while waiting:
        name = waiting.pop(0)
        if name in found or name in KEYS or name in PLATFORM:
            continue
        scale = _scored_by(name)
        if scale is not None:
            waiting += (*scale.items, *scale.further)
            continue
        found[name] = None
        waiting += _further(name)
        waiting += _beside(name)
    return _conditions_first(sorted(found, key=_order))


def seconds_for(claim: Claim) -> tuple[str, ...]:
    """The second items of states that a claim carries from one day to the next, which tell change from a slip."""
    lagged = [reading for reading in claim.reading if reading.model == LAGGED]
    named = [name for reading in lagged for name in (reading.after or reading.outcome, reading.predictor) if name]
    found = [glossary().second(name) for name in named if not any(name in one.indicators for one in lagged)]
    return tuple(dict.fromkeys(name for name in found if name))


def _nightly(asked: Sequence[Claim]) -> frozenset[str]:
    """What is asked once elsewhere, and in the evening here: a lagged reading follows it from day to day."""
    outcomes = {reading.outcome for claim in asked for reading in claim.reading if reading.model == LAGGED}
    scales = [scale for name in outcomes if (scale := _scored_by(name)) is not None and scale.table == "people"]
    return frozenset(name for scale in scales for name in (*scale.items, *scale.further))


def _further(name: str) -> tuple[str, ...]:
    """The other items of a focal state of which one is asked."""
    return next((one.further for one in instruments().values() if name in one.items), ())


def _conditions_first(names: Sequence[str]) -> tuple[str, ...]:
    """The same names, with what others depend on asked before them."""
    found: dict[str, None] = {}
    for name in names:
        condition = items()[name].only_if if name in items() else None
        if condition is not None and condition in names:
            found[condition] = None
        found[name] = None
    return tuple(found)


def form_of(name: str) -> FormName:
    """The form in which a column is asked."""
    item = items().get(name)
    return "morning" if item is not None and item.form == "morning" else FORM_OF[glossary()[name].table]


def _scored_by(name: str) -> Instrument | None:
    return next((one for one in instruments().values() if one.result == name and one.items != (name,)), None)


def _beside(name: str) -> tuple[str, ...]:
    """What has to be collected along with a column: what it is made from, and on what it depends who is asked it."""
    item = items().get(name)
    more = () if item is None else (*item.made_from, *([item.only_if] if item.only_if else []))
    if name in COUNTED:
        more = (*more, AWAKE)
    chance = name + CHANCE
    return (*more, chance) if chance in glossary() else more


def _is_team(name: str) -> bool:
    return name in items() and items()[name].form == "team"


def _order(name: str) -> tuple[int, int, int]:
    """Lists that are ticked come last, published scales before them; else the order of the items."""
    places = {one: place for place, one in enumerate(items())}
    item = items().get(name)
    late = 2 if item is not None and item.under else 1 if item is None else 0
    return late, places.get(name, 0), list(glossary()).index(name)


def _form(form: FormName, names: Sequence[str], language: Language) -> Form:
    return Form(name=form, entries=tuple(_entry(name, names, language) for name in names))


def _entry(name: str, names: Sequence[str], language: Language) -> Entry:
    item = items().get(name)
    if item is None:
        return _published(glossary()[name], language)
    told = Entry(
        name=name,
        words=item.said(language),
        kind="number",
        heading=words().headings[item.under].said(language) if item.under else "",
        only_if=item.only_if if item.only_if in names else None,
        opt_out=item.opt_out or "",
    )
    if item.choices:
        values = tuple((one.code, one.value) for one in item.choices if one.value is not None)
        return _closed(replace(told, values=values), "choice", [(one.code, one) for one in item.choices], language)
    if glossary()[name].kind == "flag":
        sentences = words().sentences
        return _closed(told, "yesno", [("1", sentences["yes"]), ("0", sentences["no"])], language)
    return _open(told, glossary()[name], item, language)


def _closed(
    told: Entry, kind: Literal["choice", "yesno"], answers: Sequence[tuple[str, Said]], language: Language
) -> Entry:
    return replace(
        told,
        kind=kind,
        choices=tuple((code, one.said(language)) for code, one in answers),
        synonyms=tuple((one.said(tongue), code) for code, one in answers for tongue in LANGUAGES),
    )


def _open(told: Entry, column: Column, item: Item, language: Language) -> Entry:
    low, high = column.low if column.low is not None else 0.0, column.high if column.high is not None else MOST
    if not item.ends:
        whole = column.kind == "count" or column.unit in WHOLE_UNITS
        return replace(told, low=low, high=high, whole=whole)
    both = words().ends[item.ends]
    labels = [(point, both.said(tongue)[place]) for tongue in LANGUAGES for place, point in enumerate((low, high))]
    synonyms = tuple((f"{point:g} {end}", f"{point:g}") for point, end in labels)
    return replace(told, kind="scale", low=low, high=high, ends=both.said(language), synonyms=synonyms)


def _published(column: Column, language: Language) -> Entry:
    """A place for one item of a published scale, whose words the researcher puts in."""
    of = next(one for one in instruments().values() if column.name in one.items)
    low, high = column.low or 0.0, column.high or 0.0
    told = words().sentences["published"].said(language)
    text = told.format(
        scale=of.label, number=column.name.rpartition("_")[2], licence=of.licence.partition(";")[0], low=f"{low:g}",
        high=f"{high:g}",
    )  # fmt: skip
    return Entry(name=column.name, words=text, kind="scale", low=low, high=high, published=True)


def _sheets(names: Sequence[str]) -> tuple[Sheet, ...]:
    """A sheet per table for what the team knows, and one for each thing that was drawn by lot."""
    lots = [name for name in names if items()[name].by_lot and not name.endswith(CHANCE)]
    plain = [name for name in names if not items()[name].by_lot]
    found = [
        Sheet(
            name=sheet, table=table, lot=ARM if ARM in plain and table == "couples" else None,
            columns=tuple(_team(name) for name in plain if glossary()[name].table == table),
        )
        for table, sheet in SHEETS.items()
        if any(glossary()[name].table == table for name in plain)
    ]  # fmt: skip
    for lot in lots:
        columns = tuple(_team(name) for name in (lot, lot + CHANCE) if name in names)
        found.append(Sheet(name=f"lot_{lot}", table=glossary()[lot].table, columns=columns, lot=lot))
    return tuple(found)


def _team(name: str) -> TeamColumn:
    item = items()[name]
    return TeamColumn(name=name, rule=item.en, made_from=item.made_from)
