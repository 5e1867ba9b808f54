"""Parquet files with flat columns: numbers in full precision, dates and times as ISO 8601, TRUE and FALSE."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, EmptyDeliveryError, listed
from couples_study.readers._arrow_text import as_text
from couples_study.readers._content import head_of
from couples_study.readers._magic import PARQUET, refuse_other
from couples_study.readers._names import chosen, single_names

LARGEST_CELLS = 2_000_000_000


def read(
    path: Path,
    source: Source,
    columns: tuple[str, ...] | None = None,
    dictionary: Path | None = None,
) -> Cells:
    """All cells as text, or only those of ``columns``; raises `DeliveryError` for columns that are not flat."""
    import pyarrow as pa

    file = _opened(path)
    names, notes = _names(path, file, source)
    wanted = chosen(path, names, columns)
    if file.metadata.num_rows == 0:
        raise EmptyDeliveryError(
            str(path), expected="a header and at least one row", found="a header only", do="export again"
        )
    if file.metadata.num_rows * max(len(wanted), 1) > LARGEST_CELLS:
        raise _damaged(path)
    places = [names.index(name) for name in wanted]
    cells = [_text(path, file, place, names, source) for place in places]
    return Cells(table=pa.table(cells, names=wanted), notes=("Parquet", *notes))


def header(
    path: Path,
    source: Source,
    dictionary: Path | None = None,
) -> tuple[str, ...]:
    """The column names alone."""
    return _names(path, _opened(path), source)[0]


def likes(path: Path, head: bytes) -> int:
    """Certain by its first four bytes."""
    return 3 if head.startswith(PARQUET) else 0


def _opened(path: Path) -> Any:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    head = head_of(path)
    if not head.startswith(PARQUET):
        refuse_other(path, head, "a Parquet file")
        raise DeliveryError(
            str(path), expected="a Parquet file", found="something else", do='say reader = "csv" if it is text'
        )
    try:
        return ParquetFile(pa.BufferReader(path.read_bytes()))
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, NotImplementedError) as error:
        raise _damaged(path) from error


def _names(path: Path, file: Any, source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    import pyarrow as pa

    try:
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError, ValueError, TypeError, NotImplementedError) as error:
        raise _damaged(path) from error
    if not names:
        raise DeliveryError(str(path), expected="columns", found="none", do="export again")
    return single_names(path, names, source)


def _text(path: Path, file: Any, place: int, names: tuple[str, ...], source: Source) -> Any:
    import pyarrow as pa

    try:
        field = file.schema_arrow.field(place)
        flat = not (pa.types.is_nested(field.type) or pa.types.is_binary(field.type))
        column = as_text(file.read(columns=[field.name]).column(0)) if flat else None
        if column is not None:
            column.validate(full=True)
            if len(column) != file.metadata.num_rows:
                raise _damaged(path)
    except (pa.ArrowException, OSError, ValueError, TypeError, IndexError, KeyError, NotImplementedError) as error:
        raise _damaged(path) from error
    if column is None:
        name = repr(names[place]) if source.knows(names) else f"column {place + 1}"
        raise DeliveryError(
            f"{path}, header",
            expected="columns of numbers, texts, dates, times or truth values",
            found=f"{listed([name])} of type {field.type.id if source.knows(names) else 'another kind'}",
            do="write it as text, or leave it out of the export",
        )
    return column


def _damaged(path: Path) -> DeliveryError:
    return DeliveryError(
        str(path), expected="a whole Parquet file", found="one that is cut off or damaged", do="export it again"
    )


READER = Reader(name="parquet", summary="Parquet files with flat columns", read=read, header=header, likes=likes)
