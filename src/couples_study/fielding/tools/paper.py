"""Paper: a sheet to print per form, and a CSV with a column for each question to type the answers into."""

from __future__ import annotations

import csv
import io
from html import escape

from couples_study.fielding.questionnaire import Entry, Form, Questionnaire
from couples_study.fielding.tool import EXPORTS, UPLOAD, ReadBack, Tool

STYLE = (
    "body{font:11pt/1.4 serif;max-width:17cm;margin:1cm auto}li{margin:.5em 0;break-inside:avoid}"
    "small{color:#444}.answer{display:inline-block;margin-right:1em;white-space:nowrap}@media print{body{margin:0}}"
)
LINE = (  # ten centimetres: a millimetre is a point
    "<svg width='100mm' height='6mm' role='img'><line x1='0' y1='3mm' x2='100%' y2='3mm' stroke='black'/></svg>"
)
COLUMNS = {
    "baseline": ("couple", "person", "role"), "evening": ("person", "date"), "morning": ("person", "date"),
    "weekly": ("person", "week"),
}  # fmt: skip


def files(asked: Questionnaire) -> dict[str, bytes]:
    """A sheet and a table for typing per form."""
    found = {f"{UPLOAD}/{form.name}.html": sheet(asked, form).encode("utf-8") for form in asked.forms}
    return found | {f"{UPLOAD}/type_{form.name}.csv": _header(form) for form in asked.forms}


def sheet(asked: Questionnaire, form: Form) -> str:
    """One form as a page to print."""
    title = escape(asked.sentence(form.name))
    words = "".join(f"<p>{escape(sentence)}</p>\n" for sentence in asked.openings(form))
    keys = "".join(
        f"<p>{escape(asked.sentence(_sentence_of(form, key)))}: ____________</p>\n" for key in COLUMNS[form.name]
    )
    listed, heading = "", ""
    for entry in form.entries:
        if entry.heading and entry.heading != heading:
            listed += f"<li class='heading'><b>{escape(entry.heading)}</b></li>\n"
        heading = entry.heading
        listed += f"<li>{escape(entry.words)}<br>{_answer(entry)} <small>{entry.name}</small></li>\n"
    return (
        f'<!doctype html>\n<html lang="{asked.language}">\n<head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n{words}{keys}<ol>\n{listed}</ol>\n</body>\n</html>\n"
    )


def _sentence_of(form: Form, key: str) -> str:
    return "morning_date" if form.name == "morning" and key == "date" else key


def _answer(entry: Entry) -> str:
    if entry.is_slider:
        low, high = escape(entry.ends[0]), escape(entry.ends[1])
        return f"{low} ({entry.low:g}) {LINE} ({entry.high:g}) {high}"
    if entry.points:
        return " ".join(f"<span class='answer'>&#9633; {escape(label)}</span>" for _, label in entry.points)
    return f"________ <small>({entry.low:g}-{entry.high:g})</small>"


def _header(form: Form) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([*COLUMNS[form.name], *(entry.name for entry in form.entries)])
    return out.getvalue().encode("utf-8")


def read_back(form: Form) -> ReadBack:
    """The typed table."""
    keys = {key: key for key in COLUMNS[form.name] if key != "role"}
    return ReadBack(reader="csv", files=(f"{EXPORTS}/type_{form.name}*.csv",), keys=keys)


TOOL = Tool(
    name="paper",
    summary="paper: a sheet to print per form, and a CSV to type the answers into",
    files=files,
    read_back=read_back,
    after_upload="Print the sheets, and type the answers into copies of the CSV files: points and codes, 1 yes, 0 no.",
)
