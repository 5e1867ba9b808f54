"""Qualtrics: one survey per form in the Advanced Format of its text import.

The format has no slider: a fine scale is a text entry, with its bounds in the words. Choices are stored under their
code (``[[Choice:code]]``). Display logic is not part of the format either: it stands in the words of what follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from couples_study.fielding.questionnaire import Entry, Form, Questionnaire
from couples_study.fielding.tool import EXPORTS, UPLOAD, ReadBack, Tool

PERSON, COUPLE, ROLE, WEEK = "person_code", "couple_code", "partner_role", "survey_week"
ENTERED = "RecordedDate"
A_PAGE = 8  # questions


def files(asked: Questionnaire) -> dict[str, bytes]:
    """A text file per form."""
    return {f"{UPLOAD}/{form.name}.txt": survey(asked, form).encode("utf-8") for form in asked.forms}


def survey(asked: Questionnaire, form: Form) -> str:
    """One form as Advanced Format text."""
    blocks = [["[[AdvancedFormat]]"], [f"[[Block:{asked.sentence(form.name)}]]"]]
    blocks += [
        ["[[Question:DB]]", f"[[ID:{form.name}_words_{number}]]", words]
        for number, words in enumerate(asked.openings(form), start=1)
    ]
    blocks += _keys(asked, form)
    heading = ""
    for place, entry in enumerate(form.entries):
        if place % A_PAGE == 0:
            blocks.append(["[[PageBreak]]"])
        if entry.heading and entry.heading != heading:
            blocks.append(["[[Question:DB]]", f"[[ID:{entry.name}_heading]]", entry.heading])
        heading = entry.heading
        blocks.append(_question(entry))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _keys(asked: Questionnaire, form: Form) -> list[list[str]]:
    found = [_text(PERSON, asked.sentence("person"))]
    if form.name == "baseline":
        found.append(_text(COUPLE, asked.sentence("couple")))
        found.append(_choice(ROLE, asked.sentence("role"), (("1", "A"), ("2", "B"))))
        found.append(_choice("consented", asked.sentence("choose"), (("1", asked.sentence("consented")),)))
    if form.name == "weekly":
        found.append(_text(WEEK, asked.sentence("week")))
    return found


def _question(entry: Entry) -> list[str]:
    coded = {code: place for place, (code, _) in enumerate(entry.points, start=1)}
    if entry.points and all(code.isdigit() for code in coded):
        return _choice(entry.name, entry.words, entry.points)
    if entry.points:
        return _choice(entry.name, entry.words, [(str(coded[code]), label) for code, label in entry.points])
    ends = f": {entry.low:g} = {entry.ends[0]}, {entry.high:g} = {entry.ends[1]}" if entry.is_slider else ""
    return _text(entry.name, f"{entry.words} ({entry.low:g}-{entry.high:g}{ends})")


def _text(name: str, words: str) -> list[str]:
    return ["[[Question:TE:SingleLine]]", f"[[ID:{name}]]", words]


def _choice(name: str, words: str, choices: Sequence[tuple[str, str]]) -> list[str]:
    lines = ["[[Question:MC:SingleAnswer:Vertical]]", f"[[ID:{name}]]", words, "[[AdvancedChoices]]"]
    return lines + [line for code, label in choices for line in (f"[[Choice:{code}]]", label)]


def read_back(form: Form) -> ReadBack:
    """The survey's CSV export with numeric values; previews and unfinished responses are dropped by rule."""
    keys = {"person": PERSON}
    keys |= {"couple": COUPLE} if form.name == "baseline" else {}
    keys |= {"week": WEEK} if form.name == "weekly" else {}
    keys |= {"date": ENTERED} if form.table == "diary_days" else {}
    return ReadBack(
        reader="qualtrics", files=(f"{EXPORTS}/{form.name}*.csv",), keys=keys, role=ROLE,
        drop={"preview": {"Status": "1"}, "unfinished": {"Finished": "0"}},
    )  # fmt: skip


TOOL = Tool(
    name="qualtrics",
    summary="Qualtrics: one survey per form as Advanced Format text",
    files=files,
    read_back=read_back,
    after_upload=(
        "Import each text file as a survey of its own. Number entries need their bounds set as a content validation, "
        "and questions that follow a yes need display logic: the format carries neither. Set the survey's time zone to "
        "that of study.toml. Export as CSV with numeric values."
    ),
)
