"""formr: one item table per form (xlsx), with the sheets ``survey`` and ``choices`` that its importer reads.

Three habits of formr shape it: the name of a list has at most 20 characters; an optional number that is answered with 0
is stored as blank, so numbers and sliders are required, and what may be left out is asked for first; and fractions as
names of choices would be stored in a whole-number column, so choices have words for names.
"""

from __future__ import annotations

from couples_study.fielding.questionnaire import Entry, Form, Questionnaire
from couples_study.fielding.tool import EXPORTS, UPLOAD, ReadBack, Tool
from couples_study.fielding.workbook import workbook

SURVEY = ("type", "name", "label", "optional", "showif", "choice1", "choice2")
CHOICES = ("list_name", "name", "label")
COUPLE, ROLE, WEEK, SESSION, ENTERED = "couple_code", "partner_role", "survey_week", "session", "created"
LEAVE_OUT = "leave_out_"


def files(asked: Questionnaire) -> dict[str, bytes]:
    """An item table per form."""
    found = {}
    for form in asked.forms:
        survey, choices = tables(asked, form)
        sheets = {"survey": [SURVEY, *survey], "choices": [CHOICES, *choices]}
        found[f"{UPLOAD}/{form.name}.xlsx"] = workbook(sheets)
    return found


def tables(asked: Questionnaire, form: Form) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The rows of both sheets, in the order in which they are asked."""
    told: list[dict[str, str]] = [
        {"type": "note", "name": f"{form.name}_words_{number}", "label": words}
        for number, words in enumerate(asked.openings(form), start=1)
    ]
    choices: dict[str, tuple[tuple[str, str], ...]] = {}
    told += _keys(asked, form, choices)
    told += _leave_out(asked, form, choices)
    heading = ""
    for entry in form.entries:
        if entry.heading and entry.heading != heading:
            told.append({"type": "note", "name": f"{entry.name}_heading", "label": entry.heading})
        heading = entry.heading
        told.append(_item(entry, choices))
    told.append({"type": "submit", "name": f"{form.name}_submit", "label": "OK"})
    survey = [tuple(row.get(column, "") for column in SURVEY) for row in told]
    return survey, [(name, code, label) for name, pairs in choices.items() for code, label in pairs]


def _keys(asked: Questionnaire, form: Form, choices: dict[str, tuple[tuple[str, str], ...]]) -> list[dict[str, str]]:
    if form.name == "baseline":
        choices["roles"] = (("A", "A"), ("B", "B"))
        return [
            {"type": "check", "name": "consented", "label": asked.sentence("consented")},
            {"type": "text", "name": COUPLE, "label": asked.sentence("couple")},
            {"type": "mc_button roles", "name": ROLE, "label": asked.sentence("role")},
        ]
    if form.name == "weekly":
        return [{"type": "number 0,520,1", "name": WEEK, "label": asked.sentence("week")}]
    return []


def _leave_out(
    asked: Questionnaire, form: Form, choices: dict[str, tuple[tuple[str, str], ...]]
) -> list[dict[str, str]]:
    """A question for each kind of items that may be left out as a whole."""
    if not form.opt_outs:
        return []
    choices["yes_no"] = (("1", asked.sentence("yes")), ("0", asked.sentence("no")))
    label = asked.sentence("leave_out")
    return [
        {"type": "mc_button yes_no", "name": LEAVE_OUT + kind, "label": f"{asked.sentence(kind)} {label}"}
        for kind in form.opt_outs
    ]


def _item(entry: Entry, choices: dict[str, tuple[tuple[str, str], ...]]) -> dict[str, str]:
    conditions = [f"{entry.only_if} == 1"] if entry.only_if else []
    conditions += [f"{LEAVE_OUT}{entry.opt_out} == 0"] if entry.opt_out else []
    row = {"name": entry.name, "label": entry.words, "showif": " & ".join(conditions)}
    if entry.is_slider:
        row |= {"choice1": entry.ends[0], "choice2": entry.ends[1], "optional": "!"}
        return row | {"type": f"range {entry.low:g},{entry.high:g},1"}
    if entry.points:
        return row | {"type": f"mc_button {_listed(entry, choices)}", "optional": "*"}
    step = "1" if entry.whole else "any"
    return row | {"type": f"number {entry.low:g},{entry.high:g},{step}", "optional": "!"}


def _listed(entry: Entry, choices: dict[str, tuple[tuple[str, str], ...]]) -> str:
    """The name of the list that has these answers, made where there is none yet."""
    known = next((name for name, answers in choices.items() if answers == entry.points), None)
    name = known or ("yes_no" if entry.kind == "yesno" else f"answers_{len(choices) + 1}")
    choices[name] = entry.points
    return name


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
        "of each survey as CSV or JSON under the form's name. Sliders and numbers are required, as formr stores an "
        "optional 0 as blank; what may be left out is asked for first."
    ),
)
