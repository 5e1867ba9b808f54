"""From distinct texts to values: closed recodes, missing codes by kind, numbers. What does not fit is a fault."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from couples_study.contracts.study import Source
from couples_study.core.columns import Column, Glossary
from couples_study.intake.dates import calendar_days
from couples_study.intake.records import Answer, Records, blank
from couples_study.tables import schema_of

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
REASON_OF_CHECK = {"in_range": "out_of_range", "isin": "unknown_label", "whole_number": "not_a_whole_number"}
KIND_NOT_SAID = "kind_not_said"


def read_values(records: Records, glossary: Glossary) -> None:
    """Give every answer column its typed values, and hold the records that do not fit."""
    for target, cells in records.told.answers.items():
        texts, kinds = _without_missing_codes(records, target)
        if recode := _recode_for(records.source, target, records.export_name(target)):
            texts = _recoded(records, texts, target, recode)
        elif records.source.decimal == "," and glossary[target].is_numeric:
            texts = _with_points(texts)
        values = _typed(records, texts, target, glossary[target])
        records.answers[target] = Answer(cells.codes, values, kinds)
    _check_answers(records, glossary)


def recode_role(records: Records, by: str, texts: pd.Series) -> pd.Series:
    """What tells partners apart, after its recode, as text."""
    recode = records.source.recode.get(records.mapping.by or "") or records.source.recode.get(by)
    return texts.map({key: str(value) for key, value in recode.items()}).fillna("") if recode else texts


def _recode_for(source: Source, target: str, column: str) -> dict[str, str | int | float] | None:
    return source.recode.get(target) or source.recode.get(column)


def _without_missing_codes(records: Records, target: str) -> tuple[pd.Series, np.ndarray]:
    """The distinct texts with missing codes blanked, and the kind of each."""
    cells = records.told.answers[target]
    kinds = np.full(len(cells.texts), "", dtype=object)
    codes = _codes_for(records, target)
    here = np.fromiter((text in codes and text != "" for text in cells.said), dtype=bool, count=len(cells.said))
    if not here.any():
        return cells.texts, kinds
    counts = cells.counts
    for place in np.flatnonzero(here).tolist():
        kind = codes[cells.texts.iloc[place]]
        kinds[place] = "" if kind == KIND_NOT_SAID else kind
        if counts[place]:
            by_kind = records.missing_codes.setdefault(target, {})
            by_kind[kind] = by_kind.get(kind, 0) + int(counts[place])
    return cells.texts.mask(here, ""), kinds


def _codes_for(records: Records, target: str) -> Mapping[str, str]:
    """Missing codes of a column: what the file declares, the study's for all columns, the study's for this one."""
    source, column = records.source, records.export_name(target)
    declared = {
        code: kind or KIND_NOT_SAID
        for name in (column, *source.spellings(column))
        for code, kind in records.told.cells.missing.get(name, {}).items()
    }
    own = source.missing_in.get(target) or source.missing_in.get(column) or {}
    return {**declared, **source.missing, **own}


def _recoded(records: Records, texts: pd.Series, target: str, recode: dict[str, str | int | float]) -> pd.Series:
    cells = records.told.answers[target]
    known = texts.isin(list(recode))
    records.hold_texts(cells, ~known & ~blank(texts), "unknown_label", records.export_name(target))
    records.recodes[target] = int(cells.counts[known.to_numpy()].sum())
    return texts.map({key: str(value) for key, value in recode.items()}).fillna("").astype("str")


def _with_points(texts: pd.Series) -> pd.Series:
    """Decimal commas as points. A cell with a point stays no number where that may stand before a thousand (1.234)."""
    unclear = texts.str.contains(r"\.[0-9]{3}(?![0-9])|\..*[.,]|,.*\.")
    return texts.mask(unclear, "?").str.replace(",", ".", regex=False)


def _typed(records: Records, texts: pd.Series, target: str, column: Column) -> pd.Series:
    cells, name = records.told.answers[target], records.export_name(target)
    if column.is_numeric:
        said = texts.tolist()
        told = np.array([float(text) if NUMBER.fullmatch(text) else math.nan for text in said], dtype="float64")
        told[np.isinf(told)] = math.nan
        answered = np.fromiter((text != "" for text in said), dtype=bool, count=len(said))
        records.hold_texts(cells, np.isnan(told) & answered, "not_a_number", name)
        return pd.Series(told, index=texts.index)
    empty = blank(texts)
    if column.kind == "date":
        days = calendar_days(texts, records.source, f"{records.export.file}, column {name!r}")
        records.hold_texts(cells, days.isna() & ~empty, "unreadable_date", name)
        return days
    return texts.mask(empty).astype("str")


def _check_answers(records: Records, glossary: Glossary) -> None:
    """Ranges and labels by Pandera on the distinct values, all at once.

    Its messages repeat answers, so only places and names leave here.
    """
    from pandera.errors import SchemaErrors

    longest = max((len(answer.distinct) for answer in records.answers.values()), default=0)
    distinct = pd.DataFrame(
        {target: answer.distinct.reindex(range(longest)) for target, answer in records.answers.items()}
    )
    schema = schema_of(records.source.table, list(records.answers), glossary, keys=False)
    try:
        schema.validate(distinct, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        places = list(zip(cases["index"], cases["column"], cases["check"].astype("str"), strict=True))
    else:
        return
    for target, answer in records.answers.items():
        for check, reason in REASON_OF_CHECK.items():
            rows = [int(i) for i, column, name in places if column == target and name.startswith(check)]
            if rows:
                wrong = np.isin(np.arange(len(answer.distinct)), rows)
                records.hold(wrong[answer.codes], reason, records.export_name(target))
                answer.distinct = answer.distinct.mask(wrong)
    strays = [name for _, _, name in places if not name.startswith(tuple(REASON_OF_CHECK))]
    if strays:
        raise RuntimeError(f"a schema check without a reason of its own: {sorted(set(strays))}")
