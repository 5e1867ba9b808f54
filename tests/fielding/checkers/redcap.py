"""REDCap's rules for a data dictionary and for the designer's tables, from its own help text on the upload.

Eighteen columns in order; names of fields in lower case, letters first, letters, digits and underscores, unique; the
record's own field first; a form's fields in one run; choices as ``code, label`` joined by bars; bounds only for
validated text; branching over known fields. Returns what is wrong, in words.
"""

from __future__ import annotations

import csv
import io
import re

COLUMNS = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
TYPES = {"text", "notes", "radio", "dropdown", "checkbox", "calc", "file", "yesno", "truefalse", "slider",
         "descriptive", "sql"}  # fmt: skip
VALIDATIONS = {"", "integer", "number", "number_1dp", "number_2dp", "number_3dp", "number_4dp", "number_comma_decimal",
               "date_ymd", "date_dmy", "date_mdy", "datetime_ymd", "datetime_dmy", "datetime_mdy",
               "datetime_seconds_ymd", "datetime_seconds_dmy", "datetime_seconds_mdy", "time", "time_hh_mm_ss",
               "time_mm_ss", "email", "phone", "zipcode", "alpha_only", "mrn_10d", "mrn_generic", "ssn", "vmrn",
               "postalcode_australia", "postalcode_canada", "postalcode_french", "postalcode_germany",
               "phone_australia", "number_1dp_comma_decimal", "number_2dp_comma_decimal", "number_3dp_comma_decimal",
               "number_4dp_comma_decimal", "signature", "autocomplete", "int", "float", "date"}  # fmt: skip
OWN = {"redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group",
       "redcap_survey_identifier"}  # fmt: skip
FIELD, FORM = re.compile(r"[a-z](?:[a-z0-9_]*[a-z0-9])?"), re.compile(r"[a-z][a-z0-9_]*")
CODE = re.compile(r"-?[A-Za-z0-9_.]+")
LONGEST = 100


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def faults_of_dictionary(content: bytes) -> list[str]:
    """What REDCap would refuse, or fields that it would make other than meant."""
    header, *rows = rows_of(content)
    if tuple(header) != COLUMNS:
        return ["the header is not REDCap's eighteen columns"]
    told = [dict(zip(COLUMNS, row, strict=False)) for row in rows if any(row)]
    names = [row[COLUMNS[0]] for row in told]
    found = [f"{name}: named twice" for name in sorted({name for name in names if names.count(name) > 1})]
    forms = [row["Form Name"] for row in told]
    runs = [form for place, form in enumerate(forms) if place == 0 or forms[place - 1] != form]
    found += [f"form {form}: not in one run" for form in sorted({form for form in runs if runs.count(form) > 1})]
    if told and told[0]["Field Type"] != "text":
        found.append("the first field, the record's own, is not a text field")
    found += [f"{name}: named like a column of REDCap's own" for name in names if name in OWN]
    found += [f"{name}: named like a form's state" for name in names if name in {f"{form}_complete" for form in forms}]
    return found + [fault for row in told for fault in _faults(row, set(names))]


def _faults(row: dict[str, str], names: set[str]) -> list[str]:
    name, kind = row[COLUMNS[0]], row["Field Type"]
    found = []
    if not FIELD.fullmatch(name) or len(name) > LONGEST or "__" in name:
        found.append(f"{name}: not a field name")
    if not FORM.fullmatch(row["Form Name"]):
        found.append(f"{name}: no form name")
    if kind not in TYPES:
        return [*found, f"{name}: no field type {kind!r}"]
    if not row["Field Label"].strip() and kind not in ("descriptive", "calc"):
        found.append(f"{name}: no label")
    return found + _choices(name, kind, row) + _validation(name, kind, row) + _branching(name, row, names)


def _choices(name: str, kind: str, row: dict[str, str]) -> list[str]:
    text = row["Choices, Calculations, OR Slider Labels"]
    if kind in ("radio", "dropdown", "checkbox"):
        pairs = [part.partition(",") for part in text.split("|")]
        codes = [code.strip() for code, _, _ in pairs]
        bad = not text or any(not comma or not CODE.fullmatch(code.strip()) for code, comma, _ in pairs)
        return [f"{name}: choices are not `code, label | ...`"] * bad + [f"{name}: a code twice"] * (
            len(set(codes)) < len(codes)
        )
    if kind == "slider":
        return [f"{name}: more than three slider labels"] * (text.count("|") > 2)
    if kind == "calc":
        return [f"{name}: nothing to calculate"] * (not text)
    return [f"{name}: choices where none belong"] * bool(text and kind not in ("sql", "yesno", "truefalse"))


def _validation(name: str, kind: str, row: dict[str, str]) -> list[str]:
    check, low, high = (row[column] for column in COLUMNS[7:10])
    if kind == "slider":
        return [f"{name}: a slider shows its number or not"] * (check not in ("", "number"))
    if kind != "text":
        return [f"{name}: bounds or validation on a {kind}"] * bool((low or high) and kind != "calc")
    found = [f"{name}: unknown validation {check!r}"] * (check not in VALIDATIONS)
    if (low or high) and not check:
        found.append(f"{name}: bounds without a validation")
    if check in ("integer", "number") and low and high and float(low) > float(high):
        found.append(f"{name}: its least is above its most")
    if check == "integer" and any(bound and not re.fullmatch(r"-?\d+", bound) for bound in (low, high)):
        found.append(f"{name}: bounds of an integer are whole")
    return found


def _branching(name: str, row: dict[str, str], names: set[str]) -> list[str]:
    logic = row["Branching Logic (Show field only if...)"]
    fields = [field.partition("(")[0] for field in re.findall(r"\[([^\[\]]+)\]", logic)]
    found = [
        f"{name}: branches on {field}, which is not there"
        for field in fields
        if field not in names and not field.endswith("_arm_1")
    ]
    if logic.count("[") != logic.count("]") or logic.count("(") != logic.count(")") or logic.count("'") % 2:
        found.append(f"{name}: brackets or quotes of its branching are not closed")
    if row["Required Field?"] not in ("", "y") or row["Identifier?"] not in ("", "y"):
        found.append(f"{name}: required and identifier are y or blank")
    if row["Custom Alignment"] not in ("", "LH", "LV", "RH", "RV"):
        found.append(f"{name}: no such alignment")
    return found


def faults_of_events(dictionary: bytes, events: bytes, mapping: bytes, repeating: bytes) -> list[str]:
    """Events, forms by event and repeating forms hang together."""
    forms = {row[1] for row in rows_of(dictionary)[1:]}
    head, *told = rows_of(events)
    if head != ["event_name", "arm_num", "day_offset", "offset_min", "offset_max", "unique_event_name"]:
        return ["the header of the events is not REDCap's"]
    unique = {row[5] for row in told}
    found = [f"{row[5]}: not the unique name of {row[0]}" for row in told if row[5] != f"{row[0].lower()}_arm_{row[1]}"]
    pairs = {(row[1], row[2]) for row in rows_of(mapping)[1:]}
    found += [
        f"{event}, {form}: no such event or form"
        for event, form in sorted(pairs)
        if event not in unique or form not in forms
    ]
    found += [f"{form}: in no event" for form in sorted(forms - {form for _, form in pairs})]
    return found + [
        f"{row[1]}: repeats where it does not stand" for row in rows_of(repeating)[1:] if (row[0], row[1]) not in pairs
    ]
