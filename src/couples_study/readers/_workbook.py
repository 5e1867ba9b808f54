"""Opening a workbook safely: what it is, how large it would become, and whether it holds results or only formulas."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from couples_study.core.errors import DeliveryError
from couples_study.readers._content import HEAD, content_of
from couples_study.readers._magic import ZIP, refuse_other

LARGEST_UNPACKED = 4 << 30
LARGEST_RATIO, RATIO_FROM = 300, 64 << 20  # sheets of repeated numbers pack to a hundredth; a bomb to a thousandth
FORMULA = (b"<f>", b"<f ")


@contextmanager
def opened(path: Path) -> Iterator[Workbook]:
    """The workbook with values in place of formulas; raises `DeliveryError` where it is none, or would be too large."""
    content = content_of(path)
    _refuse_unfit(path, content)
    book = _loaded(path, content, data_only=True)
    try:
        yield Workbook(path=path, content=content, book=book)
    finally:
        book.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A workbook that is open, and its bytes."""

    path: Path
    content: bytes
    book: Any

    @property
    def sheets(self) -> list[Any]:
        """Its sheets of cells, in their order."""
        return list(self.book.worksheets)

    def formulas_without_results(self, sheet: str) -> bool:
        """Whether any formula of the sheet has no saved result: it would be read as a blank."""
        try:
            with zipfile.ZipFile(BytesIO(self.content)) as archive:
                parts = [name for name in archive.namelist() if "worksheets/" in name]
                found = any(_has_formula(archive, name) for name in parts)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
            raise _damaged(self.path) from error
        return found and self._any_without_result(sheet)

    def _any_without_result(self, sheet: str) -> bool:
        formulas = _loaded(self.path, self.content, data_only=False)
        try:
            pairs = zip(formulas[sheet].iter_rows(), self.book[sheet].iter_rows(), strict=False)
            return any(
                one.data_type == "f" and two.value is None
                for row, results in pairs
                for one, two in zip(row, results, strict=False)
            )
        except Exception as error:
            raise _damaged(self.path) from error
        finally:
            formulas.close()


def _has_formula(archive: zipfile.ZipFile, name: str) -> bool:
    before = b""
    with archive.open(name) as stream:
        while part := stream.read(1 << 20):
            if any(mark in before + part for mark in FORMULA):
                return True
            before = part[-4:]
    return False


def _loaded(path: Path, content: bytes, data_only: bool) -> Any:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and extensions that have no cells
            book = load_workbook(BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # a sheet may claim a million rows that it does not have
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise _damaged(path) from error
    return book


def _refuse_unfit(path: Path, content: bytes) -> None:
    if not content.startswith(ZIP):
        refuse_other(path, content[:HEAD], "an Excel workbook (.xlsx)")
        raise DeliveryError(
            str(path),
            expected="an Excel workbook (.xlsx)",
            found="something else",
            do='say reader = "csv" if it is text',
        )
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            sizes = [(one.file_size, one.compress_size) for one in archive.infolist()]
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError) as error:
        raise _damaged(path) from error
    if not any(name.startswith("xl/") for name in names):
        raise DeliveryError(
            str(path), expected="an Excel workbook (.xlsx)", found="another zip archive",
            do="unpack it and name the file inside",
        )  # fmt: skip
    unpacked, packed = sum(size for size, _ in sizes), sum(size for _, size in sizes)
    if unpacked > LARGEST_UNPACKED or (unpacked > RATIO_FROM and unpacked > LARGEST_RATIO * max(packed, 1)):
        raise DeliveryError(
            str(path),
            expected="a workbook of ordinary size",
            found=f"{unpacked >> 20} MiB packed into {packed >> 10} KiB",
            do="save the sheet as CSV",
        )


def _damaged(path: Path) -> DeliveryError:
    return DeliveryError(
        str(path),
        expected="a whole workbook",
        found="one that is cut off, damaged, or has a password",
        do="open it in Excel and save it again, without a password",
    )
