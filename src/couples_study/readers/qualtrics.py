"""Qualtrics exports: one, two or three header rows, from Insights or the older format.

The first header row names the columns, the second holds the questions' texts, the third, of Insights, the import ids
(``{"ImportId":"QID1"}``). Matrix, side-by-side, loop-and-merge and multi-answer columns keep the names that Qualtrics
gave them; where it gave a name twice, later columns are numbered ``.2``, ``.3``. Header rows left over among the data
(files put together by hand) are dropped and counted in a note. Previews and unfinished responses are data here: the
``drop`` rules of study.toml say what becomes of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, EmptyDeliveryError, listed
from couples_study.readers._content import text_at_top
from couples_study.readers._delimited import Delimited, opened, opened_at_top, table_below
from couples_study.readers._magic import kind_of
from couples_study.readers._names import chosen, made_single

IMPORT_ID = re.compile(r"""\s*\{\s*['"]ImportId['"]\s*:""")
IMPORT_IDS = re.compile(r"""["']?\{\s*["']{1,2}ImportId["']{1,2}\s*:""")
ZONE = re.compile(r"""['"]timeZone['"]\s*:\s*['"]([A-Za-z0-9_+\-/]+)['"]""")
OWN_NAMES = frozenset({"responseid", "responseset", "ipaddress", "startdate", "enddate", "finished", "status",
                       "locationlatitude", "locationlongitude", "recordeddate", "progress", "externaldatareference",
                       "recipientemail", "distributionchannel", "userlanguage"})  # fmt: skip
MOST_HEADER_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """The header of an export: its rows, the columns' names, and notes."""

    rows: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def captions(self) -> tuple[str, ...]:
        texts = [row for row in self.rows[1:] if not _holds_import_ids(row)]
        return texts[0] if texts else ()


def read(
    path: Path,
    source: Source,
    columns: tuple[str, ...] | None = None,
    dictionary: Path | None = None,
) -> Cells:
    """All responses as text, previews and unfinished ones too; question texts as captions."""
    text = opened(path, source, MOST_HEADER_ROWS + 1)
    top = _top(text, source)
    whole = table_below(text, top.names, len(top.rows), None)
    names = chosen(path, top.names, columns)
    left = _left_over(whole, text, top)
    captions = top.captions or _captions_among(whole, left)
    table = _without(path, whole, left).select(names)
    told = {name: said.strip() for name, said in zip(top.names, captions, strict=False) if said.strip()}
    notes = (*text.notes, *top.notes, *_left_note(left), *_zone_note(text.top))
    return Cells(table=table, notes=notes, captions={name: told[name] for name in names if name in told})


def header(
    path: Path,
    source: Source,
    dictionary: Path | None = None,
) -> tuple[str, ...]:
    """The column names alone."""
    return _top(opened_at_top(path, source, MOST_HEADER_ROWS + 1), source).names


def likes(path: Path, head: bytes) -> int:
    """Certain by a row of import ids, likely by Qualtrics' own column names."""
    if kind_of(head) is not None:
        return 0
    lines = text_at_top(head).splitlines()[:40]
    if any(IMPORT_IDS.match(line) for line in lines):
        return 3
    first = "\n".join(lines[:2])
    if all(name in first for name in ("ResponseI", "StartDate", "EndDate", "Finished")):
        return 3 if ("V1,V2,V3" in first or "RecordedDate" in first) else 2
    return 0


def _top(text: Delimited, source: Source) -> Top:
    rows = text.top
    count = source.header_rows if source.header_rows is not None else _header_rows(rows)
    said = "as declared" if source.header_rows is not None else "found"
    if len(rows) < count or any(len(row) != len(rows[0]) for row in rows[:count]):
        raise DeliveryError(
            f"{text.path}, header",
            expected=f"{count} header rows of equal length",
            found=f"{min(len(rows), count)} rows of {listed(sorted({len(row) for row in rows[:count]}))} cells",
            do="export again, or mend header_rows in its [[source]]",
        )
    names, notes = made_single(text.path, rows[0], source)
    return Top(rows=rows[:count], names=names, notes=(f"header rows: {count}, {said}", *notes))


def _header_rows(rows: Sequence[tuple[str, ...]]) -> int:
    """Up to the row of import ids; else two where the second row repeats Qualtrics' own names, else one."""
    for place, row in enumerate(rows[:MOST_HEADER_ROWS]):
        if place and _holds_import_ids(row):
            return place + 1
    second = {cell.replace(" ", "").lower() for cell in rows[1]} if len(rows) > 1 else set()
    return 2 if len(second & OWN_NAMES) > 1 else 1


def _holds_import_ids(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return bool(filled) and all(IMPORT_ID.match(cell) for cell in filled)


def _left_over(table: Any, text: Delimited, top: Top) -> list[tuple[int, str]]:
    """The places of header rows among the data, and what each is: names, captions, import ids."""
    import pyarrow.compute as pc

    place_told = next((place for place, cell in enumerate(text.top[0]) if cell.strip()), 0)
    first, name = table.column(place_told), text.top[0][place_told].strip()
    candidates = pc.or_(pc.match_substring(first, "ImportId"), pc.equal(pc.utf8_trim_whitespace(first), name))
    if top.captions and top.captions[place_told]:
        candidates = pc.or_(candidates, pc.equal(first, top.captions[place_told]))
    found = []
    for place in pc.indices_nonzero(candidates).to_pylist():
        cells = _cells_of(table, place)
        if _holds_import_ids(cells):
            found.append((place, "import ids"))
        elif _repeats(cells, text.top[0]) or (top.captions and _repeats(cells, top.captions)):
            found.append((place, "names"))
    return _with_captions_above(table, found, len(top.rows))


def _with_captions_above(table: Any, found: list[tuple[int, str]], declared: int) -> list[tuple[int, str]]:
    """Where one header row was declared and import ids are the second row of data, the first holds the captions."""
    if declared == 1 and (1, "import ids") in found and 0 not in dict(found):
        return [(0, "captions"), *found]
    if declared == 1 and not found and _header_rows((tuple(table.column_names), _cells_of(table, 0))) == 2:
        return [(0, "captions")]
    return found


def _captions_among(table: Any, left: list[tuple[int, str]]) -> tuple[str, ...]:
    return _cells_of(table, 0) if (0, "captions") in left else ()


def _cells_of(table: Any, place: int) -> tuple[str, ...]:
    return tuple(column[place].as_py() for column in table.columns)


def _repeats(cells: Sequence[str], row: Sequence[str]) -> bool:
    return all(cell.strip() == other.strip() for cell, other in zip(cells, row, strict=True))


def _without(path: Path, table: Any, left: list[tuple[int, str]]) -> Any:
    import numpy as np

    if not left:
        return table
    kept = np.ones(table.num_rows, bool)
    kept[[place for place, _ in left]] = False
    if not kept.any():
        raise EmptyDeliveryError(
            str(path), expected="a header and at least one row", found="header rows only", do="export again"
        )
    return table.filter(kept)


def _left_note(left: list[tuple[int, str]]) -> tuple[str, ...]:
    if not left:
        return ()
    places = listed(place + 1 for place, _ in left)
    return (f"header rows left over among the data, dropped: {len(left)} (rows {places} below the header)",)


def _zone_note(rows: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    zones = sorted({zone for row in rows if _holds_import_ids(row) for cell in row for zone in ZONE.findall(cell)})
    return (f"the export gives its times in {listed(zones)}",) if zones else ()


READER = Reader(
    name="qualtrics",
    summary="Qualtrics CSV or TSV with one, two or three header rows",
    read=read,
    header=header,
    likes=likes,
    options=frozenset({"separator", "encoding", "header_rows"}),
)
