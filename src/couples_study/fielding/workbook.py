"""Excel workbooks as bytes: text cells only, the same bytes for the same cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime

from openpyxl import Workbook

THEN = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can hold


def workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """The sheets by name, every cell as text; blank cells stay empty."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.created = book.properties.modified = datetime(*THEN)
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append([cell or None for cell in row])
    out = io.BytesIO()
    book.save(out)
    return _without_times(out.getvalue())


def _without_times(content: bytes) -> bytes:
    """The same zip with every entry's time, and the time of saving, set to ``THEN``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _fixed(part)
            new.writestr(zipfile.ZipInfo(name, THEN), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _fixed(core: bytes) -> bytes:
    head, mark, tail = core.partition(b"<dcterms:modified")
    inside, close, rest = tail.partition(b"</dcterms:modified>")
    start = inside.partition(b">")[0]
    return head + mark + start + b">1980-01-01T00:00:00Z" + close + rest if mark else core
