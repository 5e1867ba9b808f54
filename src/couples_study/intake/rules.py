"""Rows that ``study.toml`` keeps or drops by a named rule, before anything of them is judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from couples_study.contracts.study import Source
from couples_study.core.errors import StudyFileError, listed, nearest
from couples_study.intake import coded
from couples_study.intake.coded import Coded
from couples_study.intake.records import Records

NOT_SELECTED = "not_selected"
EVERY_ANSWER = "*"
BOUND = re.compile(r"(<=|>=|<|>)\s*([+-]?[0-9]+(?:\.[0-9]+)?)")


def apply_rules(records: Records) -> None:
    """Set aside what ``only`` does not select and what a rule of ``drop`` names; blank rows of the export, too.

    Rules about columns that were not read (a plan looks at keys alone) are left out.
    """
    source, there = records.source, {*records.export.columns, EVERY_ANSWER}
    records.set_aside(_nothing_at_all(records), "blank_row")
    for column, values in source.only.items():
        if column in there:
            records.set_aside(~_meets(records, column, values), NOT_SELECTED)
    for rule, conditions in source.drop.items():
        if there.issuperset(conditions):
            met = [_meets(records, column, values) for column, values in conditions.items()]
            records.set_aside(np.logical_and.reduce(met), rule)


def leave_to_other_sources(records: Records) -> None:
    """Let go of columns that merely carry our name and are blank in all rows that ``only`` selects.

    Where one file serves several sources they are the columns of another one: filled in here, their blanks would stand
    before what that source says of the same people.
    """
    source, mapping, told = records.source, records.mapping, records.told.answers
    meant = {*source.columns, *source.recode, *source.missing_in, "arm"}
    candidates = [target for target in told if target not in meant] if source.only else []
    strange = [target for target in candidates if not (~told[target].blank() & (records.rule == 0)).any()]
    if not strange:
        return
    for target in strange:
        del told[target]
    theirs = {name for target in strange for name in (target, *source.spellings(target))}
    records.mapping = replace(
        mapping,
        answers={target: column for target, column in mapping.answers.items() if target in told},
        ignored=tuple(name for name in records.export.columns if name in theirs or name in mapping.ignored),
    )


def require_rule_columns(source: Source, header: tuple[str, ...], file: str) -> None:
    """Refuse rules about columns that the export does not have."""
    told = [*source.only, *(column for rule in source.drop.values() for column in rule)]
    absent = [column for column in told if column not in header and column != EVERY_ANSWER]
    if absent:
        guess = nearest(absent[0], header)
        raise StudyFileError(
            f"study.toml, only and drop of the source for {file}",
            expected="names of the export's columns" + (' (or "*": every answer)' if EVERY_ANSWER not in told else ""),
            found=listed(map(repr, absent)),
            do=f"did you mean {guess!r}?" if guess else "mend only and drop in its [[source]]",
        )


def _meets(records: Records, column: str, values: tuple[str, ...]) -> np.ndarray:
    if column == EVERY_ANSWER:
        met = [cells.where(_among(cells.texts, values)) for cells in records.told.answers.values()]
        return np.logical_and.reduce(met) if met else np.zeros(len(records), dtype=bool)
    cells = _of_rows(records, column)
    return cells.where(_among(cells.texts, values))


def _of_rows(records: Records, column: str) -> Coded:
    cells = coded.column(records.told.cells, column)
    partners = records.source.partners
    return coded.interleaved([cells] * len(partners)) if partners else cells


def _among(texts: pd.Series, values: tuple[str, ...]) -> np.ndarray:
    found = texts.isin([value for value in values if not BOUND.fullmatch(value)]).to_numpy()
    for value in values:
        if bound := BOUND.fullmatch(value):
            found = found | _beyond(texts, bound[1], float(bound[2]))
    return found


def _beyond(texts: pd.Series, word: str, limit: float) -> np.ndarray:
    numbers = pd.to_numeric(texts, errors="coerce")
    compared: Mapping[str, pd.Series] = {
        "<": numbers < limit,
        "<=": numbers <= limit,
        ">": numbers > limit,
        ">=": numbers >= limit,
    }
    return compared[word].to_numpy()


def _nothing_at_all(records: Records) -> np.ndarray:
    """Rows of the export in which every cell is blank, as spreadsheets leave them at the end."""
    cells = records.told.cells
    empty = np.ones(cells.table.num_rows, dtype=bool)
    for name in cells.table.column_names:
        if not empty.any():
            return np.zeros(len(records), dtype=bool)
        empty &= coded.column(cells, name).blank()
    return empty[records.row - 1]
