"""Typed Arrow columns as text: numbers in full precision (3, not 3.0), dates and times as ISO 8601."""

from __future__ import annotations

from typing import Any

EXACT = 2**53  # whole numbers up to here are exact in a double


def as_text(column: Any) -> Any | None:
    """The column as text, null where it is null; None where its type has no plain text (lists, structures, bytes)."""
    import pyarrow as pa
    import pyarrow.types as types

    kind = column.type
    if types.is_dictionary(kind):
        return as_text(column.cast(kind.value_type))
    if types.is_floating(kind):
        return _floats(column)
    if types.is_timestamp(kind) or types.is_time(kind):
        return _trimmed(column.cast(pa.string()))
    if types.is_boolean(kind):
        return _booleans(column)
    if types.is_null(kind) or types.is_integer(kind) or types.is_decimal(kind) or types.is_date(kind):
        return column.cast(pa.string())
    if types.is_string(kind) or types.is_large_string(kind) or kind == pa.string_view():
        return column.cast(pa.string())
    return None


def _floats(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.type != pa.float64():
        shortest = column.cast(pa.float32()).cast(pa.string())  # a float's own digits, not those of its double
        column = shortest.cast(pa.float64())
    whole = pc.and_(pc.equal(pc.floor(column), column), pc.less_equal(pc.abs(column), float(EXACT)))
    digits = pc.if_else(whole, column, None).cast(pa.int64()).cast(pa.string())
    found = pc.coalesce(digits, column.cast(pa.string()))
    return pc.if_else(pc.is_nan(column), None, found)


def _booleans(column: Any) -> Any:
    import pyarrow.compute as pc

    return pc.if_else(column, "TRUE", "FALSE")


def _trimmed(column: Any) -> Any:
    """Without the zeros that end a second's fraction."""
    import pyarrow.compute as pc

    column = pc.replace_substring_regex(column, r"(\.\d*?)0+(Z|[+-]\d\d:?\d\d)?$", r"\1\2")
    return pc.replace_substring_regex(column, r"\.(Z|[+-]\d\d:?\d\d)?$", r"\1")
