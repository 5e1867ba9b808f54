"""The study.toml that reads a questionnaire's export back, whatever the platform."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from couples_study.fielding.questionnaire import Entry, Form, Questionnaire, Sheet
from couples_study.fielding.tool import EXPORTS, ReadBack, Tool

DAYS = 28
SHEET_KEYS = {
    "couples": ("couple",), "people": ("couple", "person"), "diary_days": ("person", "date"),
    "survey_waves": ("person", "week"), "events": ("person", "date"),
}  # fmt: skip
HEAD = """\
# Reads the exports of the questionnaire that couples-study field wrote for {tool}.
# Put the exports, and the filled-in team sheets, into the folder {exports}.

[study]
id = "{id}"
title = "Questionnaire for {claims}"
time_zone = "UTC"       # the zone in which the couples live: an evening is one of theirs
day_ends = "04:00"      # an entry after midnight belongs to the evening before
{days}claims = [{ids}]

[dyads]
type = "indistinguishable"
by = "{role}"
"""


def study_text(asked: Questionnaire, tool: Tool, study_id: str) -> str:
    """study.toml as text."""
    ids = ", ".join(_text(one) for one in asked.claims)
    head = HEAD.format(
        tool=tool.name, exports=EXPORTS, role=tool.read_back(asked.forms[0]).role,
        id=study_id, claims=", ".join(asked.claims), ids=ids,
        days=f"scheduled_days = {DAYS}\n" if any(form.name == "evening" for form in asked.forms) else "",
    )  # fmt: skip
    return "\n".join([head, *(_form(form, tool) for form in asked.forms), *(_sheet(sheet) for sheet in asked.sheets)])


def _form(form: Form, tool: Tool) -> str:
    back = tool.read_back(form)
    columns = {entry.name: entry.name for entry in form.entries}
    recodes = {entry.name: recode(entry, tool.name) for entry in form.entries if entry.points}
    if form.name == "baseline":
        recodes = {back.role: {"A": "A", "B": "B", "1": "A", "2": "B"}, **recodes}
    return _source(form.name, form.table, back, columns, recodes)


def recode(entry: Entry, tool: str = "") -> dict[str, str | float]:
    """Codes and labels, in every language, to what is stored: an export of either kind is understood.

    Qualtrics stores numbers only; there an answer that has a word for its code is found by its place in the list.
    """
    codes = [code for code, _ in entry.points]
    told = {code: entry.stored(code) for code in codes}
    if tool == "qualtrics" and not all(code.isdigit() for code in codes):
        told |= {str(place): entry.stored(code) for place, code in enumerate(codes, start=1)}
    for label, code in (*entry.synonyms, *((label, code) for code, label in entry.points)):
        told.setdefault(label, entry.stored(code))
    return told


def _sheet(sheet: Sheet) -> str:
    keys = {key: key for key in SHEET_KEYS[sheet.table]}
    back = ReadBack(reader="csv", files=(f"{EXPORTS}/{sheet.name}*.csv",), keys=keys)
    columns = {column.name: column.name for column in sheet.columns}
    return _source(sheet.name, sheet.table, back, columns, {}, lot=sheet.lot)


def _source(
    name: str,
    table: str,
    back: ReadBack,
    columns: Mapping[str, str],
    recodes: Mapping[str, Mapping[str, str | float]],
    lot: str | None = None,
) -> str:
    lines = ["[[source]]", f"name = {_text(name)}", f"reader = {_text(back.reader)}"]
    lines += [f"files = [{', '.join(_text(one) for one in back.files)}]", f"table = {_text(table)}"]
    if lot is not None:
        lines += ['design = "randomised"', f"arm = {_text(lot)}"]
    if back.dictionary is not None:
        lines.append(f"dictionary = {_text(back.dictionary)}")
    lines.append(f"keys = {_inline(back.keys)}")
    if back.only:
        lines.append(f"only = {_inline(back.only)}")
    parts = {"columns": _pairs(columns)}
    parts |= {f"recode.{column}": _pairs(told) for column, told in recodes.items()}
    parts |= {f"drop.{rule}": _pairs(told) for rule, told in back.drop.items()}
    blocks = [f"[source.{part}]\n" + "\n".join(rows) + "\n" for part, rows in parts.items() if rows]
    return "\n".join(["\n".join(lines) + "\n", *blocks])


def _pairs(told: Mapping[str, str | float]) -> list[str]:
    return [f"{_key(key)} = {_text(value) if isinstance(value, str) else f'{value:g}'}" for key, value in told.items()]


def _inline(told: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{_key(key)} = {_text(value)}" for key, value in told.items()) + " }"


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").replace("-", "").isalnum() else _text(key)


def _text(value: str) -> str:
    """A TOML string: JSON's escapes are TOML's."""
    return json.dumps(value, ensure_ascii=False)


def header_of(sheet: Sheet) -> tuple[str, ...]:
    """The columns of a team sheet."""
    return (*SHEET_KEYS[sheet.table], *(column.name for column in sheet.columns))


def told_about(asked: Questionnaire, tool: Tool, names: Iterable[str]) -> str:
    """What the researcher has to know: minutes, what to upload, what the team fills in."""
    lines = [f"# Questionnaire for {', '.join(asked.claims)}", "", f"Platform: {tool.summary}.", "", tool.after_upload]
    lines += ["", "## How long it takes", "", "| form | questions | minutes |", "|---|---|---|"]
    lines += [f"| {form.name} | {len(form.entries)} | {form.minutes:.1f} |" for form in asked.forms]
    lines += ["", f"Exports, and filled-in copies of the team's sheets, go into `{EXPORTS}/`; `study.toml` reads them."]
    places = [entry.name for form in asked.forms for entry in form.entries if entry.published]
    if places:
        lines += ["", "## Published scales", "", "Their wording is not ours to ship: put it in, and mind the licence."]
        lines += [f"* `{name}`" for name in places]
    if asked.arms:
        lines += ["", f"Arms that the claims compare: {', '.join(asked.arms)}."]
    if asked.weeks:
        lines += ["", f"Weeks at which they look: {', '.join(map(str, asked.weeks))}; those between help."]
    if asked.sheets:
        lines += ["", "## What the study team fills in", ""]
        for sheet in asked.sheets:
            lines.append(f"`{sheet.name}.csv`" + (f", drawn by lot: `{sheet.lot}`" if sheet.lot else ""))
            lines += [f"* `{column.name}`: {column.rule}" for column in sheet.columns]
            lines.append("")
    return "\n".join([*lines, "", "## Files", "", *(f"* `{name}`" for name in names)]).rstrip() + "\n"
