"""From cells to values: missing codes by kind, closed recodes, numbers, and nothing guessed."""

from __future__ import annotations

import pytest
from tests.small_studies import DIARY, DYADS, HEAD, PEOPLE, PEOPLE_CSV, TOML, held

from couples_study.core.errors import StudyFileError

HEADER = "dyad,pid,day,stress,touch,conflict\n"


def diary(*rows: str) -> dict:
    return {"people.csv": PEOPLE_CSV, "diary.csv": HEADER + "".join(f"{row}\n" for row in rows)}


def one_cell(take, stress="", touch="", conflict=""):
    return take(TOML, diary(f"1,a,0,{stress},{touch},{conflict}", "1,b,0,1,1,no"))


def test_missing_codes_are_counted_by_kind_and_become_missing(take):
    intake = take(TOML, diary("1,a,0,-99,-88,no", "1,b,0,-99,1,yes", "1,a,1,-88,,no"))
    entry = intake.ledger.sources[1]
    assert entry.missing_codes == {
        "stress_day": {"refused": 2, "not_applicable": 1}, "touch_received_n": {"not_applicable": 1},
    }  # fmt: skip
    assert intake.tables["diary_days"]["stress_day"].isna().all()
    assert entry.rows_held == 0


@pytest.mark.parametrize("cell", ["101", "-1", "-99.0", "1e3", "-77"])
def test_values_outside_the_range_are_held(take, cell):
    assert held(one_cell(take, stress=cell)) == [(1, "out_of_range")]


@pytest.mark.parametrize(
    "cell", ["about 5", "5 h", "1.2.3", "0x10", "nan", "inf", "1e999", "1_000", "٣", "5-", "--5", "NA"]
)
def test_what_is_no_number_is_held(take, cell):
    intake = one_cell(take, stress=cell)
    assert held(intake) == [(1, "not_a_number")]
    assert intake.held["diary"]["_column"].tolist() == ["stress"]
    assert intake.held["diary"]["stress"].tolist() == [cell]


@pytest.mark.parametrize(
    ("cell", "value"), [("5", 5), ("5.5", 5.5), ("+5", 5), (".5", 0.5), ("5.", 5), ("5e1", 50), (" 5 ", 5)]
)
def test_numbers_are_read_as_they_are_written(take, cell, value):
    assert one_cell(take, stress=cell).tables["diary_days"]["stress_day"].tolist()[0] == value


def test_an_infinite_number_is_held_where_no_range_would_catch_it(take):
    toml = TOML + '[measures.mood]\nlabel = "Mood"\n'
    files = {"people.csv": PEOPLE_CSV, "diary.csv": "dyad,pid,day,stress,touch,conflict,mood\n1,a,0,1,1,no,1e999\n"}
    assert held(take(toml, files)) == [(1, "not_a_number")]


def test_counts_are_whole_numbers(take):
    assert held(one_cell(take, touch="2.5")) == [(1, "not_a_whole_number")]
    assert held(one_cell(take, touch="2.0")) == []


def test_recodes_are_closed_and_counted(take):
    intake = take(TOML, diary("1,a,0,1,1,yes", "1,b,0,1,1,no", "1,a,1,1,1,Yes", "1,b,1,1,1,", "2,c,0,1,1,1"))
    assert held(intake) == [(3, "unknown_label"), (5, "unknown_label")]
    assert intake.tables["diary_days"]["conflict_today"].fillna(-1).tolist() == [1, 0, -1]
    assert intake.ledger.sources[1].recodes == {"conflict_today": 2}


def test_a_recode_of_a_column_that_is_not_read_is_refused(take):
    toml = TOML.replace("recode = { conflict_today", "recode = { conflcit_today")
    with pytest.raises(StudyFileError, match="did you mean 'conflict_today'"):
        take(toml)


def test_two_faults_of_one_record_are_one_held_record_under_the_first(take):
    intake = take(TOML, diary("1,a,0,500,60,maybe", "1,b,0,1,99,no"))
    assert held(intake) == [(1, "unknown_label"), (2, "out_of_range")]


def test_columns_at_fault_for_the_same_reason_are_named_together(take):
    assert take(TOML, diary("1,a,0,500,60,no")).held["diary"]["_column"].tolist() == ["stress; touch"]


@pytest.fixture
def with_commas(take):
    head = HEAD + DYADS + PEOPLE + DIARY.replace("table =", 'separator = ";"\ndecimal = ","\ntable =')
    toml = head.replace("yes = 1, no = 0", "yes = 1, no = 0").replace("conflict_today = {", "conflict_today = {")
    return lambda *rows: take(
        toml + 'name = "diary"\n',
        {"people.csv": PEOPLE_CSV, "diary.csv": "\n".join(["dyad;pid;day;stress;touch;conflict", *rows])},
    )


def test_decimal_commas_are_read(with_commas):
    assert with_commas("1;a;0;10,5;1;no").tables["diary_days"]["stress_day"].tolist() == [10.5]


def test_a_point_among_decimal_commas_is_not_guessed(with_commas):
    assert held(with_commas("1;a;0;1.234;1;no", "1;b;0;1.234,5;1;no")) == [(1, "not_a_number"), (2, "not_a_number")]


def test_recodes_keep_their_own_point_among_decimal_commas(take):
    toml = (
        HEAD
        + DYADS
        + PEOPLE
        + """
[measures.mood]
label = "Mood"
[[source]]
reader = "csv"
files = "diary.csv"
table = "diary_days"
separator = ";"
decimal = ","
keys = { couple = "dyad", person = "pid", day = "day" }
recode = { mood = { half = 0.5, all = 1 } }
"""
    )
    intake = take(toml, {"people.csv": PEOPLE_CSV, "diary.csv": "dyad;pid;day;mood\n1;a;0;half\n1;b;0;all\n"})
    assert intake.tables["diary_days"]["mood"].tolist() == [0.5, 1.0]


def test_labels_of_a_measure_are_the_only_ones(take):
    toml = TOML + '[measures.weather]\nlabel = "Weather"\nlabels = ["sun", "rain"]\n'
    files = {
        "people.csv": PEOPLE_CSV,
        "diary.csv": "dyad,pid,day,stress,touch,conflict,weather\n1,a,0,1,1,no,sun\n1,b,0,1,1,no,Sun\n",
    }
    assert held(take(toml, files)) == [(2, "unknown_label")]


def test_a_blank_record_is_accepted_and_excluded_by_name(take):
    intake = take(TOML, diary("1,a,0,,,", "1,b,0,-99,,", "1,a,1,1,,"))
    assert intake.ledger.sources[1].rows_accepted == 3
    assert intake.ledger.tables["diary_days"].exclusions == {"unanswered": 2}
    assert len(intake.tables["diary_days"]) == 1


def test_the_quarantine_has_the_whole_record_in_the_words_of_the_export(take):
    rows = take(TOML, diary("1,a,0,1,1,no", "1,b,0, about 5 ,-99,maybe")).held["diary"]
    assert rows.columns.tolist() == [
        "_file",
        "_row",
        "_reason",
        "_column",
        "dyad",
        "pid",
        "day",
        "stress",
        "touch",
        "conflict",
    ]
    assert rows.iloc[0].tolist() == [
        "diary.csv",
        2,
        "not_a_number",
        "stress",
        "1",
        "b",
        "0",
        " about 5 ",
        "-99",
        "maybe",
    ]


def test_a_study_where_every_record_is_held_still_has_tables_and_a_ledger(take):
    intake = take(TOML, diary("1,a,0,500,1,no", "1,b,0,500,1,no"))
    assert intake.ledger.sources[1].rows_accepted == 0
    assert len(intake.tables["diary_days"]) == 0
    assert intake.ledger.tables["diary_days"].rows == 0
