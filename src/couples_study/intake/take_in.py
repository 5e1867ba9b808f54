"""Intake as two pure calls: exports as text in; validated tables, held rows and the ledger out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count

import numpy as np
import pandas as pd

from couples_study.contracts.ledger import Ledger, SourceEntry, TableEntry
from couples_study.contracts.reader import RawExport
from couples_study.contracts.seen import FileProfile
from couples_study.contracts.study import Source, StudyFile
from couples_study.contracts.watch import Battery
from couples_study.core.columns import Glossary
from couples_study.intake.arms import hold_changed_arms
from couples_study.intake.assemble import Tables, tables_of
from couples_study.intake.days import number_within_days, place_in_time, read_times
from couples_study.intake.duplicates import apply_corrections, hold_duplicates
from couples_study.intake.exclude import set_aside_careless
from couples_study.intake.fates import fates_of
from couples_study.intake.mapping import mapping_of
from couples_study.intake.places import all_couples
from couples_study.intake.profile import profile_of
from couples_study.intake.records import Records, records_of
from couples_study.intake.roster import Roster, identify, link_records, roster_of
from couples_study.intake.rules import apply_rules, leave_to_other_sources, require_rule_columns
from couples_study.intake.states import States, ends_of, set_aside_after, states_of
from couples_study.intake.values import read_values
from couples_study.intake.waves import hold_waves_out_of_order

Delivered = tuple[tuple[Records, ...], ...]
NOT_ANSWERS = ("start_date", "start_day", "arm")


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What intake gives.

    ``tables`` by name, ``held`` rows by source name (whole, with reasons), the ``ledger``; and for those who watch a
    running study the ``fates`` of all records, the ``profiles`` of all files and the ``states`` of the couples.
    ``delivered`` are the linked records of every source, whose ``names`` are told beside it.
    """

    tables: Tables
    held: Mapping[str, pd.DataFrame]
    ledger: Ledger
    delivered: Delivered
    names: tuple[str, ...]
    profiles: tuple[FileProfile, ...]
    states: pd.DataFrame
    people: pd.DataFrame

    @cached_property
    def fates(self) -> pd.DataFrame:
        """One row per record that came, and what became of it; made when somebody watches."""
        return fates_of(self.delivered, self.names)


def take_in(study: StudyFile, exports: Sequence[Sequence[RawExport]], glossary: Glossary) -> Delivered:
    """Map, reshape and read the values of every export (one sequence of files per source, in declared order).

    Each file is looked at on its own here; what does not fit is marked with its reason and goes on, so that `link`
    can hold it where it stands.
    """
    return tuple(
        tuple(first_look(study, source, export, glossary) for export in files)
        for source, files in zip(study.source, exports, strict=True)
    )


def link(
    study: StudyFile, delivered: Delivered, glossary: Glossary, batteries: Mapping[str, Battery] | None = None
) -> Intake:
    """Join the files by person and day: who is who, which evening, doubles; then tables, held rows and the ledger.

    Every record that came is either in a table, excluded under a named rule, or in ``held`` with its reason.
    ``batteries`` are the scales in whose answers the study looks for carelessness.
    """
    everyone = [records for files in delivered for records in files]
    roster = roster_of(everyone, study)
    couples = all_couples(everyone, roster.people)
    for records in everyone:
        link_records(records, roster, study)
        place_in_time(records, roster, study.study)
    states = _settled(delivered, everyone, roster, couples, study)
    names = source_names(study)
    added = _added(roster, states)
    tables = tables_of(delivered, roster.people, couples, glossary, added)
    if set_aside_careless(everyone, tables, couples, batteries or {}, study.checks.careless):
        tables = tables_of(delivered, roster.people, couples, glossary, added)
    entries = tuple(
        _entry(names[number], records, study) for number, files in enumerate(delivered) for records in files
    )
    ledger = Ledger(
        sources=entries,
        tables={name: _table_entry(name, tables, everyone) for name in tables},
        data_root=study.study.data_root,
        notes=(*states.notes, *_singles(roster, study)),
    )
    held = {names[number]: _held_rows(files) for number, files in enumerate(delivered)}
    return Intake(
        tables=tables,
        held={name: rows for name, rows in held.items() if len(rows)},
        ledger=ledger,
        delivered=delivered,
        names=tuple(names),
        profiles=tuple(
            replace(records.profile, source=name)
            for name, files in zip(names, delivered, strict=True)
            for records in files
            if records.profile is not None
        ),
        states=states.events,
        people=tables["people"][["couple_id", "person_id", "role"]],
    )


def _settled(
    delivered: Delivered, everyone: Sequence[Records], roster: Roster, couples: pd.Index, study: StudyFile
) -> States:
    """Corrections, empty forms, doubles, arms and states, in this order, over all files."""
    for files in delivered:
        apply_corrections(files, couples)
    for records in everyone:
        _set_aside_unanswered(records)
    for files in delivered:
        hold_duplicates(files, couples)
        hold_waves_out_of_order(files)
    hold_changed_arms(everyone)
    states = states_of(everyone, roster, study)
    for records in everyone:
        if records.late is not None:
            records.set_aside(records.late, "late_entry")
    set_aside_after(everyone, states)
    number_within_days(everyone)
    return states


def source_names(study: StudyFile) -> list[str]:
    """One name per source: as given, or the files' name without wildcards, or the table's; made single by a number."""
    names: list[str] = []
    for source in study.source:
        stem = source.files[0].rsplit("/", 1)[-1].rsplit(".", 1)[0]
        name = source.name or stem.replace("*", "").replace("?", "").strip("_-. ") or source.table
        numbered = (f"{name}_{number}" for number in count(2))
        names.append(next(one for one in numbered if one not in names) if name in names else name)
    return names


def first_look(study: StudyFile, source: Source, export: RawExport, glossary: Glossary) -> Records:
    """What one file says by itself: its records, judged cell by cell; the cells themselves are let go."""
    mapping = mapping_of(source, export.columns, glossary, study.dyads, export.file)
    require_rule_columns(source, export.columns, export.file)
    records = records_of(export, source, mapping)
    apply_rules(records)
    leave_to_other_sources(records)
    identify(records, study.dyads)
    read_values(records, glossary)
    read_times(records, study.study)
    records.profile = profile_of(records, glossary)
    records.cells = None
    return records


def _set_aside_unanswered(records: Records) -> None:
    answers = [answer for name, answer in records.answers.items() if name not in NOT_ANSWERS]
    if records.source.table in ("diary_days", "survey_waves") and answers:
        said = np.zeros(len(records), dtype=bool)
        for answer in answers:
            if said.all():
                return
            said |= answer.answered()
        records.set_aside(~said, "unanswered")


def _singles(roster: Roster, study: StudyFile) -> tuple[str, ...]:
    """How many couples have one member only, where the study says that both take part."""
    alone = int(roster.people.groupby("couple_id")["_person"].nunique().eq(1).sum())
    return (f"couples with one member only: {alone}",) if alone and not study.dyads.single else ()


def _added(roster: Roster, states: States) -> dict[str, pd.DataFrame]:
    """What the roster and the states know of couples and people beside what the tables' own sources say."""
    starts = pd.DataFrame({"couple_id": pd.Series(dtype="str")})
    for first in (roster.start_dates, roster.start_days):
        if len(first):
            starts = starts.merge(first.rename_axis("couple_id").reset_index(), on="couple_id", how="outer")
    couples, people = ends_of(states)
    return {"start": starts, "couples": couples, "people": people}


def _zone(records: Records, study: StudyFile) -> tuple[str, ...]:
    """In which time zone the moments of a file were read, where it tells any."""
    if records.entered is None or np.isnat(records.entered).all():
        return ()
    return (f"times without an offset are of {records.source.time_zone or study.study.time_zone}",)


def _entry(name: str, records: Records, study: StudyFile) -> SourceEntry:
    reasons = records.reasons()
    counts = reasons["reason"].value_counts().sort_index()
    export = records.export
    return SourceEntry(
        source=name,
        file=export.file,
        sha256=export.sha256,
        table=records.source.table,
        export_rows_read=export.n_rows,
        rows_read=len(records),
        rows_accepted=len(records) - len(reasons),
        rows_held=len(reasons),
        held_by_reason={str(reason): int(count) for reason, count in counts.items()},
        excluded=dict(sorted(records.excluded().items())),
        columns_mapped=dict(sorted(records.mapping.answers.items())),
        columns_ignored=records.mapping.ignored,
        recodes=dict(sorted(records.recodes.items())),
        missing_codes={name: dict(sorted(kinds.items())) for name, kinds in sorted(records.missing_codes.items())},
        notes=(*export.notes, *_zone(records, study)),
    )


def _table_entry(name: str, tables: Tables, everyone: Sequence[Records]) -> TableEntry:
    counts: dict[str, int] = {}
    for records in everyone:
        if records.source.table == name:
            for rule, count in records.excluded().items():
                counts[rule] = counts.get(rule, 0) + count
    rows, people, couples = tables.sizes(name)
    return TableEntry(rows=rows, people=people, couples=couples, exclusions=dict(sorted(counts.items())))


def _held_rows(files: Sequence[Records]) -> pd.DataFrame:
    """Held records of one source, whole, in the words of the export, with _file, _row, _reason and _column."""
    parts = [_held_of(records) for records in files if records.held().any()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _held_of(records: Records) -> pd.DataFrame:
    reasons = records.reasons()
    positions = reasons["position"].to_numpy()
    told = pd.DataFrame(
        {
            "_file": records.export.file,
            "_row": records.row[positions],
            "_reason": reasons["reason"],
            "_column": reasons["column"],
        }
    )
    if partners := records.source.partners:
        told["_partner"] = np.array(partners)[positions % len(partners)]
    return pd.concat([told, records.export.rows(records.row[positions])], axis=1)
