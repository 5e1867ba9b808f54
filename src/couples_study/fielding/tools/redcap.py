"""REDCap: a data dictionary, and the tables of events, of forms by event, and of repeating instruments.

One project, longitudinal: the first survey stands in the event ``baseline``, the diary's forms repeat in ``diary``, the
weekly survey repeats in ``weeks``. The raw CSV export of all records comes back as one file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from couples_study.fielding.questionnaire import Entry, Form, Questionnaire
from couples_study.fielding.tool import EXPORTS, UPLOAD, ReadBack, Tool

HEADER = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
NAME, FORM, SECTION, TYPE, LABEL, CHOICES, VALIDATION, LEAST, MOST, BRANCH, REQUIRED, ALIGN, MARK = (
    HEADER[place] for place in (0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 17)
)
DICTIONARY = f"{UPLOAD}/dictionary.csv"
RECORD = "record_id"
EVENT_OF = {"baseline": "baseline", "evening": "diary", "morning": "diary", "weekly": "weeks"}
REPEATS = ("evening", "morning", "weekly")
WHEN = {"evening": "evening_date", "morning": "morning_date", "weekly": "survey_week"}


def files(asked: Questionnaire) -> dict[str, bytes]:
    """The dictionary, and the designer's tables, as REDCap takes them."""
    forms = [form.name for form in asked.forms]
    events = list(dict.fromkeys(EVENT_OF[form] for form in forms))
    numbered = [(event, place) for place, event in enumerate(events)]
    return {
        DICTIONARY: _csv([HEADER, *([row.get(name, "") for name in HEADER] for row in rows(asked))]),
        f"{UPLOAD}/events.csv": _csv(
            [("event_name", "arm_num", "day_offset", "offset_min", "offset_max", "unique_event_name")]
            + [(event.capitalize(), "1", str(place), "0", "0", unique(event)) for event, place in numbered]
        ),
        f"{UPLOAD}/form_events.csv": _csv(
            [("arm_num", "unique_event_name", "form"), *(("1", unique(EVENT_OF[form]), form) for form in forms)]
        ),
        f"{UPLOAD}/repeating.csv": _csv(
            [("event_name", "form_name", "custom_form_label")]
            + [(unique(EVENT_OF[form]), form, f"[{WHEN[form]}]") for form in forms if form in REPEATS]
        ),
    }


def unique(event: str) -> str:
    """REDCap's unique name of an event in the only arm."""
    return f"{event}_arm_1"


def rows(asked: Questionnaire) -> list[dict[str, str]]:
    """The dictionary's rows: the record's own first, then form by form."""
    found = [{NAME: RECORD, FORM: "baseline", TYPE: "text", LABEL: asked.sentence("person")}]
    for form in asked.forms:
        found += [
            {NAME: f"{form.name}_words_{number}", FORM: form.name, TYPE: "descriptive", LABEL: words}
            for number, words in enumerate(asked.openings(form), start=1)
        ]
        found += _keys(asked, form)
        heading = ""
        for entry in form.entries:
            found.append(_row(entry, form, entry.heading if entry.heading != heading else ""))
            heading = entry.heading
    return found


def _keys(asked: Questionnaire, form: Form) -> list[dict[str, str]]:
    if form.name == "baseline":
        consented = f"1, {asked.sentence('consented')}"
        return [
            {NAME: "consented", FORM: form.name, TYPE: "radio", LABEL: asked.sentence("choose"), CHOICES: consented,
             REQUIRED: "y"},
            {NAME: "couple_code", FORM: form.name, TYPE: "text", LABEL: asked.sentence("couple"), REQUIRED: "y"},
            {NAME: "partner_role", FORM: form.name, TYPE: "radio", LABEL: asked.sentence("role"),
             CHOICES: "A, A | B, B", REQUIRED: "y"},
        ]  # fmt: skip
    if form.name == "weekly":
        return [{NAME: WHEN["weekly"], FORM: form.name, TYPE: "text", LABEL: asked.sentence("week"), REQUIRED: "y",
                 VALIDATION: "integer", LEAST: "0", MOST: "520"}]  # fmt: skip
    label = asked.sentence("date" if form.name == "evening" else "morning_date")
    return [{NAME: WHEN[form.name], FORM: form.name, TYPE: "text", LABEL: label, REQUIRED: "y",
             VALIDATION: "date_ymd", MARK: "@TODAY"}]  # fmt: skip


def _row(entry: Entry, form: Form, section: str) -> dict[str, str]:
    row = {NAME: entry.name, FORM: form.name, SECTION: section, LABEL: entry.words}
    if entry.only_if:
        row[BRANCH] = f"[{entry.only_if}] = '1'"
    if entry.kind == "yesno":
        return row | {TYPE: "radio", CHOICES: _choices(entry.choices)}
    if entry.is_slider:
        return row | {TYPE: "slider", CHOICES: f"{entry.ends[0]} | | {entry.ends[1]}", ALIGN: "RH"}
    if entry.points:
        return row | {TYPE: "radio", CHOICES: _choices(entry.points)}
    kind = "integer" if entry.whole else "number"
    return row | {TYPE: "text", VALIDATION: kind, LEAST: f"{entry.low:g}", MOST: f"{entry.high:g}"}


def _choices(pairs: Sequence[tuple[str, str]]) -> str:
    return " | ".join(f"{code}, {label}" for code, label in pairs)


def _csv(table: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(table)
    return out.getvalue().encode("utf-8")


def read_back(form: Form) -> ReadBack:
    """Rows of one form in the export of all records."""
    keys = {"person": RECORD}
    keys |= {"couple": "couple_code"} if form.name == "baseline" else {}
    keys |= {"week": WHEN["weekly"]} if form.name == "weekly" else {}
    keys |= {"date": WHEN[form.name]} if form.table == "diary_days" else {}
    only = {"redcap_event_name": unique("baseline")}
    if form.name != "baseline":
        only = {"redcap_repeat_instrument": form.name}
    return ReadBack(
        reader="redcap", files=(f"{EXPORTS}/redcap*.csv",), keys=keys, dictionary=DICTIONARY, only=only,
        role="partner_role",
    )  # fmt: skip


TOOL = Tool(
    name="redcap",
    summary="REDCap: data dictionary, events, forms by event, repeating instruments",
    files=files,
    read_back=read_back,
    after_upload=(
        "Enable longitudinal data collection and repeating instruments; upload dictionary.csv, then events.csv, "
        "form_events.csv and repeating.csv in the designer. Export all records as raw CSV."
    ),
)
