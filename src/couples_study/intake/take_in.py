"""Intake as two pure calls: exports as text in; validated tables, held rows and the ledger out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from couples_study.contracts.ledger import Ledger, SourceEntry, TableEntry
from couples_study.contracts.reader import RawExport
from couples_study.contracts.study import Source, StudyFile
from couples_study.core.columns import Glossary
from couples_study.core.errors import FrameError, StudyFileError, listed
from couples_study.intake.days import number_within_days, place_in_time
from couples_study.intake.duplicates import hold_duplicates
from couples_study.intake.mapping import mapping_of
from couples_study.intake.records import Records, any_column, records_of
from couples_study.intake.roster import Roster, identify, link_records, person_ids, roster_of
from couples_study.intake.values import read_values
from couples_study.tables import GRAINS, schema_of

Delivered = tuple[tuple[Records, ...], ...]
WRITTEN_BY_US = {"diary_days": ("date", "entry_late"), "survey_waves": ("week",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What intake gives: ``tables`` by name, ``held`` rows by source name (whole, with reasons), the ``ledger``."""

    tables: Mapping[str, pd.DataFrame]
    held: Mapping[str, pd.DataFrame]
    ledger: Ledger


def take_in(study: StudyFile, exports: Sequence[Sequence[RawExport]], glossary: Glossary) -> Delivered:
    """Map, reshape and read the values of every export (one sequence of files per source, in declared order).

    Each file is looked at on its own here; what does not fit is marked with its reason and goes on, so that `link`
    can hold it where it stands.
    """
    return tuple(
        tuple(_first_look(study, source, export, glossary) for export in files)
        for source, files in zip(study.source, exports, strict=True)
    )


def link(study: StudyFile, delivered: Delivered, glossary: Glossary) -> Intake:
    """Join the files by person and day: who is who, which evening, doubles; then tables, held rows and the ledger.

    Every record that came is either in a table, excluded under a named rule, or in ``held`` with its reason.
    """
    everyone = [records for files in delivered for records in files]
    roster = roster_of(everyone, study)
    for records in everyone:
        link_records(records, roster, study)
        place_in_time(records, roster, study.study)
    for files in delivered:
        hold_duplicates(files)
    number_within_days(everyone)
    for records in everyone:
        records.excluded = _excluded(records)
    names = source_names(study)
    tables = dict(_tables(delivered, roster, study, glossary))
    entries = tuple(_entry(names[number], records) for number, files in enumerate(delivered) for records in files)
    ledger = Ledger(
        sources=entries,
        tables={name: _table_entry(name, table, delivered) for name, table in tables.items()},
        data_root=study.study.data_root,
    )
    held = {names[number]: _held_rows(files) for number, files in enumerate(delivered)}
    return Intake(tables=tables, held={name: rows for name, rows in held.items() if len(rows)}, ledger=ledger)


def source_names(study: StudyFile) -> list[str]:
    """One name per source: as given, or the files' name without wildcards, or the table's; made single by a number."""
    names: list[str] = []
    for source in study.source:
        stem = source.files[0].rsplit("/", 1)[-1].rsplit(".", 1)[0]
        name = source.name or stem.replace("*", "").replace("?", "").strip("_-. ") or source.table
        count = sum(1 for other in names if other == name or other.startswith(f"{name}_"))
        names.append(f"{name}_{count + 1}" if name in names else name)
    return names


def _first_look(study: StudyFile, source: Source, export: RawExport, glossary: Glossary) -> Records:
    mapping = mapping_of(source, tuple(export.frame.columns), glossary, study.dyads, export.file)
    records = records_of(export, source, mapping)
    identify(records, study.dyads)
    read_values(records, glossary)
    return records


def _excluded(records: Records) -> pd.Series:
    """The rule that keeps an accepted record out of the tables, or an empty string."""
    frame = records.frame
    rule = pd.Series("", index=frame.index, dtype="str")
    answers = [name for name in records.mapping.answers if name not in ("start_date", "arm")]
    if records.source.table in ("diary_days", "survey_waves") and answers:
        rule = rule.mask(~any_column(frame, answers), "unanswered")
    if "entry_late" in frame:
        rule = rule.mask(rule.eq("") & frame["entry_late"].eq(1), "late_entry")
    return rule.mask(records.held(), "")


def _tables(
    by_source: Sequence[Sequence[Records]], roster: Roster, study: StudyFile, glossary: Glossary
) -> Iterator[tuple[str, pd.DataFrame]]:
    people = roster.people.assign(person_id=person_ids(roster.people, study.dyads))
    people = people.loc[people["person_id"].isin(_accepted(by_source)), ["couple_id", "person_id", "role"]]
    for name, grain in GRAINS.items():
        parts = [_rows_of(files, list(grain.keys)) for files in by_source if files[0].source.table == name]
        table = _joined(parts, list(grain.keys), name) if parts else None
        if name == "people":
            table = None if table is None else table.drop(columns="start_date", errors="ignore")
            table = people if table is None else people.merge(table, on=["couple_id", "person_id"], how="left")
        if name == "couples":
            table = _couples(table, people, roster)
        if table is not None:
            yield name, _validated(name, table, people, glossary)


def _accepted(by_source: Sequence[Sequence[Records]]) -> set[str]:
    """Everyone of whom at least one record was accepted: people known from held records alone are in no table."""
    return {
        person
        for files in by_source
        for records in files
        for person in records.frame.loc[~records.held(), "person_id"].unique()
    }


def _rows_of(files: Sequence[Records], keys: list[str]) -> pd.DataFrame:
    parts = []
    for records in files:
        own = [name for name in WRITTEN_BY_US.get(records.source.table, ()) if name in records.frame]
        columns = list(dict.fromkeys([*keys, *own, *records.mapping.answers]))
        good = ~records.held() & records.excluded.eq("").to_numpy() if records.excluded is not None else ~records.held()
        parts.append(records.frame.loc[good, columns])
    return pd.concat(parts, ignore_index=True)


def _joined(parts: list[pd.DataFrame], keys: list[str], name: str) -> pd.DataFrame:
    """Several sources of one table side by side; two may not fill the same column."""
    table = parts[0]
    for part in parts[1:]:
        both = (set(table.columns) & set(part.columns)) - set(keys) - set(WRITTEN_BY_US.get(name, ()))
        if both:
            raise StudyFileError(
                f"study.toml, sources of table {name}",
                expected="each column from one source",
                found=f"{listed(sorted(both))} from two",
                do="map the column in one of them only",
            )
        table = table.merge(part, on=keys, how="outer", suffixes=("", "_again"))
        for column in [column for column in WRITTEN_BY_US.get(name, ()) if f"{column}_again" in table]:
            table[column] = table[column].fillna(table.pop(f"{column}_again"))
    return table


def _couples(table: pd.DataFrame | None, people: pd.DataFrame, roster: Roster) -> pd.DataFrame:
    couples = people[["couple_id"]].drop_duplicates()
    if table is not None:
        couples = couples.merge(table, on="couple_id", how="outer")
    if len(roster.start_dates) and "start_date" not in couples:
        couples = couples.assign(start_date=couples["couple_id"].map(roster.start_dates))
    return couples


def _validated(name: str, table: pd.DataFrame, people: pd.DataFrame, glossary: Glossary) -> pd.DataFrame:
    """The finished table in its final types and order, checked once more as a whole; delivery order of people kept."""
    grain = GRAINS[name]
    table = table.astype(dict.fromkeys(grain.whole, "int64"))
    answers = [column for column in table.columns if column not in grain.keys and column != "role"]
    checked = _checked(table[[*grain.keys, *answers]], name, answers, glossary)
    if not grain.has_person:
        return checked.reset_index(drop=True)
    order = people.assign(_order=range(len(people)))[["couple_id", "person_id", "role", "_order"]]
    placed = checked.merge(order, on=["couple_id", "person_id"], how="left")
    placed = placed.sort_values(["_order", *grain.whole], kind="stable", ignore_index=True)
    return placed[[*grain.keys[:2], "role", *grain.keys[2:], *answers]]


def _checked(table: pd.DataFrame, name: str, answers: list[str], glossary: Glossary) -> pd.DataFrame:
    """The table if its schema agrees; Pandera's messages repeat answers, so they stay here."""
    from pandera.errors import SchemaError, SchemaErrors

    try:
        return schema_of(name, answers, glossary).validate(table)
    except (SchemaError, SchemaErrors):
        fault = FrameError(
            f"table {name}",
            expected=f"rows that are single by {listed(GRAINS[name].keys)}, with answers in range",
            found="rows that are not, although every record was checked",
            do="report this as a defect of the package; the data are not at fault",
        )
    raise fault


def _entry(name: str, records: Records) -> SourceEntry:
    reasons = records.reasons()
    counts = reasons["reason"].value_counts().sort_index()
    return SourceEntry(
        source=name,
        file=records.export.file,
        sha256=records.export.sha256,
        table=records.source.table,
        export_rows_read=len(records.export.frame),
        rows_read=len(records.frame),
        rows_accepted=len(records.frame) - len(reasons),
        rows_held=len(reasons),
        held_by_reason={str(reason): int(count) for reason, count in counts.items()},
        columns_mapped=dict(sorted(records.mapping.answers.items())),
        columns_ignored=records.mapping.ignored,
        recodes=dict(sorted(records.recodes.items())),
        missing_codes={name: dict(sorted(kinds.items())) for name, kinds in sorted(records.missing_codes.items())},
        notes=records.export.notes,
    )


def _table_entry(name: str, table: pd.DataFrame, by_source: Sequence[Sequence[Records]]) -> TableEntry:
    rules = [
        records.excluded
        for files in by_source
        for records in files
        if records.source.table == name and records.excluded is not None
    ]
    counts = pd.concat(rules).value_counts().sort_index() if rules else pd.Series(dtype="int64")
    return TableEntry(
        rows=len(table),
        people=int(table["person_id"].nunique()) if "person_id" in table else 0,
        couples=int(table["couple_id"].nunique()),
        exclusions={str(rule): int(count) for rule, count in counts.items() if rule},
    )


def _held_rows(files: Sequence[Records]) -> pd.DataFrame:
    """Held records of one source, whole, in the words of the export, with _file, _row, _reason and _column."""
    parts = []
    for records in files:
        reasons = records.reasons()
        rows = records.frame["_row"].to_numpy()[reasons["position"]]
        told = pd.DataFrame(
            {"_file": records.export.file, "_row": rows, "_reason": reasons["reason"], "_column": reasons["column"]}
        )
        if records.source.prefixes:
            told["_partner"] = records.frame["_partner"].to_numpy()[reasons["position"]]
        parts.append(pd.concat([told, records.export.frame.iloc[rows - 1].reset_index(drop=True)], axis=1))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
