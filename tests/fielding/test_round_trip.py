"""Out and back: a questionnaire, answers in the platform's export format, and every value where it belongs.

With ``FIELD_ALL_CLAIMS=1`` each of the 115 claims goes out and back; in CI some of each kind do.
"""

from __future__ import annotations

import os
from itertools import cycle

import numpy as np
import pandas as pd
import pytest
from tests.fielding.answers import START, answers_to, write_exports

from couples_study import load_study
from couples_study.claims import claims
from couples_study.contracts.evidence import Evidence
from couples_study.core.columns import glossary
from couples_study.fielding.choose import questionnaire
from couples_study.pipeline import run_plan
from couples_study.pipeline.field import run_field

TOOLS = ("redcap", "formr", "qualtrics", "paper")
SHORT = ("C60", "C12", "C01", "C72", "C36", "C81", "C93", "C57")
EACH = tuple(claims()) if os.environ.get("FIELD_ALL_CLAIMS") else ("C01", "C12", "C81", "C36")


def fielded(claim_ids, tool, folder, *, couples=4, days=5, weeks=(0, 1, 2), language="en", labels=False):
    """The study as it came back, and what was answered."""
    run_field(claim_ids, (tool,), folder, language)
    asked = questionnaire(claim_ids, language)
    answers = answers_to(asked, couples, days, weeks)
    write_exports(asked, answers, tool, folder, labels=labels)
    return load_study(folder), asked, answers


def expected_in(answers, asked, table):
    """What was answered, as one frame per table, from all its forms and sheets."""
    keys = {
        "people": ["couple", "role"],
        "diary_days": ["couple", "role", "date"],
        "survey_waves": ["couple", "role", "week"],
    }
    frames = [answers.forms[form.name] for form in asked.forms if form.table == table]
    frames += [answers.sheets[sheet.name] for sheet in asked.sheets if sheet.table == table]
    merged = None
    for frame in frames:
        told = frame.drop(columns=["person"])
        merged = told if merged is None else merged.merge(told, on=keys[table], how="outer")
    return merged, keys[table]


def assert_same(study, answers, asked, table):
    """Every answer of the table stands in its place, and nothing else does."""
    expected, keys = expected_in(answers, asked, table)
    if expected is None:
        return 0
    got = study.table(table).rename(columns={"couple_id": "couple"})
    if "role" not in got:
        got = got.merge(study.table("people")[["person_id", "role"]], on="person_id")
    if "date" in keys:
        expected = expected.assign(day=(pd.to_datetime(expected["date"]) - pd.Timestamp(START)).dt.days)
        keys = [*keys[:-1], "day"]
    else:
        expected = expected.drop(columns=[name for name in ("date",) if name in expected])
    names = [name for name in expected if name in glossary() and name not in (*keys, "date", "week", "role")]
    assert not [name for name in names if name not in got], "columns that did not come back"
    got, expected = (one.dropna(how="all", subset=names) for one in (got, expected))  # nothing answered is no row
    got, expected = (one.sort_values(keys, kind="stable").reset_index(drop=True) for one in (got, expected))
    for key in keys:
        kind = "str" if key in ("couple", "role") else "int64"
        assert got[key].astype(kind).tolist() == expected[key].astype(kind).tolist(), key
    for name in names:
        if glossary()[name].is_numeric:
            assert np.array_equal(got[name].astype("float64"), expected[name].astype("float64"), equal_nan=True), name
        else:
            assert got[name].fillna("").astype(str).tolist() == expected[name].fillna("").astype(str).tolist(), name
    return int(expected[names].notna().sum().sum())


@pytest.mark.parametrize("tool", TOOLS)
def test_every_value_comes_back_to_its_place(tool, tmp_path):
    study, asked, answers = fielded(SHORT, tool, tmp_path / "study")
    assert study.ledger.rows_held == 0, [(s.file, s.held_by_reason) for s in study.ledger.sources]
    found = sum(assert_same(study, answers, asked, table) for table in ("people", "diary_days", "survey_waves"))
    assert found > 1000


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_labels_in_either_language_are_understood(tool, language, tmp_path):
    study, asked, answers = fielded(("C01", "C72", "C36"), tool, tmp_path / "study", language=language, labels=True)
    assert study.ledger.rows_held == 0, [(s.file, s.held_by_reason) for s in study.ledger.sources]
    assert_same(study, answers, asked, "people")


@pytest.mark.parametrize(("claim_id", "tool"), list(zip(EACH, cycle(TOOLS), strict=False)))
def test_what_comes_back_makes_the_claim_testable(claim_id, tool, tmp_path):
    claim = claims()[claim_id]
    asked = questionnaire((claim_id,))
    daily = any(form.table == "diary_days" for form in asked.forms)
    couples = max(66 if daily else 200, 70 * len(asked.arms))
    study, asked, answers = fielded(
        (claim_id,), tool, tmp_path / "study", couples=couples, days=14, weeks=tuple(range(27))
    )
    assert study.ledger.rows_held == 0
    for table in ("people", "diary_days", "survey_waves"):
        assert_same(study, answers, asked, table)
    assert not [one.missing for one in run_plan(str(tmp_path / "study")) if one.missing]
    found = study.test(claim_id)
    if claim.not_testable:
        assert found.reason == "beyond_such_data"
    elif claim.reading:
        assert isinstance(found, Evidence), (found.reason, found.detail)
