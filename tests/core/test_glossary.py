"""The glossary: every variable of the design is there, complete, and every column that comes out is in it."""

from __future__ import annotations

import pytest

import couples_study as cs
from couples_study.core.columns import HOMES, KINDS, column_from, glossary
from couples_study.core.errors import EntryError
from couples_study.instruments import instruments

VARIABLES = [
    "couple_id",
    "person_id",
    "role",
    "wave",
    "week",
    "day",
    "weekday",
    "season_flag",
    "touch_given_n",
    "touch_received_n",
    "touch_types",
    "touch_pos",
    "touch_intent",
    "hug_s",
    "sex_today",
    "sex_desire",
    "sex_wanted",
    "sex_pressure",
    "phys_willing",
    "phys_satisf",
    "comfort",
    "together_hours",
    "close_1",
    "close_2",
    "safe_1",
    "safe_2",
    "resp_1",
    "resp_2",
    "disclose",
    "listened",
    "judged",
    "fixed_unasked",
    "validated",
    "agree",
    "felt_heard",
    "apprec_given",
    "apprec_received",
    "conv_minutes",
    "conv_devicefree_minutes",
    "conv_logistics_share",
    "conv_depth",
    "openness",
    "goal_talk",
    "talk_setting",
    "talk_opening",
    "act_ask_day",
    "act_vuln",
    "act_comfort",
    "act_remember",
    "act_appreciate",
    "small_acts_n",
    "grand_gesture",
    "ritual_n",
    "quality_time_min",
    "shared_interest_min",
    "novel_activity",
    "eye_contact",
    "stress_day",
    "fatigue",
    "chores_minutes",
    "busy_hours",
    "touched_out",
    "sex_task",
    "privacy_min",
    "life_event",
    "pss4",
    "pss10",
    "phq2",
    "gad2",
    "conflict_today",
    "conflict_resolved",
    "repair_acts",
    "repair_latency_h",
    "irritation",
    "resentment_1",
    "resentment_2",
    "resentment_3",
    "lonely_day",
    "roommate_feel",
    "unwanted",
    "avoid_topic",
    "avoid_topics",
    "breach_event",
    "rejected",
    "initiated_n",
    "arm",
    "module_active",
    "dose_target",
    "credibility",
    "adherence",
    "csi4",
    "csi16",
    "isq",
    "phys",
    "separation_date",
]
PRACTICES = ("touch", "hug", "checkin", "gratitude", "device_free", "gaze", "ritual")
VARIABLES += [f"{which}_{name}" for which in ("prompt", "done", "minutes") for name in PRACTICES]
VARIABLES += [f"prompt_{name}_prob" for name in PRACTICES]
VARIABLES += ["close", "safe", "resp", "resentment", "emotional", "csi4_1", "csi4_2", "csi4_3", "csi4_4"]
VARIABLES += ["kids", "avoid_hard_talk", "intimacy", "intimacy_1", "intimacy_2", "intimacy_3", "start_date"]
VARIABLES += ["age", "gender", "years_together", "married", "education", "religiosity", "extraversion"]
VARIABLES += ["attachment_anxiety", "attachment_avoidance", "children_n", "touch_vital", "sleep_quality"]
RESULTS = (
    "term", "estimate", "std_error", "df", "statistic", "p_value", "p_adjusted", "conf_low", "conf_high", "conf_level",
)  # fmt: skip


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_of_the_design_is_there(name):
    column = glossary()[name]
    assert column.label
    assert column.meaning.endswith(".")
    assert column.unit
    assert column.kind in KINDS
    assert column.table in HOMES


def test_every_column_of_a_results_table_is_there():
    assert {name: glossary()[name].table for name in RESULTS} == dict.fromkeys(RESULTS, "results")


def test_ranges_are_ranges_and_sliders_run_to_a_hundred():
    for column in glossary().values():
        if column.low is not None:
            assert column.low < column.high, column.name
    for name in ("close_1", "close_2", "safe_1", "safe_2", "resp_1", "resp_2", "touch_intent"):
        assert (glossary()[name].low, glossary()[name].high) == (0, 100)
    assert (glossary()["touch_received_n"].low, glossary()["touch_received_n"].high) == (0, 25)


def test_every_column_of_every_frame_and_result_is_in_it():
    study = cs.load_study("demo")
    for name, frame in study.frames.named().items():
        assert not set(frame.columns) - set(study.checked.glossary), name
    assert not set(study.test("H1").tidy().columns) - set(glossary())


def test_instruments_score_glossary_columns_and_show_no_item_text():
    for instrument in instruments().values():
        assert instrument.result in glossary()
        assert 1 <= instrument.min_answered <= len(instrument.items)
    assert {"csi4", "close", "safe", "resp", "resentment", "intimacy"} <= set(instruments())


def test_a_row_that_is_not_of_the_form_is_refused():
    row = {"label": "x", "meaning": "x.", "unit": "x", "kind": "number", "table": "people"}
    with pytest.raises(EntryError, match="unknown: rnage"):
        column_from("x", "test", {**row, "rnage": [0, 1]})
    with pytest.raises(EntryError):
        column_from("x", "test", {**row, "kind": "slider"})
    with pytest.raises(EntryError, match="stands there already"):
        glossary().extended({"close": column_from("close", "test", row)})
