"""formr: one item table per form (xlsx), with the sheets ``survey`` and ``choices`` that its importer reads."""

from __future__ import annotations

from couples_study.fielding.questionnaire import Entry, Form, Questionnaire
from couples_study.fielding.tool import EXPORTS, UPLOAD, ReadBack, Tool
from couples_study.fielding.workbook import workbook

SURVEY = ("type", "name", "label", "optional", "class", "showif", "choice1", "choice2", "value", "block_order",
          "item_order")  # fmt: skip
CHOICES = ("list_name", "name", "label")
COUPLE, ROLE, WEEK, SESSION, ENTERED = "couple_code", "partner_role", "survey_week", "session", "created"


def files(asked: Questionnaire) -> dict[str, bytes]:
    """An item table per form."""
    found = {}
    for form in asked.forms:
        survey, choices = tables(asked, form)
        sheets = {"survey": [SURVEY, *survey], "choices": [CHOICES, *choices]}
        found[f"{UPLOAD}/{form.name}.xlsx"] = workbook(sheets)
    return found


def tables(asked: Questionnaire, form: Form) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The rows of both sheets, numbered in the order in which they are asked."""
    told: list[dict[str, str]] = [
        {"type": "note", "name": f"{form.name}_words_{number}", "label": words}
        for number, words in enumerate(asked.openings(form), start=1)
    ]
    choices: dict[str, list[tuple[str, str]]] = {}
    told += _keys(asked, form, choices)
    heading = ""
    for entry in form.entries:
        if entry.heading and entry.heading != heading:
            told.append({"type": "note", "name": f"{entry.name}_heading", "label": entry.heading})
        heading = entry.heading
        told.append(_item(entry, choices))
    told.append({"type": "submit", "name": f"{form.name}_submit", "label": "OK"})
    survey = [
        (*tuple(row.get(column, "") for column in SURVEY[:-1]), str(place)) for place, row in enumerate(told, start=1)
    ]
    return survey, [(name, code, label) for name, pairs in choices.items() for code, label in pairs]


def _keys(asked: Questionnaire, form: Form, choices: dict[str, list[tuple[str, str]]]) -> list[dict[str, str]]:
    if form.name == "baseline":
        choices["roles"] = [("A", "A"), ("B", "B")]
        return [
            {"type": "check", "name": "consented", "label": asked.sentence("consented")},
            {"type": "text", "name": COUPLE, "label": asked.sentence("couple")},
            {"type": "mc_button roles", "name": ROLE, "label": asked.sentence("role")},
        ]
    if form.name == "weekly":
        return [{"type": "number 0,520,1", "name": WEEK, "label": asked.sentence("week")}]
    return []


def _item(entry: Entry, choices: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    row = {"name": entry.name, "label": entry.words, "optional": "*"}
    if entry.only_if:
        row["showif"] = f"{entry.only_if} == 1"
    if entry.is_slider:
        row |= {"choice1": entry.ends[0], "choice2": entry.ends[1]}
        return row | {"type": f"range {entry.low:g},{entry.high:g},1"}
    if entry.points:
        name = "yes_no" if entry.kind == "yesno" else _list_name(entry)
        choices.setdefault(name, list(entry.points))
        return row | {"type": f"mc_button {name}"}
    step = "1" if entry.whole else "any"
    return row | {"type": f"number {entry.low:g},{entry.high:g},{step}"}


def _list_name(entry: Entry) -> str:
    """Scales with the same points and ends share a list; what is chosen from a list of its own has its own."""
    if entry.kind == "choice":
        return f"{entry.name}_answers"
    ends = "_".join(
        "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in end) for end in entry.ends
    )
    return f"points_{entry.low:g}_{entry.high:g}_{ends}"


def read_back(form: Form) -> ReadBack:
    """The survey's results as CSV or JSON; the session tells who answers, the entry's time which evening it is."""
    keys = {"person": SESSION}
    keys |= {"couple": COUPLE} if form.name == "baseline" else {}
    keys |= {"week": WEEK} if form.name == "weekly" else {}
    keys |= {"date": ENTERED} if form.table == "diary_days" else {}
    return ReadBack(reader="formr", files=(f"{EXPORTS}/{form.name}*",), keys=keys, role=ROLE)


TOOL = Tool(
    name="formr",
    summary="formr: one item table (xlsx) per form",
    files=files,
    read_back=read_back,
    after_upload=(
        "Upload each item table as a survey and put them into one run, the diary inside a loop. Download the results "
        "of each survey as CSV or JSON under the form's name."
    ),
)
