"""Who and when, without what: a study's outline from its key columns, for a plan made before any answer is read."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from couples_study.contracts.reader import RawExport
from couples_study.contracts.study import ROW, Dyads, Source
from couples_study.intake.days import place_in_time, read_times
from couples_study.intake.duplicates import apply_corrections, hold_duplicates
from couples_study.intake.mapping import Mapping
from couples_study.intake.places import all_couples
from couples_study.intake.records import Records, records_of
from couples_study.intake.roster import identify, link_records, roster_of
from couples_study.intake.rules import apply_rules
from couples_study.intake.values import read_values
from couples_study.measures.frames import TIME_OF
from couples_study.steps.check import Checked

FIRSTS = ("start_date", "start_day")


def key_columns(source: Source, dyads: Dyads, header: tuple[str, ...]) -> tuple[str, ...]:
    """The export's columns that an outline needs; never a column of answers."""
    keys = source.keys
    named = [
        keys.couple,
        keys.person,
        keys.day,
        keys.date,
        keys.wave,
        keys.week,
        *(source.columns.get(first) for first in FIRSTS),
        _by(source, dyads),
        *rule_columns(source),
    ]
    wanted = [name for name in named if name is not None and name != ROW and name in header]
    return tuple(dict.fromkeys(wanted)) or header[:1]


def rule_columns(source: Source) -> tuple[str, ...]:
    """Columns that say which rows belong to a source, but for those that are answers."""
    answers = set(source.columns.values())
    told = [*source.only, *(column for rule in source.drop.values() for column in rule)]
    return tuple(name for name in told if name not in answers)


def _by(source: Source, dyads: Dyads) -> str | None:
    return source.columns.get(dyads.by, dyads.by) if dyads.by is not None else None


def outlined(checked: Checked, keys: Sequence[Sequence[RawExport]]) -> dict[str, pd.DataFrame]:
    """By table, the persons and times that have a record: couple_id, person_id, role, time; and ``people``."""
    study = checked.study
    files = [
        [_keyed(export, source, checked) for export in exports]
        for source, exports in zip(study.source, keys, strict=True)
    ]
    everyone = [records for one in files for records in one]
    roster = roster_of(everyone, study)
    couples = all_couples(everyone, roster.people)
    for records in everyone:
        link_records(records, roster, study)
        place_in_time(records, roster, study.study)
    for one in files:
        apply_corrections(one, couples)
        hold_duplicates(one, couples)
    found = {"people": roster.people}
    for table in TIME_OF:
        parts = [_placed(records, roster.people) for records in everyone if records.source.table == table]
        if parts:
            found[table] = pd.concat(parts, ignore_index=True).drop_duplicates(["person_id", "time"])
    return found


def _placed(records: Records, people: pd.DataFrame) -> pd.DataFrame:
    good = records.good()
    whose = records.whos["person"].to_numpy()[records.who[good]]
    frame = people[["couple_id", "person_id", "role"]].iloc[whose].reset_index(drop=True)
    times = records.time[good].astype("int64") if records.time is not None else 0
    return frame.assign(time=times)


def _keyed(export: RawExport, source: Source, checked: Checked) -> Records:
    by = _by(source, checked.study.dyads)
    firsts = {first: source.columns[first] for first in FIRSTS if source.columns.get(first) in export.columns}
    mapping = Mapping(
        answers=firsts,
        ignored=(),
        by=by if by in export.columns and not source.partners else None,
        shared=frozenset(firsts),
    )
    records = records_of(export, source, mapping)
    apply_rules(records)
    identify(records, checked.study.dyads)
    read_values(records, checked.glossary)
    read_times(records, checked.study.study)
    records.cells = None
    return records
