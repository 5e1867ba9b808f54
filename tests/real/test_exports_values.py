"""Exact values in the tables that come of the third-party exports, each as it stands in the file."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.real.support_exports import copied, row, study, taken
from tests.shared_data import needs_shared
from tests.small_studies import write_study

from couples_study import load_study
from couples_study.core.errors import StudyFileError

pytestmark = needs_shared


def people(name, person):
    return row(taken(name).tables["people"], person_id=person)


def test_previews_and_unfinished_responses_of_qualtrics_are_not_among_the_people():
    table = taken("qualtrics_excluder").tables["people"]
    assert "R_xLWiuPaNuURSFXY" not in set(table["person_id"])  # a preview
    assert table["progress"].eq(100).all()
    assert table["language"].value_counts().to_dict() == {"English": 92}
    assert people("qualtrics_excluder", "R_fbYBeNscosfzN9L")["seconds"] == 651


def test_leftover_header_rows_of_qualtrics_are_no_people(tmp_path):
    toml = copied("qualtrics_excluder").replace('reader = "qualtrics"', 'reader = "qualtrics"\nheader_rows = 1')
    intake = load_study(write_study(tmp_path, toml, {})).intake
    assert intake.tables["people"].equals(study("qualtrics_excluder").table("people"))
    entry = intake.ledger.sources[0]
    assert entry.export_rows_read == 100
    assert any("header rows" in note and "dropped: 2" in note for note in entry.notes)


def test_questions_with_several_answers_and_batteries_of_qualtrics():
    found = people("qualtrics_many_types", "R_e8z6glNpLL4PkcR")
    assert (found["fruit"], found["box_1"], found["box_3"]) == ("second", 1, 1)
    assert "box_2" not in found  # a box that was not ticked is blank in Qualtrics
    scored = study("qualtrics_many_types").frame("people").set_index("person_id").loc["R_e8z6glNpLL4PkcR"]
    assert scored["slider"] == (21 + 48 + 87) / 3
    assert scored["beside"] == (3 + 2 + 3) / 3
    assert people("qualtrics_legacy", "R_e8z6glNpLL4PkcR")["slider_3"] == 87
    assert any("UTF-8" in note or "mark" in note for note in taken("qualtrics_legacy").source()["notes"])


def test_matrices_of_qualtrics_are_scored_after_recoding_and_reversing():
    frame = study("qualtrics_matrix").frame("people").set_index("person_id")
    found = frame.loc["R_9H2nlL82R9Yq21v"]
    assert found[["coded_1", "coded_2", "coded_3"]].tolist() == [3, 1, 2]  # exported as 12, 10, 11
    assert found[["plain", "coded"]].tolist() == [(3 + 4 + 4) / 3, 2]
    assert found["named"] == (1 + 1 + (5 - 4)) / 3
    assert taken("qualtrics_matrix").source()["recodes"] == {"coded_1": 5, "coded_2": 5, "coded_3": 5}


def test_side_by_side_questions_of_qualtrics_are_two_batteries():
    frame = study("qualtrics_side_by_side").frame("people")
    found = frame.iloc[2]
    assert (found["own"], found["theirs"]) == ((2 + 1 + 2) / 3, (1 + 1 + 1) / 3)


@pytest.mark.parametrize("name", ["qualtrics_german", "qualtrics_german_legacy"])
def test_a_german_export_of_qualtrics(name):
    assert people(name, "R_2YPOQ602ER1jkf1")["choice"] == 2


def test_events_of_redcap_are_waves():
    waves = taken("redcap_arm_single").tables["survey_waves"]
    assert waves["wave"].tolist() == [0, 1, 2] * 3
    assert waves["weight_kg"].tolist() == [11, 12, 13, 21, 22, 23, 31, 32, 33]


def test_an_event_that_the_recode_does_not_list_is_held(tmp_path):
    toml = copied("redcap_arm_single").replace(", follow_up_arm_1 = 2", "")
    intake = load_study(write_study(tmp_path, toml, {})).intake
    assert intake.held["data"]["_reason"].tolist() == ["unknown_label"] * 3
    assert intake.held["data"]["_column"].tolist() == ["redcap_event_name"] * 3


def test_one_redcap_file_serves_enrolment_and_doses_of_two_arms():
    found = people("redcap_longitudinal", "100")
    assert (found["drug"], found["gym_monday"], found["bmi_value"], found["age"]) == ("A", 1, 31.3, 31)
    held = taken("redcap_longitudinal").held["enrolment"]
    assert held[["_row", "_reason", "_column"]].to_numpy().tolist() == [
        ["7", "out_of_range", "age"], ["13", "out_of_range", "age"],
    ]  # fmt: skip
    waves = taken("redcap_longitudinal").tables["survey_waves"]
    assert waves[["person_id", "wave", "pills", "dependence"]].to_numpy().tolist() == [
        ["100", 1, 2, 2], ["100", 2, 3, 1], ["220", 1, 0, 1], ["220", 2, 1, 2], ["304", 1, 0, 1],
    ]  # fmt: skip
    frame = study("redcap_longitudinal").frame("person_waves")
    assert frame[frame["person_id"].eq("100")]["age"].tolist() == [31, 31]
    assert (taken("redcap_longitudinal").tables["couples"]["start_date"] == pd.Timestamp("2015-04-02")).all()


def test_repeating_instruments_of_redcap_become_samples_of_the_record():
    for name in ("redcap_repeating", "redcap_repeating_sparse"):
        samples = taken(name).tables["assays"]
        assert samples[["day", "number", "systolic", "diastolic"]].to_numpy().tolist() == [
            [0, 1, 110, 100], [0, 2, 111, 101], [0, 3, 112, 102],
        ]  # fmt: skip
        held = taken(name).held["pressure"]  # measured fifteen years before the enrolment
        assert held[["_row", "_reason", "date_bp"]].to_numpy().tolist() == [["6", "day_outside_window", "2004-04-04"]]
        assert people(name, "1")["birth_age"] == 8.9
    assert "birth_age" not in people("redcap_repeating_sparse", "5")


def test_three_repeating_instruments_of_redcap_keep_apart():
    tables = taken("redcap_vignette").tables
    assert tables["diary_days"]["day"].tolist() == [0, 1, 2] * 2
    assert tables["diary_days"]["sbp"].tolist() == [1.1, 1.2, 1.3, 2.1, 2.2, 2.3]
    assert tables["assays"]["conc"].tolist() == [1.1, 1.2, 2.1]
    assert set(tables["people"]) == {"couple_id", "person_id", "role", "height"}
    held = taken("redcap_vignette").held["laboratory"]
    assert held[["_row", "_reason", "_column"]].to_numpy().tolist() == [["14", "unknown_label", "conc"]]


def test_checkboxes_of_redcap_are_flags_and_can_be_counted():
    frame = study("redcap_checkboxes").frame("people")
    assert frame["one_ticked"].tolist() == [1, 0, 4, 0]
    assert frame[["two_a", "two_c"]].to_numpy().tolist() == [[1, 1], [0, 0], [0, 0], [0, 0]]


def test_decimal_commas_give_the_same_numbers_as_points():
    comma, dot = (taken(f"redcap_decimal_{kind}").tables["people"] for kind in ("comma", "dot"))
    assert comma[["height", "weight", "bmi"]].to_numpy().tolist() == [
        [1.54, 52.3, 22.1], [1.84, 92.3, 27.3], [1.95, 123.4, 32.5], [1.61, 45.9, 17.7],
    ]  # fmt: skip
    assert comma.equals(dot)


def test_decimal_commas_that_are_not_declared_are_held_and_never_read_as_something_else(tmp_path):
    toml = copied("redcap_decimal_comma").replace('decimal = ","', "")
    intake = load_study(write_study(tmp_path, toml, {})).intake
    assert intake.held["data"]["_reason"].tolist() == ["not_a_number"] * 4
    assert intake.held["data"]["_column"].tolist() == ["height; weight"] * 4


def test_cyrillic_labels_are_read():
    found = people("redcap_russian", "BBBB")
    assert (found["told_by"], found["age"], found["tested_before"]) == ("мама и сестра", 18, 1)
    assert (found["drawn_missing"], found["partners_n_missing"]) == ("not_applicable", "not_reached")
    assert people("redcap_russian", "AAAA")["told_by"] == "от сотрудницы"
    assert "gad2" not in taken("redcap_russian").tables["people"]


def test_labels_of_redcap_in_words_and_as_truth_values():
    gray, simple = people("redcap_gray", "5"), people("redcap_simple", "5")
    shared = ("bmi_value", "health_form", "white", "sex_male", "age")
    assert [gray[name] for name in shared] == [27.9, "incomplete", 0, 1, 59] == [simple[name] for name in shared]
    assert gray["site"] == "dag_2"
    assert "site" not in people("redcap_gray", "4")  # a record of no data access group
    assert taken("redcap_simple").held["data"]["_column"].tolist() == ["age", "age"]


def test_surveys_of_redcap_that_were_begun_only():
    assert taken("redcap_survey").tables["people"][["person_id", "diabetes", "consented"]].to_numpy().tolist() == [
        ["2", 0, 0],
    ]  # fmt: skip
    assert taken("redcap_survey").tables["couples"]["start_date"].tolist() == [pd.Timestamp("2018-03-06")]
    assert people("redcap_validation", "1") == {"couple_id": "1", "person_id": "1", "role": "respondent", "box_0": 0}


def test_reversed_items_of_formr_are_turned_where_the_study_says_so():
    frame = study("formr_bfi").frame("people").set_index("person_id")
    assert frame.loc["session001", "agreeable"] == ((6 - 3) + 1 + (6 - 5) + (6 - 5)) / 4
    assert frame.loc["session002", ["agreeable", "open"]].tolist() == [(2 + 5 + 2 + 2) / 4, 5]
    assert any("BFIK_agree_1R" in note for note in taken("formr_bfi").source()["notes"])
    gods = study("formr_gods").frame("people").set_index("person_id")
    assert gods.loc["1", ["god", "religious"]].tolist() == ["Cthulhu", (4 + (5 - 3) + 2 + 3) / 4]
    held = taken("formr_gods").held["gods_example_results"]
    assert dict(zip(held["_row"], held["_reason"], strict=True)) == {
        "2": "out_of_range", "3": "out_of_range", "8": "out_of_range", "9": "duplicate_conflicting", "11": "out_of_range",
    }  # fmt: skip


def test_unix_seconds_of_mpath_fall_on_the_evening_of_their_zone():
    tables = taken("mpath_example").tables
    first = row(tables["people"], person_id="234609")
    assert (first["age"], first["sex_told"], first["swls_1"]) == (29, "Male", 6)
    beeps = tables["events"][tables["events"]["person_id"].eq("234609")]
    # 1713514596 is 19 April, 10:16 in Brussels, the fifth day from the 15th
    assert beeps[["day", "number", "happy", "sad", "where"]].iloc[0].tolist() == [4, 1, 50, 0, "work or school"]
    evenings = tables["diary_days"][tables["diary_days"]["person_id"].eq("234609")]
    # sent ten minutes past midnight of the 20th: the evening of the 19th
    assert evenings[["day", "happy_evening", "stressful_event"]].iloc[0].tolist() == [4, 65, 0]
    assert evenings["date"].iloc[0] == pd.Timestamp("2024-04-19")
    assert study("mpath_example").frame("people").set_index("person_id").loc["234609", "life_satisfaction"] == 32


def test_the_zone_and_the_end_of_the_day_decide_on_the_evening(tmp_path):
    toml = copied("mpath_example").replace('day_ends = "04:00"', "")
    days = load_study(write_study(tmp_path, toml, {})).table("diary_days")
    assert days[days["person_id"].eq("234609")]["day"].iloc[0] == 5


def test_a_number_and_a_list_of_boxes_in_mpath():
    events = taken("mpath_test").tables["events"]
    assert events[["day", "number", "typed", "slider", "boxes", "choice"]].to_numpy().tolist() == [
        [0, 1, 0.12345, 91, "b and c", "b"], [0, 2, 0.123, 93, "b and c", "b"], [0, 3, 1.234, 74, "a and b", "b"],
    ]  # fmt: skip


def test_raw_beeps_of_both_partners():
    source, events = taken("esmtools_raw").source(), taken("esmtools_raw").tables["events"]
    assert source["missing_codes"]["joy"] == {"technical": 347}  # 320 unanswered and 27 opened only
    assert source["missing_codes"]["fun_shown"] == {"not_applicable": 814}
    assert "perc_stress_child" in source["columns_ignored"]
    assert set(events["role"]) == {"first", "second"}
    found = events[events["person_id"].eq("1/13")].iloc[0]
    assert found[["day", "number", "joy", "gloom", "fun", "fun_shown"]].tolist() == [12, 1, 96, 4, 1, 81]
    assert found["role"] == "second"
    assert events.groupby(["person_id", "day"])["number"].max().max() == 9


def test_beeps_taken_for_evenings_are_held_and_none_is_chosen(tmp_path):
    toml = copied("esmtools_sim").replace('table = "events"', 'table = "diary_days"')
    intake = load_study(write_study(tmp_path, toml, {})).intake
    assert intake.ledger.sources[0].held_by_reason == {"duplicate_conflicting": 4200}


def test_simulated_beeps_of_both_partners():
    events = taken("esmtools_sim").tables["events"]
    assert events.groupby("person_id").size().unique().tolist() == [70]
    assert events.groupby(["person_id", "day"]).size().unique().tolist() == [5]
    first = events[events["person_id"].eq("1/1")].iloc[0]
    assert first[["day", "joy_1", "joy_2", "joy_3", "gloom_3", "at", "condition"]].tolist() == [
        257, 1, 10, 35, 1, "D", "condB",
    ]  # fmt: skip
    assert first["role"] == "first"


def alpha(items: pd.DataFrame) -> float:
    """Cronbach's alpha of complete rows."""
    items, k = items.dropna(), items.shape[1]
    return float(k / (k - 1) * (1 - items.var().sum() / items.sum(axis=1).var()))


PRINTED = 5e-4  # three decimals were printed
PRINTED_APIM = 1e-5  # five decimals were printed, the last of them cut off


def test_items_with_the_partner_as_suffix_give_the_known_reliabilities():
    table = taken("dysem_dres").tables["people"]
    expected = {"first": (0.862, 0.964), "second": (0.868, 0.949)}
    for place, (quality, satisfaction) in expected.items():
        own = table[table["person_id"].str.endswith(f"/{place}")]
        assert alpha(own[[f"PRQC_{i}" for i in range(1, 10)]]) == pytest.approx(quality, abs=PRINTED)
        assert alpha(own[[f"sexsat{i}" for i in range(1, 6)]]) == pytest.approx(satisfaction, abs=PRINTED)
    second = row(table, person_id="2/second")
    assert [second[f"sexsat{i}"] for i in range(1, 6)] == [5, 6, 4, 2, 5]


def test_items_with_the_partner_as_suffix_give_the_known_actor_partner_model():
    evidence = study("dysem_dres").test("sex_and_quality")
    terms = evidence.tidy().set_index("term")
    for term, estimate, error in (("actor", 0.22124, 0.03502), ("partner", 0.04439, 0.03524)):
        found = terms.loc[term, ["estimate", "std_error"]].tolist()
        assert found == pytest.approx([estimate, error], abs=PRINTED_APIM)
    assert evidence.counts.n_obs == 230


def test_items_with_the_partner_in_the_middle_of_the_name():
    table = taken("dysem_prqcq").tables["people"]
    first, fourth = row(table, person_id="1/first"), row(table, person_id="4/first")
    assert [first[f"prqc_{i}"] for i in (1, 2, 5, 18)] == [5, 6, 4, 5]
    assert "prqc_10" not in fourth  # blank in the export
    assert row(table, person_id="1/second")["prqc_18"] == 5


def test_intervals_in_columns_are_counted_by_couple():
    couples = study("couplescope").frame("couples").set_index("couple_id")
    assert couples.loc["1.0", ["stress_shown", "coping_shown", "coping_told"]].tolist() == [22, 22, 10]


def test_intervals_in_columns_are_no_days(tmp_path):
    toml = copied("couplescope").replace('table = "couples"', 'table = "diary_days"')
    with pytest.raises(StudyFileError, match="a column for each occasion needs a row for each of them first"):
        load_study(write_study(tmp_path, toml, {}))
