"""Who and when, without what: a study's outline from its key columns, for a plan made before any answer is read."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from couples_study.contracts.reader import RawExport
from couples_study.contracts.study import ROW, Dyads, Source
from couples_study.intake.days import place_in_time
from couples_study.intake.duplicates import hold_duplicates
from couples_study.intake.mapping import Mapping
from couples_study.intake.records import Records, records_of
from couples_study.intake.roster import identify, link_records, person_ids, roster_of
from couples_study.intake.values import read_values
from couples_study.measures.frames import TIME_OF
from couples_study.steps.check import Checked

START = "start_date"


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
        source.columns.get(START),
        _by(source, dyads),
    ]
    wanted = [name for name in named if name is not None and name != ROW and name in header]
    return tuple(dict.fromkeys(wanted)) or header[:1]


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
    for records in everyone:
        link_records(records, roster, study)
        place_in_time(records, roster, study.study)
    for one in files:
        hold_duplicates(one)
    people = roster.people.assign(person_id=person_ids(roster.people, study.dyads))
    found = {"people": people}
    for table, time in TIME_OF.items():
        parts = [
            r.frame.loc[~r.held(), ["couple_id", "person_id", "role", time]]
            for r in everyone
            if r.source.table == table
        ]
        if parts:
            rows = pd.concat(parts, ignore_index=True).drop_duplicates(["person_id", time])
            found[table] = rows.rename(columns={time: "time"}).astype({"time": "int64"})
    return found


def _keyed(export: RawExport, source: Source, checked: Checked) -> Records:
    by = _by(source, checked.study.dyads)
    start = source.columns.get(START)
    mapping = Mapping(
        answers={START: start} if start is not None and start in export.frame.columns else {},
        ignored=(),
        by=by if by in export.frame.columns and not source.prefixes else None,
    )
    records = records_of(export, source, mapping)
    identify(records, checked.study.dyads)
    read_values(records, checked.glossary)
    return records
