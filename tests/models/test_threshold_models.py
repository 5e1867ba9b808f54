"""Any hypothesis may ask for a threshold: a study file of one's own, through all steps, for each kind of reading."""

import numpy as np
import pandas as pd
import pytest
from tests.small_studies import DYADS, write_study

from couples_study import load_study
from couples_study.core.errors import StudyFileError
from couples_study.planning.design_worlds import assigned_touch, half_year_of_touch
from couples_study.planning.touch_worlds import diary_of_touch

HEAD = """
[study]
id = "own"
title = "A study of small acts"
time_zone = "Europe/Vienna"
claims = []
scheduled_days = 35

[measures.contented]
label = "Contentment today"
range = [1, 7]

[measures.pleased]
label = "How pleased with us, this week"
range = [-9, 9]
"""
SOURCES = """
[[source]]
reader = "csv"
files = "people.csv"
table = "people"
keys = { couple = "dyad", person = "pid" }

[[source]]
reader = "csv"
files = "diary.csv"
table = "diary_days"
keys = { couple = "dyad", person = "pid", day = "day" }
columns = { contented = "content", small_acts_n = "acts", dose_target = "told" }
"""
WEEKLY = """
[[source]]
reader = "csv"
files = "weekly.csv"
table = "survey_waves"
keys = { couple = "dyad", person = "pid", week = "week" }
columns = { pleased = "pleased" }
"""
ASKED = """
[[hypothesis]]
id = "T1"
statement = "Six small acts a day are enough, and fewer are not."
model = "{model}"
outcome = "{outcome}"
exposure = "{exposure}"
stated = 6.0
{more}
rule = "R8"
smallest_effect = {{ value = {value}, unit = "{unit}", why = "set beforehand" }}
"""
FLAT = "tolerance = { slope_low = -0.05, slope_high = 0.035 }"
POINTS = {"value": 0.30, "unit": "points (1-7)"}


def files_of(frame: pd.DataFrame, told: pd.Series | None = None) -> dict[str, str]:
    diary = pd.DataFrame({
        "dyad": frame["couple_id"], "pid": frame["person_id"], "day": frame["day"], "content": frame["outcome"],
        "acts": frame["exposure"].astype(int), "told": 6 if told is None else told.astype(int),
    })  # fmt: skip
    people = frame[["couple_id", "person_id"]].drop_duplicates()
    sexes = pd.DataFrame({
        "dyad": people["couple_id"], "pid": people["person_id"], "sex": np.where(people["person_id"] % 2, "m", "f")
    })  # fmt: skip
    return {"people.csv": sexes.to_csv(index=False), "diary.csv": diary.to_csv(index=False)}


def study_of(folder, files, sources=SOURCES, **asked):
    filled = ASKED.format(**{"more": FLAT, "outcome": "contented", "exposure": "small_acts_n", **POINTS, **asked})
    return load_study(write_study(folder, HEAD + DYADS + sources + filled, files))


def test_a_jump_at_six_acts_is_found_in_the_unit_of_the_outcome(tmp_path) -> None:
    study = study_of(tmp_path, files_of(diary_of_touch("step_6", couples=100, seed=3)), model="threshold")
    verdict = study.verdict("T1")
    assert verdict.verdict == "supported"
    assert verdict.unit == "points (1-7)"
    assert {reading.id: reading.verdict for reading in verdict.readings} == {"T1_6a": "supported", "T1_6b": "supported"}
    assert "between 5 and 6" in verdict.readings[0].sentence


def test_the_same_question_between_couples(tmp_path) -> None:
    study = study_of(tmp_path, files_of(diary_of_touch("null", couples=160, seed=3)), model="threshold_between")
    evidence = study.test("T1")
    assert evidence.model == "threshold_between"
    assert evidence.counts.couples == 160
    assert any("share of days" in row.label for row in evidence.sensitivity)
    assert study.verdict("T1").strength == "associational"


def test_an_assigned_number_is_randomised_where_the_study_says_so(tmp_path) -> None:
    frame = assigned_touch("step_6", couples=150, seed=3)
    files = files_of(frame.assign(exposure=frame["partner_exposure"]), told=frame["exposure"])
    sources = SOURCES.replace('table = "diary_days"', 'table = "diary_days"\ndesign = "randomised"\narm = "told"')
    asked = {"model": "threshold_dose", "exposure": "dose_target", "more": FLAT + '\nrealised = "small_acts_n"'}
    study = study_of(tmp_path, files, sources, **asked)
    verdict = study.verdict("T1")
    assert verdict.strength == "randomised"
    assert verdict.verdict_causal == verdict.verdict == "supported"
    assert any("instrumented" in row.label for row in study.test("T1").sensitivity)


def test_a_loss_that_does_not_happen_below_six_contradicts_a_need(tmp_path) -> None:
    weeks = half_year_of_touch("null", couples=200, seed=3)
    people = weeks[["couple_id", "person_id", "exposure"]].drop_duplicates("person_id")
    days = people.loc[people.index.repeat(14)].assign(outcome=4)
    days["day"] = np.tile(np.arange(14), len(people))
    days["exposure"] = np.random.default_rng(1).poisson(days["exposure"]).clip(0, 25)
    weekly = pd.DataFrame({
        "dyad": weeks["couple_id"], "pid": weeks["person_id"], "week": (weeks["time"] / 7).astype(int),
        "pleased": weeks["outcome"].round(3),
    })  # fmt: skip
    files = {**files_of(days), "weekly.csv": weekly.to_csv(index=False)}
    asked = {
        "model": "threshold_necessity",
        "outcome": "pleased",
        "more": "",
        "value": 0.25,
        "unit": "SD per half year",
    }
    verdict = study_of(tmp_path, files, SOURCES + WEEKLY, **asked).verdict("T1")
    assert (verdict.verdict, verdict.reason) == ("contradicted", "maintained_below")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"model": "threshold", "more": ""}, "tolerance.slope_low"),
        ({"model": "threshold", "more": FLAT.replace("}", "}\nlag = 1")}, "lag"),
        ({"model": "threshold_necessity", "more": ""}, "points"),
        ({"model": "threshold_dose", "more": FLAT.replace("}", '}\npartner_exposure = "x"')}, "partner_exposure"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(tmp_path, asked, found) -> None:
    study = study_of(tmp_path, files_of(diary_of_touch("null", couples=60, days=7, seed=3)), **asked)
    with pytest.raises(StudyFileError, match=found):
        study.verdict("T1")
