"""Scores from items, units of effects, and the frames that analyses get."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tests.small_studies import DIARY, DIARY_CSV, DYADS, HEAD, PEOPLE, PEOPLE_CSV, write_study

from couples_study import load_study
from couples_study.core.errors import StudyFileError
from couples_study.measures import Scale, scored
from couples_study.measures.frames import frames_of
from couples_study.measures.units import factor, sides_of


@pytest.fixture
def items():
    return pd.DataFrame(
        {"i1": [1.0, 2.0, np.nan, np.nan], "i2": [3.0, np.nan, np.nan, 4.0], "i3": [5.0, 4.0, 1.0, np.nan]}
    )


def score(items, **words):
    return scored(items, [Scale(result="s", items=("i1", "i2", "i3"), **words)])["s"].tolist()


def test_a_mean_is_the_mean_of_what_was_answered(items):
    assert score(items, min_answered=2)[:2] == [3, 3]
    assert np.isnan(score(items, min_answered=2)[2:]).all()
    assert score(items, min_answered=1) == [3, 3, 1, 4]


def test_a_sum_is_prorated(items):
    assert score(items, score="sum", min_answered=2)[:2] == [9, 9]


def test_reversed_items_are_turned_round_in_their_range(items):
    assert score(items, reversed=("i3",), low=1, high=7, min_answered=2)[:2] == [(1 + 3 + 3) / 3, (2 + 4) / 2]
    with pytest.raises(ValueError, match="low and high"):
        score(items, reversed=("i3",))


def test_a_score_that_was_delivered_is_not_made_again(items):
    assert scored(items.assign(s=9.0), [Scale(result="s", items=("i1",))])["s"].eq(9).all()
    assert "s" not in scored(items, [Scale(result="s", items=("i1", "elsewhere"))])


@pytest.mark.parametrize(
    ("unit", "sides"),
    [
        ("points per point", (None, None)),
        ("within SD per touch", ("within SD", None)),
        ("within SD per within SD", ("within SD", "within SD")),
        ("SD per between SD", ("SD", "between SD")),
    ],
)
def test_units_say_what_they_scale_by(unit, sides):
    assert sides_of(unit, "here") == sides
    scaled = factor(unit, lambda _: 4.0, lambda _: 2.0, "here")
    assert scaled == (2.0 if sides[1] else 1.0) / (4.0 if sides[0] else 1.0)


@pytest.mark.parametrize(
    "unit", ["points", "SDs per point", "pooled SD per point", "points per standard deviation", "SD", ""]
)
def test_units_nobody_could_scale_by_are_refused(unit):
    with pytest.raises(StudyFileError):
        sides_of(unit, "here")


@pytest.fixture
def frames(tmp_path):
    measures = '[measures.mood]\nlabel = "Mood"\nitems = ["m1", "m2"]\nrange = [0, 10]\nreversed = ["m2"]\n'
    waves = '[[source]]\nreader = "csv"\nfiles = "w.csv"\ntable = "survey_waves"\nkeys = { couple = "dyad", person = "pid", wave = "t" }\n'
    files = {
        "people.csv": PEOPLE_CSV,
        "diary.csv": "\n".join(
            f"{row},{m}"
            for row, m in zip(DIARY_CSV.splitlines(), ["m1,m2", "1,9", "2,8", "3,", "4,4", "5,5", ","], strict=True)
        ),
        "w.csv": "dyad,pid,t,phys\n1,a,0,11\n1,a,1,12\n2,c,1,13\n",
    }
    head = HEAD + "start_date = 2026-03-06\n"
    return load_study(write_study(tmp_path / "s", head + DYADS + PEOPLE + DIARY + waves + measures, files)).frames


def test_days_carry_scores_the_calendar_and_what_belongs_to_the_person(frames):
    days = frames.person_days
    assert days["mood"].fillna(-1).tolist() == [
        1,
        -1,
        2,
        5,
        5,
        -1,
    ]  # both items are needed unless min_answered says less
    assert days["weekend"].tolist() == [0, 1, 0, 1, 0, 0]  # the 6th of March 2026 is a Friday
    assert days["age"].tolist() == [30, 30, 31, 31, 40, 41]
    assert days["time"].tolist() == days["day"].tolist()


def test_people_carry_baseline_and_their_diary_mean(frames):
    people = frames.people.set_index("person_id")
    assert people["phys"].fillna(-1).tolist() == [11, -1, -1, -1]  # the later waves are not baseline
    assert people["stress_day"].tolist() == [20, 30, 50, 60]
    assert people.loc["1/b", "mood"] == pytest.approx(3.5)


def test_a_column_is_looked_for_where_it_varies(frames):
    assert frames.panel_with("stress_day") is frames.person_days
    assert frames.panel_with("phys") is frames.person_waves
    assert frames.panel_with("age") is None
    assert frames.has("age")
    assert not frames.has("resentment")


def test_a_study_of_which_everything_was_held_has_empty_frames():
    def words():
        return pd.Series(pd.array(pa.chunked_array([], type=pa.large_string()), dtype="str"))

    ids = {"couple_id": words(), "person_id": words(), "role": words()}
    diary = pd.DataFrame({**ids, "day": pd.Series(dtype="int64"), "close_1": pd.Series(dtype="float64")})
    waves = pd.DataFrame({**ids, "wave": pd.Series(dtype="int64"), "csi4_1": pd.Series(dtype="float64")})
    couples = pd.DataFrame({"couple_id": words()})
    tables = {"people": pd.DataFrame(ids), "couples": couples, "diary_days": diary, "survey_waves": waves}
    frames = frames_of(tables, ())
    assert all(len(frame) == 0 for frame in frames.named().values())
    assert {"close_1", "csi4_1"} <= set(frames.people)
