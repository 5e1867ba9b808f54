"""Simulated answers to a questionnaire, written as each platform's export would hold them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.core.columns import glossary
from couples_study.fielding.questionnaire import Entry, Form, Questionnaire
from couples_study.fielding.study_text import SHEET_KEYS, header_of
from couples_study.fielding.tools import redcap

START = date(2026, 3, 2)
KEYS = {"people": ["couple", "person"], "diary_days": ["couple", "person", "date"], "survey_waves": ["couple", "person", "week"],
        "couples": ["couple"], "events": ["couple", "person", "date"]}  # fmt: skip
LEFT_OUT, SKIPPED = 0.03, 0.1  # of answers in a form, and of forms as a whole
CODES = {"presenting_concern": ("physical", "emotional"), "physical_at_start": ("none", "some")}


@dataclass(frozen=True)
class Answers:
    """What was answered: a frame per form and per team sheet, in the glossary's values, keys first."""

    forms: dict[str, pd.DataFrame]
    sheets: dict[str, pd.DataFrame]


def answers_to(asked: Questionnaire, couples: int, days: int, weeks: tuple[int, ...], seed: int = 1) -> Answers:
    """Everybody's answers, drawn evenly over what may be answered; some are left out."""
    rng = np.random.default_rng(seed)
    places = {table: _places(table, couples, days, weeks) for table in KEYS}
    forms = {form.name: _answered(form, places[form.table], rng) for form in asked.forms}
    sheets = {}
    for sheet in asked.sheets:
        frame = places[sheet.table].copy()
        for column in sheet.columns:
            frame[column.name] = _told(column.name, frame, rng, asked.arms)
        sheets[sheet.name] = frame
    return Answers(forms=forms, sheets=sheets)


def _places(table: str, couples: int, days: int, weeks: tuple[int, ...]) -> pd.DataFrame:
    people = pd.DataFrame(
        [(f"c{c:03d}", f"p{c:03d}{role}", role) for c in range(couples) for role in "AB"],
        columns=["couple", "person", "role"],
    )
    if table == "couples":
        return people[["couple"]].drop_duplicates(ignore_index=True)
    if table in ("diary_days", "events"):
        evenings = pd.DataFrame({"date": [(START + timedelta(days=d)).isoformat() for d in range(days)]})
        return people.merge(evenings if table == "diary_days" else evenings.head(1), how="cross")
    if table == "survey_waves":
        return people.merge(pd.DataFrame({"week": weeks}), how="cross")
    return people


def _answered(form: Form, places: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    frame = places.copy()
    columns = {entry.name: _drawn(entry, _ranks(frame, rng), rng) for entry in form.entries}
    for entry in form.entries:
        if entry.only_if:
            columns[entry.name] = np.where(columns[entry.only_if] == 1.0, columns[entry.name], np.nan)
    answers = pd.DataFrame(columns, index=frame.index)
    skipped = rng.random(len(frame)) < SKIPPED * (form.name != "baseline")
    return pd.concat([frame, answers[~skipped].reindex(frame.index)], axis=1)


def _ranks(frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Numbers between 0 and 1, more alike within a person than between, and rising over the weeks of a survey."""
    person = pd.factorize(frame["person"])[0]
    steady = rng.standard_normal(person.max() + 1)[person]
    level = np.sqrt(0.5) * (steady + rng.standard_normal(len(frame)))
    rise = 0.1 * np.maximum(frame["week"].to_numpy() - 1, 0) if "week" in frame else 0.0
    return stats.norm.cdf(level + rise).clip(0.0, 1 - 1e-9)


def _drawn(entry: Entry, ranks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Answers as they are to be stored: numbers, or codes where an answer stands for no number."""
    out = rng.random(len(ranks)) < LEFT_OUT
    if entry.points:
        stored = [entry.stored(code) for code, _ in entry.points]
        told = any(isinstance(one, str) for one in stored)
        values = np.array(stored, dtype=object if told else np.float64)[(ranks * len(stored)).astype(int)]
        return np.where(out, None, values) if told else np.where(out, np.nan, values)
    low, high = int(entry.low), int(min(entry.high, entry.low + 200))
    return np.where(out, np.nan, np.floor(low + ranks * (high + 1 - low)))


def _told(name: str, frame: pd.DataFrame, rng: np.random.Generator, arms: tuple[str, ...]) -> np.ndarray:
    column = glossary()[name]
    rows = len(frame)
    if name == "arm":
        return np.array(arms)[np.arange(rows) % len(arms)]
    if column.kind == "date":
        return np.full(rows, START.isoformat())
    if name.endswith("_prob"):
        return np.full(rows, 0.5)
    if column.kind == "flag":
        return rng.integers(0, 2, rows).astype(float)
    if column.kind in ("code", "text"):
        codes = CODES.get(name, column.labels or ("some",))
        return np.array(codes)[rng.integers(0, len(codes), rows)]
    if name == "dose_target":
        weeks = pd.Series(frame["couple"] + frame["date"].str[-2:].astype(int).floordiv(7).astype(str))
        drawn = {
            one: float(value)
            for one, value in zip(weeks.unique(), rng.choice([2, 4, 6, 8, 10], weeks.nunique()), strict=True)
        }
        return weeks.map(drawn).to_numpy()
    low, high = column.low or 0.0, column.high if column.high is not None else 30.0
    return np.round(rng.uniform(low, high, rows)) if high - low > 2 else np.round(rng.uniform(low, high, rows), 2)


def write_exports(asked: Questionnaire, answers: Answers, tool: str, folder: Path, *, labels: bool = False) -> None:
    """Put the platform's exports and the filled-in team sheets into ``folder``/exports."""
    out = folder / "exports"
    out.mkdir()
    for sheet in asked.sheets:
        frame = answers.sheets[sheet.name]
        assert set(SHEET_KEYS[sheet.table]) <= set(frame.columns)
        frame[list(header_of(sheet))].to_csv(out / f"{sheet.name}.csv", index=False, lineterminator="\n")
    {"redcap": _redcap, "formr": _formr, "qualtrics": _qualtrics, "paper": _paper}[tool](asked, answers, out, labels)


def _cell(entry: Entry, value: object, labels: bool) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    codes = {entry.stored(code): code for code, _ in entry.points}
    code = codes[value] if codes else f"{value:g}"
    return dict(entry.points).get(code, code) if labels else code


def _cells(form: Form, frame: pd.DataFrame, labels: bool) -> dict[str, list[str]]:
    return {entry.name: [_cell(entry, value, labels) for value in frame[entry.name]] for entry in form.entries}


def _redcap(asked: Questionnaire, answers: Answers, out: Path, labels: bool) -> None:
    rows = redcap.rows(asked)
    names = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
    for form in asked.forms:
        own = [r[redcap.NAME] for r in rows if r[redcap.FORM] == form.name and r[redcap.TYPE] != "descriptive"]
        names += [name for name in own if name != "record_id"] + [f"{form.name}_complete"]
    records = []
    for form in asked.forms:
        frame = answers.forms[form.name]
        cells = _cells(form, frame, labels)
        repeats = frame.groupby("person").cumcount() + 1
        for place, (row, number) in enumerate(zip(frame.to_dict("records"), repeats, strict=True)):
            record = {"record_id": row["person"], "redcap_event_name": redcap.unique(redcap.EVENT_OF[form.name]),
                      f"{form.name}_complete": "2"}  # fmt: skip
            if form.name == "baseline":
                record |= {"consented": "1", "couple_code": row["couple"], "partner_role": row["role"]}
            else:
                record |= {"redcap_repeat_instrument": form.name, "redcap_repeat_instance": str(number)}
                record[redcap.WHEN[form.name]] = str(row["week"] if form.name == "weekly" else row["date"])
            records.append(record | {name: values[place] for name, values in cells.items()})
    order = {form.name: place for place, form in enumerate(asked.forms)}
    records.sort(key=lambda one: (one["record_id"], order.get(one.get("redcap_repeat_instrument", ""), 0)))
    with (out / "redcap_all.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def _entered(form: Form, row: dict[str, object]) -> str:
    if form.name == "weekly":
        return f"{START + timedelta(weeks=int(row['week']))} 18:00:00"
    if form.name == "baseline":
        return f"{START - timedelta(days=3)} 18:00:00"
    if form.name == "morning":
        return f"{row['date']} 07:10:00"
    late = date.fromisoformat(str(row["date"])) + timedelta(days=1)  # after midnight, still the evening before
    return f"{late} 00:20:00" if str(row["person"]).endswith("B") else f"{row['date']} 21:30:00"


def _formr(asked: Questionnaire, answers: Answers, out: Path, labels: bool) -> None:
    for form in asked.forms:
        frame = answers.forms[form.name]
        cells = _cells(form, frame, labels)
        records = []
        for place, row in enumerate(frame.to_dict("records")):
            when = _entered(form, row)
            record = {"session": row["person"], "created": when, "modified": when, "ended": when}
            if form.name == "baseline":
                record |= {"consented": "1", "couple_code": row["couple"], "partner_role": row["role"]}
            if form.name == "weekly":
                record["survey_week"] = str(row["week"])
            records.append(record | {name: values[place] for name, values in cells.items()})
        if form.name == "baseline":
            told = [{key: _as_json(value) for key, value in record.items()} for record in records]
            (out / "baseline.json").write_text(json.dumps(told, indent=4, ensure_ascii=False), "utf-8")
        else:
            pd.DataFrame(records).to_csv(out / f"{form.name}.csv", index=False, lineterminator="\n")


def _as_json(cell: str) -> object:
    try:
        return int(cell) if cell else None
    except ValueError:
        return cell


def _qualtrics(asked: Questionnaire, answers: Answers, out: Path, labels: bool) -> None:
    told = asked.sentence
    for form in asked.forms:
        frame = answers.forms[form.name]
        cells = _cells(form, frame, labels)
        questions = {"person_code": told("person")}
        if form.name == "baseline":
            questions |= {"couple_code": told("couple"), "partner_role": told("role"), "consented": told("choose")}
        if form.name == "weekly":
            questions["survey_week"] = told("week")
        questions |= {entry.name: entry.words for entry in form.entries}
        own = ["StartDate", "EndDate", "Status", "Progress", "Finished", "RecordedDate", "ResponseId"]
        rows = [[*own, *questions], [*own, *questions.values()]]
        ids = [
            *(name[0].lower() + name[1:] for name in own),
            *(f"QID{place}" for place in range(1, len(questions) + 1)),
        ]
        rows.append([json.dumps({"ImportId": one}) for one in ids])
        for place, row in enumerate(frame.to_dict("records")):
            when = _entered(form, row)
            line = [when, when, "0", "100", "1", when, f"R_{form.name}{place:05d}", row["person"]]
            if form.name == "baseline":
                line += [row["couple"], {"A": "1", "B": "2"}[row["role"]], "1"]
            if form.name == "weekly":
                line.append(str(row["week"]))
            rows.append(line + [_as_number(entry, cells[entry.name][place]) for entry in form.entries])
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        (out / f"{form.name}.csv").write_bytes(text.getvalue().encode("utf-8"))


def _as_number(entry: Entry, cell: str) -> str:
    """Qualtrics stores numbers: an answer whose code is a word is stored by its place in the list."""
    codes = [code for code, _ in entry.points]
    return str(codes.index(cell) + 1) if cell in codes and not all(one.isdigit() for one in codes) else cell


def _paper(asked: Questionnaire, answers: Answers, out: Path, labels: bool) -> None:
    for form in asked.forms:
        frame = answers.forms[form.name]
        keys = {"baseline": ["couple", "person", "role"], "weekly": ["person", "week"]}.get(
            form.name, ["person", "date"]
        )
        typed = frame[keys].assign(**_cells(form, frame, labels))
        typed.to_csv(out / f"type_{form.name}.csv", index=False, lineterminator="\n")
