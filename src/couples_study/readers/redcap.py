"""REDCap's raw CSV export, with the project's data dictionary where one is named.

Events, arms, repeating instruments, survey identifiers, ``_complete`` and ``_timestamp`` are columns like others; the
``only`` key of study.toml picks the rows. The dictionary adds the questions' texts, the choices' labels and the bounds
that the project enforced, and lets the notes say which columns it does not know, which have a decimal comma, and which
hold REDCap's missing data codes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import MissingKind, Source
from couples_study.core.errors import listed
from couples_study.readers._content import text_at_top
from couples_study.readers._delimited import header_of, opened, opened_at_top, table_below
from couples_study.readers._magic import kind_of
from couples_study.readers._redcap_fields import DONE, Column, columns_of

OWN = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group",
       "redcap_survey_identifier")  # fmt: skip
MISSING_CODES: dict[str, MissingKind | None] = {
    "NI": None, "INV": None, "UNK": None, "NASK": "not_reached", "ASKU": None, "NAV": None, "MSK": None,
    "NA": "not_applicable", "NAVU": None, "NP": None, "QS": None, "QI": None, "TRC": None, "UNC": None, "DER": None,
    "PINF": None, "NINF": None, "OTH": None,
}  # fmt: skip


def read(path: Path, source: Source, columns: tuple[str, ...] | None = None, dictionary: Path | None = None) -> Cells:
    """All records as text, one row per record, event and instance, with what the dictionary says of them."""
    text = opened(path, source)
    names, notes = header_of(text, source)
    table = table_below(text, names, 1, columns)
    known = columns_of(dictionary) if dictionary is not None else {}
    here = {name: known[name] for name in table.column_names if name in known}
    missing = _missing(table, here)
    return Cells(
        table=table,
        notes=(*text.notes, *notes, *_dictionary_notes(names, known, source), *_missing_note(missing)),
        captions={name: column.caption for name, column in here.items() if column.caption},
        labels=_labels(table, here),
        ranges={name: column.range for name, column in here.items() if column.range is not None},
        missing=missing,
    )


def header(
    path: Path,
    source: Source,
    dictionary: Path | None = None,
) -> tuple[str, ...]:
    """The column names alone."""
    return header_of(opened_at_top(path, source), source)[0]


def likes(path: Path, head: bytes) -> int:
    """Certain by REDCap's own columns or a record id beside form states, likely by form states alone."""
    if kind_of(head) is not None:
        return 0
    first = next((line for line in text_at_top(head).splitlines() if line.strip()), "")
    names = [name.strip(' "') for name in first.replace(";", ",").replace("\t", ",").split(",")]
    states = any(name.endswith("_complete") for name in names)
    if set(OWN) & set(names) or (states and "record_id" in names):
        return 3
    return 2 if states else 0


def _labels(table: Any, here: dict[str, Column]) -> dict[str, dict[str, str]]:
    states = {name: dict(DONE) for name in table.column_names if name.endswith("_complete")} if here else {}
    return states | {name: dict(column.labels) for name, column in here.items() if column.labels}


def _dictionary_notes(names: tuple[str, ...], known: dict[str, Column], source: Source) -> tuple[str, ...]:
    if not known:
        return ()
    ends = ("_complete", "_timestamp")
    strays = [name for name in names if name not in known and name not in OWN and not name.endswith(ends)]
    shown = listed(strays) if source.knows(names) else len(strays)
    commas = [name for name in names if name in known and known[name].validation.endswith("comma_decimal")]
    calculated = [name for name in names if name in known and known[name].calculated]
    notes = []
    if strays:
        notes.append(f"columns that the dictionary does not have: {shown}")
    if commas:
        notes.append(f"columns with a decimal comma by the dictionary: {listed(commas)}")
    if calculated:
        notes.append(f"columns that REDCap calculated: {listed(calculated)}")
    return tuple(notes)


def _missing(table: Any, here: dict[str, Column]) -> dict[str, dict[str, MissingKind | None]]:
    """REDCap's missing data codes in columns of numbers, dates or choices, where no choice has that code."""
    import pyarrow.compute as pc

    found = {}
    for name, column in here.items():
        if not (column.labels or column.validation or column.range):
            continue
        seen = set(pc.unique(table.column(name)).to_pylist()) & set(MISSING_CODES)
        codes: dict[str, MissingKind | None] = {code: MISSING_CODES[code] for code in sorted(seen - set(column.labels))}
        if codes:
            found[name] = codes
    return found


def _missing_note(missing: dict[str, dict[str, MissingKind | None]]) -> tuple[str, ...]:
    codes = sorted({code for found in missing.values() for code in found})
    return (f"REDCap's missing data codes in {len(missing)} columns: {listed(codes)}",) if codes else ()


READER = Reader(
    name="redcap",
    summary="REDCap raw CSV, with the data dictionary",
    read=read,
    header=header,
    likes=likes,
    options=frozenset({"separator", "encoding", "dictionary"}),
)
