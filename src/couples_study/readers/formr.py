"""formr's results as JSON or CSV, with the survey's item table where one is named.

JSON results are an array of objects, one per session; numbers keep the digits of the file, ``null`` is blank, an object
inside an answer becomes columns ``outer.inner`` and a list its JSON text. A session that lacks an item has it blank.
Items whose name ends in a digit and ``R`` are reversed by formr's convention: they are named in a note, and not turned.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import Source
from couples_study.core.errors import listed
from couples_study.readers._content import content_of, head_of, text_at_top
from couples_study.readers._delimited import header_of, opened, opened_at_top, table_below
from couples_study.readers._formr_items import items_of
from couples_study.readers._json import rows_of, table_of
from couples_study.readers._magic import is_json

REVERSED = re.compile(r".*\dR")
OWN = ("session", "created", "modified", "ended")


def read(path: Path, source: Source, columns: tuple[str, ...] | None = None, dictionary: Path | None = None) -> Cells:
    """All sessions as text, with captions, labels and bounds from the item table."""
    if is_json(head_of(path)):
        table, notes = table_of(path, rows_of(path, content_of(path), source), columns)
        names = tuple(table.column_names)
    else:
        text = opened(path, source)
        names, said = header_of(text, source)
        table, notes = table_below(text, names, 1, columns), (*text.notes, *said)
    items = items_of(dictionary) if dictionary is not None else {}
    here = {name: items[name] for name in table.column_names if name in items}
    return Cells(
        table=table,
        notes=(*notes, *_reversed_note(names)),
        captions={name: item.caption for name, item in here.items() if item.caption},
        labels={name: item.labels for name, item in here.items() if item.labels},
        ranges={name: item.range for name, item in here.items() if item.range is not None},
    )


def header(
    path: Path,
    source: Source,
    dictionary: Path | None = None,
) -> tuple[str, ...]:
    """The column names alone; a JSON file has to be read for them."""
    if is_json(head_of(path)):
        return tuple(table_of(path, rows_of(path, content_of(path), source), None)[0].column_names)
    return header_of(opened_at_top(path, source), source)[0]


def likes(path: Path, head: bytes) -> int:
    """Certain by formr's own columns, possible for any other array of objects."""
    text = text_at_top(head).lstrip()
    if is_json(head):
        return 3 if all(f'"{name}"' in text for name in OWN) else int(text[:1] == "[")
    first = text.partition("\n")[0]
    return 3 if all(re.search(rf'(^|[,;\t"]){name}($|[,;\t"\r])', first) for name in OWN) else 0


def _reversed_note(names: Sequence[str]) -> tuple[str, ...]:
    found = [name for name in names if REVERSED.fullmatch(name)]
    return (f"items reversed by name (R), given as answered: {listed(found)}",) if found else ()


READER = Reader(
    name="formr",
    summary="formr results as JSON or CSV, with the item table",
    read=read,
    header=header,
    likes=likes,
    options=frozenset({"separator", "encoding", "dictionary"}),
)
