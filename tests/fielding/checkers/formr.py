"""What formr's importer of item tables refuses, from its own source (SpreadsheetReader, Item and its kinds).

Sheets ``survey`` and ``choices``; known columns, name and type left of the choices; names of 2 to 65 letters, digits and
underscores, a letter first, unique whatever their case; lists in one run with unique names and labels; a named list only
where the type has choices, and then one that is there.
"""

from __future__ import annotations

import io
import re

from openpyxl import load_workbook

SURVEY = {"name", "type", "label", "optional", "class", "showif", "value", "order", "block_order", "item_order"}
SURVEY |= {f"choice{number}" for number in range(1, 15)}
CHOICES = {"list_name", "name", "label"}
NAME, LIST, OPTION = (
    re.compile(r"[a-zA-Z][a-zA-Z0-9_]{1,64}"),
    re.compile(r"[a-zA-Z0-9_]{1,255}"),
    re.compile(r"[A-Za-z0-9_]{1,20}"),
)
RESERVED = {"session_id", "created", "modified", "ended", "id", "study_id"}
WITH_CHOICES = {"mc", "mc_button", "mc_multiple", "mc_multiple_button", "select_one", "select_multiple", "range",
                "range_ticks", "rating_button", "check", "check_button", "select_or_add_one"}  # fmt: skip
NO_CHOICES_NEEDED = {"check", "check_button"}
PLAIN = {"note", "submit", "text", "textarea", "number", "date", "datetime", "time", "email", "get", "calculate",
         "random", "hidden", "server", "visual_analog_scale"}  # fmt: skip
BOUNDS = re.compile(r"-?[0-9.]+,-?[0-9.]+,(?:[0-9.]+|any)")
LABELLED_TINY = 255


def faults_of(content: bytes) -> list[str]:
    """What the importer would refuse, or store other than meant."""
    book = load_workbook(io.BytesIO(content), read_only=True)
    if book.sheetnames[:1] != ["survey"] or "choices" not in book.sheetnames:
        return ["the sheets are not survey and choices"]
    survey, choices = (list(book[name].iter_rows(values_only=True)) for name in ("survey", "choices"))
    columns = [str(cell) for cell in survey[0]]
    found = [f"column {name}: not read" for name in columns if name not in SURVEY]
    first = next((place for place, name in enumerate(columns) if name.startswith("choice")), len(columns))
    if not {"name", "type"} <= set(columns[:first]) or len(columns) > 30:
        found.append("name and type have to stand left of the choices, in at most 30 columns")
    lists, wrong = _lists(choices)
    rows = [
        {name: str(cell) for name, cell in zip(columns, row, strict=True) if cell is not None} for row in survey[1:]
    ]
    names = [row.get("name", "").lower() for row in rows]
    found += [f"{name}: named twice" for name in sorted({name for name in names if names.count(name) > 1})]
    used = {_list_of(row) for row in rows}
    found += [f"list {name}: never used" for name in lists if name not in used]
    return found + wrong + [fault for row in rows for fault in _faults(row, lists, names)]


def _lists(choices: list[tuple[object, ...]]) -> tuple[dict[str, dict[str, str]], list[str]]:
    lists: dict[str, dict[str, str]] = {}
    found = [] if set(map(str, choices[0])) >= CHOICES else ["choices lacks list_name, name or label"]
    last = ""
    for name, code, label in (tuple(map(str, row[:3])) for row in choices[1:]):
        if not LIST.fullmatch(name) or not OPTION.fullmatch(name):
            found.append(f"list {name}: its name is not found from a type")
        if name in lists and name != last:
            found.append(f"list {name}: not in one run")
        told = lists.setdefault(name, {})
        if code in told or label in told.values():
            found.append(f"list {name}: {code} or its label twice")
        told[code], last = label, name
    for name, told in lists.items():
        numeric = [code for code in told if re.fullmatch(r"-?[0-9.]+", code)]
        if len(numeric) == len(told) and any("." in code or float(code) > LABELLED_TINY for code in numeric):
            found.append(f"list {name}: its numbers do not fit into the whole-number column that formr makes")
    return lists, found


def _list_of(row: dict[str, str]) -> str | None:
    kind, _, options = row.get("type", "").partition(" ")
    return options if OPTION.fullmatch(options) and kind in WITH_CHOICES else None


def _faults(row: dict[str, str], lists: dict[str, dict[str, str]], names: list[str]) -> list[str]:
    name = row.get("name", "")
    kind, _, options = row.get("type", "").partition(" ")
    found = []
    if not NAME.fullmatch(name) or name in RESERVED:
        found.append(f"{name}: not a name")
    if kind not in WITH_CHOICES | PLAIN:
        found.append(f"{name}: no type {kind!r}")
    if not row.get("label"):
        found.append(f"{name}: no label")
    if row.get("optional", "*") not in ("*", "!"):
        found.append(f"{name}: optional is * or !")
    own = any(column.startswith("choice") for column in row)
    named = _list_of(row)
    if own and (named or kind not in WITH_CHOICES):
        found.append(f"{name}: choices of its own where none belong")
    if named and named not in lists:
        found.append(f"{name}: its list {named} is not there")
    if kind in WITH_CHOICES - NO_CHOICES_NEEDED and not (own or named):
        found.append(f"{name}: no choices")
    if kind in ("number", "range"):
        if options and not BOUNDS.fullmatch(options):
            found.append(f"{name}: bounds are least,most,step")
        if row.get("optional") == "*" and options.startswith("0,"):
            found.append(f"{name}: an optional 0 is stored as blank")
    asked = re.findall(r"([a-zA-Z]\w*) ==", row.get("showif", ""))
    return found + [f"{name}: shown by {other}, which is not asked before" for other in asked
                    if other.lower() not in names[: names.index(name.lower())]]  # fmt: skip
