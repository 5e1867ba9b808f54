"""Records that claim the same place, within a file and over files, and several sources of one table."""

from __future__ import annotations

import pytest
from tests.small_studies import DIARY, DYADS, HEAD, PEOPLE, PEOPLE_CSV, TOML, held

from couples_study.core.errors import StudyFileError

HEADER = "dyad,pid,day,stress,touch,conflict\n"
MANY = HEAD + DYADS + PEOPLE + DIARY.replace('"diary.csv"', '"d*.csv"').replace("keys =", 'name = "diary"\nkeys =')


def diary(*rows):
    return {"people.csv": PEOPLE_CSV, "diary.csv": HEADER + "".join(f"{row}\n" for row in rows)}


def test_of_identical_records_the_first_is_accepted(take):
    intake = take(TOML, diary("1,a,0,5,1,no", "1,a,0,5,1,no", "1,a,0,5,1,no", "1,b,0,5,1,no"))
    assert held(intake) == [(2, "duplicate_identical"), (3, "duplicate_identical")]
    assert len(intake.tables["diary_days"]) == 2


def test_of_conflicting_records_none_is_accepted(take):
    intake = take(TOML, diary("1,a,0,5,1,no", "1,a,0,6,1,no", "1,a,0,5,1,no", "1,b,0,5,1,no"))
    assert held(intake) == [(n, "duplicate_conflicting") for n in (1, 2, 3)]


def test_a_fault_beside_a_double_makes_them_conflict(take):
    intake = take(TOML, diary("1,a,0,500,1,no", "1,a,0,50,1,no", "1,b,0,5,1,no"))
    assert held(intake) == [(1, "out_of_range"), (2, "duplicate_conflicting")]


def test_identical_records_at_fault_are_all_held_for_the_fault(take):
    assert held(take(TOML, diary("1,a,0,500,1,no", "1,a,0,500,1,no"))) == [(1, "out_of_range"), (2, "out_of_range")]


def test_a_double_with_another_role_conflicts(take):
    header = HEADER.replace("pid,", "pid,sex,")
    rows = "1,a,x,0,5,1,no\n1,a,f,0,5,1,no\n"
    assert held(take(TOML, {"people.csv": PEOPLE_CSV, "diary.csv": header + rows})) == [
        (1, "unknown_label"), (2, "duplicate_conflicting"),
    ]  # fmt: skip


def test_columns_that_are_not_read_do_not_make_a_conflict(take):
    rows = "1,a,0,5,1,no,21:00\n1,a,0,5,1,no,21:05\n"
    intake = take(TOML, {"people.csv": PEOPLE_CSV, "diary.csv": HEADER.replace("conflict", "conflict,sent") + rows})
    assert held(intake) == [(2, "duplicate_identical")]
    assert intake.ledger.sources[1].columns_ignored == ("sent",)


def test_records_without_a_place_are_no_doubles(take):
    assert {reason for _, reason in held(take(TOML, diary("1,a,,5,1,no", "1,a,,6,1,no")))} == {"missing_key"}


def test_doubles_are_found_over_the_files_of_a_source(take):
    files = {
        "people.csv": PEOPLE_CSV,
        "d1.csv": HEADER + "1,a,0,5,1,no\n1,a,1,5,1,no\n",
        "d2.csv": HEADER + "1,b,0,5,1,no\n1,a,0,5,1,no\n1,a,1,6,1,no\n",
    }
    intake = take(MANY, files)
    told = intake.held["diary"][["_file", "_row", "_reason"]].to_numpy().tolist()
    assert told == [
        ["d1.csv", 2, "duplicate_conflicting"], ["d2.csv", 2, "duplicate_identical"], ["d2.csv", 3, "duplicate_conflicting"],
    ]  # fmt: skip
    assert [entry.rows_held for entry in intake.ledger.sources] == [0, 1, 2]


def test_what_is_accepted_does_not_depend_on_how_the_delivery_was_cut_or_when_it_came(tmp_path, take):
    from tests.small_studies import taken_in

    rows = ["1,a,0,5,1,no", "1,b,0,5,1,no", "2,c,0,7,1,yes", "2,d,0,8,1,no"]
    one = taken_in(tmp_path / "one", MANY, {"people.csv": PEOPLE_CSV, "d1.csv": HEADER + "\n".join(rows)})
    two = taken_in(
        tmp_path / "two", MANY,
        {"d2.csv": HEADER + "\n".join(rows[:2]), "d1.csv": HEADER + "\n".join(rows[2:]), "people.csv": PEOPLE_CSV},
    )  # fmt: skip
    assert one.tables["diary_days"].equals(two.tables["diary_days"])


def second(keys='couple = "dyad", person = "pid", day = "day"', extra=""):
    return f'[[source]]\nreader = "csv"\nfiles = "more.csv"\ntable = "diary_days"\nkeys = {{ {keys} }}\n{extra}'


def test_two_sources_of_one_table_stand_side_by_side(take):
    files = diary("1,a,0,5,1,no", "1,b,0,5,1,no") | {"more.csv": "dyad,pid,day,close_1\n1,a,0,50\n2,c,3,60\n"}
    table = take(HEAD + "start_date = 2026-03-02\n" + DYADS + PEOPLE + DIARY + second(), files).tables["diary_days"]
    assert table[["person_id", "day"]].to_numpy().tolist() == [["1/a", 0], ["1/b", 0], ["2/c", 3]]
    assert table["close_1"].fillna(-1).tolist() == [50, -1, 60]
    assert table["date"].dt.day.tolist() == [2, 2, 5]


def test_two_sources_may_not_fill_the_same_column(take):
    files = diary("1,a,0,5,1,no") | {"more.csv": "dyad,pid,day,stress_day\n1,a,0,50\n"}
    with pytest.raises(StudyFileError, match="stress_day"):
        take(TOML + second(), files)
