"""From text cells to values: closed recodes, missing codes by kind, numbers. What does not fit is a fault."""

from __future__ import annotations

import math

import pandas as pd

from couples_study.contracts.study import Source
from couples_study.core.columns import Column, Glossary
from couples_study.intake.records import Records, blank
from couples_study.tables import schema_of

NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
REASON_OF_CHECK = {"in_range": "out_of_range", "isin": "unknown_label", "whole_number": "not_a_whole_number"}


def read_values(records: Records, glossary: Glossary) -> None:
    """Replace each answer column of ``records.frame`` by typed values; hold the records that do not fit."""
    source = records.source
    for target in records.mapping.answers:
        cells = records.frame[target]
        cells = _without_missing_codes(records, cells, target)
        if target_recode := _recode_for(source, target, records.export_name(target)):
            cells = _recoded(records, cells, target, target_recode)
        elif source.decimal == "," and glossary[target].is_numeric:
            cells = _with_points(cells)
        records.frame[target] = _typed(records, cells, target, glossary[target])
    _check_answers(records, glossary)


def recode_role(records: Records, by: str) -> pd.Series:
    """The values of the column that tells partners apart, after its recode, as text."""
    cells = records.frame["_by"]
    recode = records.source.recode.get(records.mapping.by or "") or records.source.recode.get(by)
    return cells.map({key: str(value) for key, value in recode.items()}).fillna("") if recode else cells


def _recode_for(source: Source, target: str, column: str) -> dict[str, str | int | float] | None:
    return source.recode.get(target) or source.recode.get(column)


def _without_missing_codes(records: Records, cells: pd.Series, target: str) -> pd.Series:
    for code, kind in records.source.missing.items():
        here = cells.eq(code)
        if here.any():
            by_kind = records.missing_codes.setdefault(target, {})
            by_kind[kind] = by_kind.get(kind, 0) + int(here.sum())
            cells = cells.mask(here, "")
    return cells


def _recoded(records: Records, cells: pd.Series, target: str, recode: dict[str, str | int | float]) -> pd.Series:
    known = cells.isin(list(recode))
    records.hold(~known & ~blank(cells), "unknown_label", records.export_name(target))
    records.recodes[target] = int(known.sum())
    return cells.map({key: str(value) for key, value in recode.items()}).fillna("").astype("str")


def _with_points(cells: pd.Series) -> pd.Series:
    """Decimal commas as points. A cell that has a point already (1.234 may be a thousand) stays no number."""
    return cells.str.replace(".", "?", regex=False).str.replace(",", ".", regex=False)


def _typed(records: Records, cells: pd.Series, target: str, column: Column) -> pd.Series:
    empty = blank(cells)
    if column.is_numeric:
        numbers = pd.to_numeric(cells.where(cells.str.fullmatch(NUMBER)), errors="raise").astype("float64")
        numbers = numbers.where(numbers.abs() < math.inf)
        records.hold(numbers.isna() & ~empty, "not_a_number", records.export_name(target))
        return numbers
    if column.kind == "date":
        dates = pd.to_datetime(cells.where(~empty), format="%Y-%m-%d", errors="coerce")
        records.hold(dates.isna() & ~empty, "unreadable_date", records.export_name(target))
        return dates
    return cells.mask(empty).astype("str")


def _check_answers(records: Records, glossary: Glossary) -> None:
    """Ranges and labels by Pandera, all at once. Its messages repeat answers, so only places and names leave here."""
    from pandera.errors import SchemaErrors

    targets = list(records.mapping.answers)
    schema = schema_of(records.source.table, targets, glossary, keys=False)
    try:
        schema.validate(records.frame[targets], lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        places = list(zip(cases["index"], cases["column"], cases["check"].astype("str"), strict=True))
    else:
        return
    for target in targets:
        for check, reason in REASON_OF_CHECK.items():
            rows = [int(i) for i, column, name in places if column == target and name.startswith(check)]
            mask = records.frame.index.isin(rows)
            records.frame.loc[mask, target] = None
            records.hold(mask, reason, records.export_name(target))
    strays = [name for _, _, name in places if not name.startswith(tuple(REASON_OF_CHECK))]
    if strays:
        raise RuntimeError(f"a schema check without a reason of its own: {sorted(set(strays))}")
