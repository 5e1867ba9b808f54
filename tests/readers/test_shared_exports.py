"""Every third-party export: rows, columns and some of its values, or the right refusal."""

from __future__ import annotations

import pytest
from tests.readers.support_readers import column, plain, read, source
from tests.shared_data import SHARED, needs_shared

from couples_study.core.errors import DeliveryError
from couples_study.readers import readers

pytestmark = needs_shared

DATA = SHARED / "data"
EXPORTS = DATA / "exports"
# reader, file, rows, columns, {column: {row from 0: value}}
READ = [
    ("qualtrics", "exports/qualtrics/excluder_qualtrics_raw_2extra_header.csv", 100, 16,
     {"Status": {0: "Survey Preview"}, "ResponseId": {0: "R_xLWiuPaNuURSFXY"}, "Duration (in seconds)": {0: "465"}, "LocationLatitude": {0: "29.7369407816961"}}),
    ("qualtrics", "exports/qualtrics/many_types_insights.csv", 5, 190, {"ResponseID": {0: "R_e8z6glNpLL4PkcR"}, "Q2_2": {0: ""}, "LocationLatitude": {4: "42.401901245117"}}),
    ("qualtrics", "exports/qualtrics/many_types_legacy.csv", 5, 190, {"V1": {1: "R_7NT5RemfRQtuKzz"}, "fruits": {0: "2"}, "column 190": {0: ""}}),
    ("qualtrics", "exports/qualtrics/matrix_insights.csv", 5, 30, {"Q2_1": {0: "3"}, "Q2_2": {0: "4"}}),
    ("qualtrics", "exports/qualtrics/qualtRics_sample_3header_german.csv", 1, 20, {"Q2": {0: "Hello World!"}, "UserLanguage": {0: "DE"}, "Q2 - Topics": {0: ""}}),
    ("qualtrics", "exports/qualtrics/qualtRics_sample_legacy_2header_bom.csv", 1, 16, {"V1": {0: "R_2YPOQ602ER1jkf1"}, "V2": {0: "Standard-Antwortsatz"}, "Q1": {0: "2"}}),
    ("qualtrics", "exports/qualtrics/side_by_side_insights.csv", 25, 71, {"Q1#1_1": {0: "2"}, "Q1#1_3": {0: "1"}, "ResponseID": {0: "R_ewCdw76T6j8eNRH", 24: None}}),
    ("redcap", "exports/redcap/arm-single-longitudinal/data.csv", 9, 6, {"redcap_event_name": {1: "dischage_arm_1"}, "weight": {8: "33"}}),
    ("csv", "exports/redcap/arm-single-longitudinal/arm.csv", 1, 2, {"name": {0: "Arm 1"}}),
    ("csv", "exports/redcap/arm-single-longitudinal/event.csv", 3, 5, {"event_id": {2: "12359"}}),
    ("redcap", "exports/redcap/blank-for-gray-status/data.csv", 6, 26, {"bmi": {0: "204.1"}, "redcap_data_access_group": {0: "dag_1"}}),
    ("redcap", "exports/redcap/checkboxes-1/data.csv", 4, 13, {"check_one___1": {0: "1", 1: "0"}, "check_two___b": {1: "1"}}),
    ("redcap", "exports/redcap/decimal-comma/data.csv", 4, 6, {"height": {0: "1,54"}, "weight": {2: "123,4"}, "bmi": {0: "22.1"}}),
    ("redcap", "exports/redcap/decimal-dot/data.csv", 4, 6, {"height": {0: "1.54"}, "weight": {2: "123.4"}}),
    ("redcap", "exports/redcap/longitudinal/data.csv", 18, 125, {"study_id": {0: "100", 17: "304"}, "redcap_event_name": {17: "deadline_to_return_arm_2"}, "gym___4": {0: "0"}}),
    ("csv", "exports/redcap/longitudinal/arm.csv", 2, 2, {"name": {1: "Drug B"}}),
    ("csv", "exports/redcap/longitudinal/event.csv", 12, 5, {"unique_event_name": {7: "deadline_to_opt_ou_arm_2"}}),
    ("redcap", "exports/redcap/repeating-instruments/data.csv", 6, 15, {"redcap_repeat_instrument": {0: ""}}),
    ("redcap", "exports/redcap/repeating-instruments-sparse/data.csv", 9, 15, {"redcap_repeat_instance": {3: "3"}, "bp_systolic": {5: "114"}, "age": {0: "8.9"}}),
    ("redcap", "exports/redcap/russian/data.csv", 3, 402, {"column 1": {0: "1"}, "record_id": {2: "CCCC"}, "age": {0: "33"}, "hiv_testoffer": {1: "NA"},
     "recruitment_other": {1: "<U+043C><U+0430><U+043C><U+0430> <U+0438> <U+0441><U+0435><U+0441><U+0442><U+0440><U+0430>"}}),
    ("redcap", "exports/redcap/simple/data.csv", 5, 24, {"address": {0: "14 Rose Cottage St.\nKenning UK, 323232"}, "sex": {0: "FALSE"}, "race___5": {0: "1"}}),
    ("redcap", "exports/redcap/survey/data.csv", 2, 33, {"participant_info_survey_timestamp": {0: ""}, "participant_morale_questionnaire_timestamp": {0: "[not completed]"}, "prescreening_survey_timestamp": {1: "2018-03-06 15:53:15"}}),
    ("redcap", "exports/redcap/validation-types-1/data.csv", 1, 52, {"record_id": {0: "1"}, "f_checkbox___0": {0: "0"}, "v_number_comma_decimal": {0: ""}}),
    ("redcap", "exports/redcap/vignette-repeating/data.csv", 17, 15, {"conc": {4: "1.1 ppm"}, "redcap_repeat_instrument": {6: "image"}, "height": {0: "1.0"}}),
    ("formr", "exports/formr/BFI_post.json", 30, 24, {"session": {0: "session001"}, "BFIK_agree_4R": {0: "5"}, "expired": {0: None}}),
    ("formr", "exports/formr/gods_example_results.json", 14, 11, {"gods": {0: "cthulhu"}, "religiousness_2R": {1: "5"}, "prefer_2": {13: "5"}}),
    ("mpath", "exports/mpath/example_basic.csv", 2221, 100, {"gender_multipleChoice_string": {0: "Male"}, "timeStampSent": {0: "1713434141"}, "consent_yesno_yesno": {0: "1"}, "questionListName": {1: "main_questionnaire"}}),
    ("mpath", "exports/mpath/test_basic.csv", 3, 110, {"open_open": {0: "test1 test"}, "open_number_open": {1: "0.123"}, "order_order": {0: "3,2,1"}, "multiplemulti_choice_multipleChoice_string": {0: '"b","c"'}}),
    ("csv", "exports/mpath/example_meta.csv", 81, 7, {"columnName": {0: "consent_yesno_yesno"}}),
    ("csv", "exports/mpath/test_meta.csv", 91, 7, {"fullQuestion": {1: "put decimal number"}}),
    ("csv", "esmtools_dyads/esmdata_raw.csv", 1242, 13, {"dyad": {0: "1"}, "pos_aff": {0: "NA"}, "scheduled": {0: "2022-05-05 19:00:00"}}),
    ("csv", "esmtools_dyads/esmdata_sim.csv", 4200, 18, {"PA2": {0: "10"}, "location": {0: "D"}, "start": {0: "2018-10-17 10:00:14"}}),
    ("csv", "dysem_couples/DRES.csv", 121, 28, {"PRQC_1.1": {0: "7"}, "sexsat5.2": {1: "5"}}),
    ("csv", "dysem_couples/prqcQ.csv", 118, 36, {"prqc.1_10": {3: ""}, "prqc.2_18": {0: "5"}}),
    ("csv", "couplescope/CouplesCope.csv", 64, 98, {"code": {0: "1.0"}}),
]  # fmt: skip
SPARE = [
    path.relative_to(DATA).as_posix() for path in sorted(EXPORTS.glob("redcap/*/dictiona*.csv")) if SHARED.is_dir()
]


@pytest.mark.parametrize(("reader", "file", "rows", "columns", "values"), READ, ids=[case[1] for case in READ])
def test_rows_columns_and_values(reader, file, rows, columns, values):
    cells = read(reader, DATA / file)
    assert cells.table.shape == (rows, columns)
    for name, expected in values.items():
        found = column(cells, name)
        assert {place: found[place] for place, value in expected.items() if value is not None or reader == "formr"} == {
            place: value for place, value in expected.items() if value is not None or reader == "formr"
        }
    assert readers()[reader].header(DATA / file, source()) == tuple(cells.table.column_names)


@pytest.mark.parametrize("file", [case[1] for case in READ])
def test_each_is_liked_best_by_its_own_reader(file):
    reader = next(case[0] for case in READ if case[1] == file)
    head = (DATA / file).read_bytes()[: 64 * 1024]
    liking = {name: one.likes(DATA / file, head) for name, one in readers().items()}
    assert max(liking, key=liking.get) == reader
    assert liking[reader] == (3 if reader != "csv" else 2)


@pytest.mark.parametrize("file", ["exports/redcap/empty-rows/data.csv", "exports/redcap/single-column/data.csv"])
def test_an_export_of_one_blank_line_is_called_empty(file):
    with pytest.raises(DeliveryError, match="an empty file"):
        read("redcap", DATA / file)


@pytest.mark.parametrize("file", ["exports/formr/BFI_post_items.json", "exports/formr/gods_example_items.json"])
def test_an_item_table_is_not_taken_for_results(file):
    with pytest.raises(DeliveryError, match="an item table goes under dictionary"):
        read("formr", DATA / file)
    with pytest.raises(DeliveryError, match='reader = "formr"'):
        read("csv", DATA / file)


@pytest.mark.parametrize("file", SPARE)
def test_every_data_dictionary_goes_with_its_data(file):
    dictionary = DATA / file
    assert column(read("csv", dictionary), "Variable / Field Name")
    data = dictionary.with_name("data.csv")
    if data.stat().st_size > 1:
        cells = read("redcap", data, dictionary)
        assert not [note for note in cells.notes if "does not have" in note]
        assert cells.captions


def test_a_dictionary_in_the_form_of_the_api_says_the_same():
    folder = EXPORTS / "redcap" / "simple"
    one, two = (read("redcap", folder / "data.csv", folder / name) for name in ("dictionary.csv", "metadata.csv"))
    assert (one.labels, one.ranges, one.captions) == (two.labels, two.ranges, two.captions)
    assert one.labels["sex"] == {"0": "Female", "1": "Male"}
    assert one.ranges["weight"] == (35.0, 200.0)
    assert one.captions["race___5"] == "Race (Select all that apply): White"


def test_decimal_commas_are_named():
    folder = EXPORTS / "redcap" / "decimal-comma"
    cells = read("redcap", folder / "data.csv", folder / "dictionay.csv")
    assert "columns with a decimal comma by the dictionary: height, weight" in cells.notes
    assert cells.ranges["weight"] == (35.0, 200.0)


def test_qualtrics_captions_and_names_are_the_exports():
    cells = read("qualtrics", EXPORTS / "qualtrics" / "qualtRics_sample_3header_german.csv")
    assert cells.captions["Q1"] == "This is a multiple choice question."
    assert cells.captions["StartDate"] == "Anfangsdatum"
    cells = read("qualtrics", EXPORTS / "qualtrics" / "side_by_side_insights.csv")
    assert {"Q6#2_Q6_1_2_TEXT", "Q6#2_Q6_1_2_TEXT.2"} <= set(cells.table.column_names)


def test_previews_and_zone_of_qualtrics():
    path = EXPORTS / "qualtrics" / "excluder_qualtrics_raw_2extra_header.csv"
    cells = read("qualtrics", path)
    assert "the export gives its times in America/Chicago" in cells.notes
    assert column(cells, "Status").count("Survey Preview") == 2
    once = read("qualtrics", path, header_rows=1)
    assert once.table.num_rows == 100
    assert any("dropped: 2" in note for note in once.notes)


def test_formr_items():
    folder = EXPORTS / "formr"
    cells = read("formr", folder / "BFI_post.json", folder / "BFI_post_items.json")
    assert cells.labels["BFIK_agree_4R"] == {"1": "Trifft überhaupt nicht zu", "5": "Trifft voll und ganz zu"}
    assert cells.ranges["BFIK_agree_4R"] == (1.0, 5.0)
    cells = read("formr", folder / "gods_example_results.json", folder / "gods_example_items.json")
    assert cells.labels["gods"]["glob"] == "Glob"
    assert cells.captions["religiousness_3"] == "He lives on Mars."
    assert any("religiousness_2R" in note for note in cells.notes)


def test_mpath_beeps_without_an_answer():
    folder = EXPORTS / "mpath"
    cells = read("mpath", folder / "example_basic.csv", folder / "example_meta.csv")
    assert "beeps without an answer, kept as rows: 808" in cells.notes
    assert "rows that end after their last answer, given as blank to the right: 836" in cells.notes
    assert cells.captions["gender_multipleChoice_index"] == "What is your gender?"


def test_every_file_there_is_tested():
    tested = {case[1] for case in READ} | set(SPARE)
    tested |= {f"exports/redcap/{name}/data.csv" for name in ("empty-rows", "single-column")}
    tested |= {f"exports/formr/{name}_items.json" for name in ("BFI_post", "gods_example")}
    tested |= {"exports/redcap/simple/metadata.csv"}
    folders = ("exports", "esmtools_dyads", "dysem_couples", "couplescope")
    there = {
        path.relative_to(DATA).as_posix() for name in folders for path in (DATA / name).rglob("*") if path.is_file()
    }
    assert there - tested == set()


@pytest.mark.parametrize(("reader", "file"), [case[:2] for case in READ], ids=[case[1] for case in READ])
def test_some_columns_alone_are_those_of_the_whole(reader, file):
    whole = read(reader, DATA / file).table
    some = (whole.column_names[-1], whole.column_names[0])
    assert plain(read(reader, DATA / file, columns=some).table).equals(plain(whole.select(some)))
