"""Excel workbooks (.xlsx, .xlsm): the values of one sheet, not its formulas.

The first row that is not blank is the header; blank rows are left out and counted in a note. Dates and times are ISO
8601, whole numbers have no fraction, truth values are TRUE and FALSE, and a text that begins with ``=`` is a text. A
workbook with several sheets that hold anything is refused unless study.toml names the ``sheet``; so is a formula whose
result was never saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, EmptyDeliveryError, listed, nearest
from couples_study.readers._excel_cells import text_of
from couples_study.readers._names import chosen, single_names
from couples_study.readers._workbook import Workbook, opened


def read(
    path: Path,
    source: Source,
    columns: tuple[str, ...] | None = None,
    dictionary: Path | None = None,
) -> Cells:
    """All cells of the sheet as text, one row per row that is not blank."""
    import pyarrow as pa

    with opened(path) as book:
        sheet = _sheet(path, book, source)
        rows = _rows(path, sheet)
        names, notes = _names(path, rows, source)
        wanted = chosen(path, names, columns)
        cells, blank = _columns(path, rows, names)
        title = sheet.title
        hollow = book.formulas_without_results(title)
    if hollow:
        raise DeliveryError(
            f"{path}, sheet {title!r}",
            expected="values",
            found="formulas whose results were never saved",
            do="open it in Excel, save it, and deliver that; or save the sheet as CSV",
        )
    said = (f"blank rows, left out: {blank}",) if blank else ()
    table = pa.table({name: pa.array(cells[names.index(name)], pa.string()) for name in wanted})
    return Cells(table=table, notes=(f"sheet {title!r}", *notes, *said))


def header(
    path: Path,
    source: Source,
    dictionary: Path | None = None,
) -> tuple[str, ...]:
    """The column names alone."""
    with opened(path) as book:
        return _names(path, _rows(path, _sheet(path, book, source)), source)[0]


def likes(path: Path, head: bytes) -> int:
    """Certain by what a workbook's zip begins with."""
    from couples_study.readers._magic import ZIP, is_workbook

    named = path.suffix.lower() in (".xlsx", ".xlsm")
    return 3 if is_workbook(head) and (named or b"xl/" in head) else 2 if named and head.startswith(ZIP) else 0


def _sheet(path: Path, book: Workbook, source: Source) -> Any:
    sheets = {sheet.title: sheet for sheet in book.sheets}
    if source.sheet is not None:
        if source.sheet not in sheets:
            guess = nearest(source.sheet, sheets)
            raise DeliveryError(
                str(path),
                expected=f"a sheet {source.sheet!r}",
                found=f"sheets {listed(map(repr, sheets))}",
                do=f"did you mean {guess!r}?" if guess else "mend sheet in its [[source]]",
            )
        return sheets[source.sheet]
    filled = [sheet for sheet in sheets.values() if next(_rows(path, sheet), (0, ()))[1]]
    if len(filled) > 1:
        raise DeliveryError(
            str(path),
            expected="one sheet, or its name",
            found=f"{len(filled)} sheets that hold something: {listed(repr(sheet.title) for sheet in filled)}",
            do='say which, sheet = "...", in its [[source]]',
        )
    if not filled:
        raise DeliveryError(str(path), expected="a header and rows", found="an empty workbook", do="export again")
    return filled[0]


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows that are not blank, without the blank cells at their end, and their numbers in the sheet."""
    try:
        for number, row in enumerate(sheet.iter_rows(), 1):
            cells = tuple(row)
            while cells and cells[-1].value in (None, ""):
                cells = cells[:-1]
            if cells:
                yield number, cells
    except DeliveryError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise DeliveryError(
            str(path), expected="a whole workbook", found="a sheet that is damaged", do="open and save it again"
        ) from error


def _names(
    path: Path, rows: Iterator[tuple[int, tuple[Any, ...]]], source: Source
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    _, top = next(rows, (0, ()))
    if not top:
        raise DeliveryError(str(path), expected="a header and rows", found="an empty sheet", do="export again")
    return single_names(path, [text_of(cell) or "" for cell in top], source)


def _columns(
    path: Path, rows: Iterator[tuple[int, tuple[Any, ...]]], names: Sequence[str]
) -> tuple[list[list[str | None]], int]:
    """The cells by column, and how many blank rows stood among them; raises `DeliveryError` for a row too long."""
    columns: list[list[str | None]] = [[] for _ in names]
    first = last = count = 0
    for number, cells in rows:
        first, last, count = first or number, number, count + 1
        if len(cells) > len(names):
            raise DeliveryError(
                f"{path}, data row {count}",
                expected=f"at most {len(names)} cells, as in the header",
                found=f"{len(cells)}",
                do=f"look at row {number} of the sheet: clear what stands beside the table, or name its column",
            )
        for column, cell in zip(columns, cells, strict=False):
            column.append(text_of(cell))
        for column in columns[len(cells) :]:
            column.append(None)
    if not count:
        raise EmptyDeliveryError(
            str(path), expected="a header and at least one row", found="a header only", do="export again"
        )
    return columns, last - first + 1 - count


READER = Reader(
    name="excel",
    summary="one sheet of an Excel workbook",
    read=read,
    header=header,
    likes=likes,
    options=frozenset({"sheet"}),
)
