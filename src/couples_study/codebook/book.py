"""A codebook: the variables by table, for the package's glossary or for one study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from couples_study.codebook.distribution import distribution
from couples_study.codebook.variables import Variable, variable
from couples_study.core.columns import TABLES, Glossary, answer_behind, glossary
from couples_study.tables import GRAINS


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """``tables`` in the order of the glossary; ``title`` names the study, if it is one's."""

    title: str
    study_id: str
    tables: tuple[tuple[str, tuple[Variable, ...]], ...]
    of_study: bool = False
    synthetic: bool = False


def codebook_of_package() -> Codebook:
    """Every column that the package knows."""
    tables = tuple((name, tuple(variable(one) for one in glossary().of_table(name))) for name in TABLES)
    return Codebook(title="All columns", study_id="none", tables=tables)


def codebook_of_study(
    title: str, study_id: str, tables: Mapping[str, pd.DataFrame], columns: Glossary, *, synthetic: bool = False
) -> Codebook:
    """The columns that a study has, with how its answers lie; small cells are suppressed."""
    found = [
        (name, tuple(_variables(name, tables[name], columns)))
        for name in TABLES
        if name in tables and len(tables[name])
    ]
    return Codebook(title=title, study_id=study_id, tables=tuple(found), of_study=True, synthetic=synthetic)


def _variables(table: str, frame: pd.DataFrame, columns: Glossary) -> Iterator[Variable]:
    people = frame["person_id" if GRAINS[table].has_person else "couple_id"]
    for name in frame.columns:
        if name in columns and answer_behind(name) is None:
            row = columns[name]
            yield variable(row, table, distribution(frame[name], people, row.kind, (row.low, row.high)))
