"""The schema of a table: the grain's keys, and for every other column what the glossary says of it."""

from __future__ import annotations

from collections.abc import Iterable

import pandera.pandas as pa

from couples_study.core.columns import MISSING_KINDS, Column, Glossary, answer_behind
from couples_study.tables.grain import GRAINS


def schema_of(table: str, columns: Iterable[str], glossary: Glossary, *, keys: bool = True) -> pa.DataFrameSchema:
    """A Pandera schema for ``table`` with these measure columns, all optional in content and checked in range.

    With ``keys`` the grain's keys have to be there, filled and unique together; without, only answers are checked
    (rows under scrutiny may still lack a key). Columns other than these are refused.
    """
    grain = GRAINS[table]
    fields = {name: _field(name, glossary) for name in columns if name not in grain.keys}
    if not keys:
        return pa.DataFrameSchema(fields, strict=True)
    keyed = {key: pa.Column("int64" if key in grain.whole else "str", nullable=False) for key in grain.keys}
    return pa.DataFrameSchema({**keyed, **fields}, strict=True, unique=list(grain.keys))


def _field(name: str, glossary: Glossary) -> pa.Column:
    if name not in glossary and answer_behind(name) in glossary:
        return pa.Column("str", checks=pa.Check.isin(list(MISSING_KINDS)), nullable=True)
    return _answer(glossary[name])


def _answer(column: Column) -> pa.Column:
    checks = []
    if column.low is not None and column.high is not None:
        checks.append(pa.Check.in_range(column.low, column.high))
    if column.labels:
        checks.append(pa.Check.isin(list(column.labels)))
    if column.kind == "count":
        checks.append(pa.Check(lambda values: values == values.round(), name="whole_number"))
    if column.kind == "date":
        return pa.Column(nullable=True)
    return pa.Column("float64" if column.is_numeric else "str", checks=checks, nullable=True)
