"""truth.json says what is true in the units of the verdicts, and where every oddity of the demo's exports is."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from tests.shared_data import REPOSITORY

from couples_study.planning.estimands import estimands
from couples_study.planning.scenarios import scenarios

DEMO = REPOSITORY / "data" / "raw" / "demo"
NOTHING = 0.02  # Monte Carlo error of about .004, and rounding to two decimals


@pytest.fixture(scope="module")
def truth():
    return json.loads((DEMO / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def diary():
    return pd.read_csv(DEMO / "diary.csv", dtype="str", keep_default_na=False)


def rows_of(truth, diary, kind):
    return diary.iloc[[one["row"] - 1 for one in truth["faults"] if one["kind"] == kind and one["file"] == "diary.csv"]]


def test_every_fault_is_on_the_row_that_is_named(truth, diary):
    assert set(rows_of(truth, diary, "out_of_range_count")["touch_rec"]) == {"60"}
    assert set(rows_of(truth, diary, "unknown_label")["conflict"]) == {"maybe"}
    assert set(rows_of(truth, diary, "not_a_number")["hours_together"]) == {"about five"}
    for code in ("-99", "-88"):
        assert set(rows_of(truth, diary, f"missing_code_{code}")["stress"]) == {code}
    assert set(pd.to_datetime(rows_of(truth, diary, "late_entry")["submitted_at"]).dt.hour) <= set(range(4, 16))


def test_no_fault_of_the_exports_is_left_out(truth, diary):
    hours = pd.to_datetime(diary["submitted_at"]).dt.hour
    assert len(rows_of(truth, diary, "late_entry")) == hours.between(4, 15).sum()
    assert len(rows_of(truth, diary, "missing_code_-99")) == diary.eq("-99").any(axis=1).sum()
    assert len(rows_of(truth, diary, "missing_code_-88")) == diary.eq("-88").any(axis=1).sum()
    assert truth["after_midnight"]["rows"] == [int(row) + 1 for row in hours.index[hours < 4]]


def test_who_is_alone_is_named(truth, diary):
    baseline = pd.read_csv(DEMO / "baseline.csv", dtype="str")
    (alone,) = [one for one in truth["faults"] if one["kind"] == "one_partner_only"]
    couple = baseline["dyad"].iloc[alone["row"] - 1]
    assert diary.loc[diary["dyad"].eq(couple), "pid"].nunique() == 1
    assert diary.groupby("dyad")["pid"].nunique().eq(1).sum() == 1


def test_the_demo_says_what_its_claims_should_find(truth):
    assert truth["estimands"] == dict(estimands(scenarios()["demo"]))
    assert truth["estimands"]["touch_to_close_next_day"] == pytest.approx(0.08, abs=0.03)


@pytest.mark.parametrize(
    ("world", "name", "sign"),
    [
        ("null", "touch_close_same_day", 0), ("null", "touch_to_close_next_day", 0), ("null", "close_to_touch_next_day", 0),
        ("phys_first", "touch_to_close_next_day", 1), ("phys_first", "close_to_touch_next_day", 0),
        ("emo_first", "touch_to_close_next_day", 0), ("emo_first", "close_to_touch_next_day", 1),
        ("cycle_true", "touch_to_close_next_day", 1), ("cycle_true", "close_to_touch_next_day", 1),
        ("reverse_only", "touch_to_close_next_day", 0), ("common_mood", "touch_close_same_day", 0),
        ("touch_log", "touch_close_same_day", 1), ("touch_log", "touch_to_close_next_day", -1),
    ],
)  # fmt: skip
def test_a_world_holds_what_its_name_says(world, name, sign):
    value = estimands(scenarios()[world])[name]
    assert (value > NOTHING) - (value < -NOTHING) == sign
