"""REDCap's data dictionary: what each field is, and what it says of the columns that the field fills.

Read in the form that the project's "Data Dictionary" page gives and in that of the API's metadata export. Source:
REDCap's help on the data dictionary and on exporting checkboxes (``field___code``, with anything but letters and
digits of the code as an underscore).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from couples_study.readers._dictionary import not_a_dictionary, rows_of, without_tags

NAMES = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "kind": ("Field Type", "field_type"),
    "caption": ("Field Label", "field_label"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "validation": (
        "Text Validation Type OR Show Slider Number",
        "text_validation_type_or_show_slider_number",
    ),
    "least": ("Text Validation Min", "text_validation_min"),
    "most": ("Text Validation Max", "text_validation_max"),
}
WITH_CHOICES = frozenset({"radio", "dropdown", "checkbox"})
OF_KIND = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
TICKED = {"1": "Checked", "0": "Unchecked"}
DONE = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
NUMBER = re.compile(r"integer|number.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What the dictionary says of one export column."""

    caption: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    range: tuple[float | None, float | None] | None = None
    validation: str = ""
    calculated: bool = False


def columns_of(path: Path) -> dict[str, Column]:
    """Every column that the fields of the dictionary can fill, by name."""
    rows = rows_of(path)
    names = {key: next((one for one in both if one in rows[0]), None) for key, both in NAMES.items()}
    if names["name"] is None or names["kind"] is None:
        raise not_a_dictionary(path, "a REDCap data dictionary", "no columns for the fields' names and types")
    found: dict[str, Column] = {}
    for row in rows:
        entry = {key: row[column] if column is not None else "" for key, column in names.items()}
        found |= _columns(entry)
        if entry["form"]:
            found[f"{entry['form']}_complete"] = Column(caption="Complete?", labels=DONE)
            found[f"{entry['form']}_timestamp"] = Column(caption="Survey Timestamp")
    return found


def _columns(entry: Mapping[str, str]) -> dict[str, Column]:
    name, kind, caption = entry["name"], entry["kind"], without_tags(entry["caption"])
    choices = _choices(entry["choices"]) if kind in WITH_CHOICES else OF_KIND.get(kind, {})
    if not name or kind == "descriptive":
        return {}
    if kind == "checkbox":
        return {
            f"{name}___{_suffix(code)}": Column(caption=f"{caption}: {label}", labels=TICKED)
            for code, label in choices.items()
        }
    return {
        name: Column(
            caption=caption,
            labels=choices,
            range=_range(entry),
            validation=entry["validation"],
            calculated=kind == "calc",
        )
    }


def _choices(text: str) -> dict[str, str]:
    """``1, Yes | 0, No`` as codes and labels."""
    pairs = [part.partition(",") for part in text.split("|") if part.strip()]
    return {code.strip(): without_tags(label) for code, comma, label in pairs if comma}


def _suffix(code: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", code.lower())


def _range(entry: Mapping[str, str]) -> tuple[float | None, float | None] | None:
    if entry["kind"] != "slider" and not NUMBER.fullmatch(entry["validation"]):
        return None
    bounds = (_number(entry["least"]), _number(entry["most"]))
    if entry["kind"] == "slider":
        return (0.0 if bounds[0] is None else bounds[0], 100.0 if bounds[1] is None else bounds[1])
    return None if bounds == (None, None) else bounds


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
