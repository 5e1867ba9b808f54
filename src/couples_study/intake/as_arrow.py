"""Stretches of a table as Arrow columns of codes, to be written without ever being spread out in memory.

The distinct answers of a file were checked one by one when it was looked at, so what is written needs no second check.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from couples_study.intake.assemble import Filling, Ready, Table
from couples_study.intake.places import parts_of
from couples_study.tables import GRAINS


def arrow_schema(table: Table) -> pa.Schema:
    """What a frame of the table would be in Arrow, with the pandas metadata of its columns."""
    frame = table.frame(0, 0, [*table.columns]) if not isinstance(table, Ready) else table.frame(0, 0)
    return pa.Schema.from_pandas(frame, preserve_index=False)


def arrow_stretch(table: Table, first: int, end: int, schema: pa.Schema) -> pa.Table:
    """Rows ``first`` to ``end``, in the types of ``schema`` or as dictionaries of them."""
    if isinstance(table, Ready):
        return pa.Table.from_pandas(table.frame(first, end), schema=schema, preserve_index=False)
    grain = GRAINS[table.name]
    whose, when, number = parts_of(table.place[first:end])
    columns: dict[str, pa.Array] = {}
    for name, values in table.ids().items():
        columns[name] = _taken(values, whose, schema.field(name).type)
    for name, whole in zip(grain.whole, (when, number), strict=False):
        columns[name] = pa.array(whole, schema.field(name).type)
    for name, stretch in table.stretches(first, end, [*table.columns]).items():
        kind = schema.field(name).type
        columns[name] = _coded(name, stretch[0], kind) if len(table.columns[name]) == 1 else None
        if columns[name] is None:
            columns[name] = pa.array(table.values(name, stretch, end - first), kind, from_pandas=True)
    return pa.table([columns[name] for name in schema.names], names=schema.names)


def _taken(values: Any, whose: np.ndarray, kind: pa.DataType) -> pa.DictionaryArray:
    """One id per row; the dictionary holds those of this stretch alone, for the table is in the roster's order."""
    lowest, highest = (int(whose.min()), int(whose.max())) if len(whose) else (0, -1)
    codes, distinct = pd.factorize(values[lowest : highest + 1])
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)[whose - lowest]), pa.array(distinct, kind))


def _coded(name: str, filling: Filling, kind: pa.DataType) -> pa.DictionaryArray | None:
    """The codes of an answer in numbers as they are, where the one file that has it fills all rows in order.

    Parquet takes a dictionary of numbers apart again, but one of texts as it is, which may not repeat itself. Codes of
    several files would differ in kind from stretch to stretch.
    """
    if filling.rows is not None or name not in filling.records.answers or not _is_number(kind):
        return None
    answer = filling.records.answers[name]
    codes, values = answer.codes[filling.positions], answer.distinct.to_numpy()
    nothing = np.isnan(values)
    mask = nothing[codes] if nothing.any() else None
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=mask), pa.array(np.where(nothing, 0.0, values), kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind))
