"""Who is who: people found by id, by role or by row, and couples that do not add up."""

from __future__ import annotations

import pytest
from tests.small_studies import DIARY, DIARY_CSV, DYADS, HEAD, PEOPLE, PEOPLE_CSV, TOML, held

from couples_study.core.errors import DeliveryError, StudyFileError

NO_PERSON = DIARY.replace('person = "pid", ', "")
BY_SEX = "dyad,sex,day,stress,touch,conflict\n1,f,0,1,1,no\n1,m,0,2,2,no\n2,f,0,3,3,no\n2,m,0,4,4,no\n"


def dyads(kind, by=""):
    return f'[dyads]\ntype = "{kind}"\n' + (f'by = "{by}"\n' if by else "")


def days(intake):
    table = intake.tables["diary_days"]
    return list(zip(table["person_id"], table["role"], table["day"], table["stress_day"], strict=True))


def test_people_are_linked_by_couple_and_person(take):
    intake = take()
    assert days(intake)[:2] == [("1/a", "woman", 0, 10), ("1/a", "woman", 1, 30)]
    assert intake.tables["people"]["person_id"].tolist() == ["1/a", "1/b", "2/c", "2/d"]
    assert intake.tables["couples"]["couple_id"].tolist() == ["1", "2"]


def test_a_person_alone_is_enough_where_people_say_the_couple(take):
    intake = take(TOML.replace('keys = { couple = "dyad", person = "pid", day', 'keys = { person = "pid", day'))
    assert [one[0] for one in days(intake)] == ["1/a", "1/a", "1/b", "1/b", "2/c", "2/d"]


def test_a_person_is_left_out_where_couple_and_by_identify_them(take):
    intake = take(HEAD + DYADS + PEOPLE + NO_PERSON, {"people.csv": PEOPLE_CSV, "diary.csv": BY_SEX})
    assert days(intake) == [("1/a", "woman", 0, 1), ("1/b", "man", 0, 2), ("2/c", "woman", 0, 3), ("2/d", "man", 0, 4)]


def test_without_people_the_role_is_the_person(take):
    intake = take(HEAD + DYADS + NO_PERSON, {"diary.csv": BY_SEX})
    assert [one[0] for one in days(intake)] == ["1/woman", "1/man", "2/woman", "2/man"]


def test_one_blank_person_holds_one_record_and_no_other(take):
    intake = take(files={"people.csv": PEOPLE_CSV, "diary.csv": DIARY_CSV.replace("1,b,1,", "1,,1,")})
    assert held(intake) == [(4, "missing_key")]
    assert len(days(intake)) == 5


def test_strangers_are_held_where_people_are_declared(take):
    intake = take(files={"people.csv": PEOPLE_CSV, "diary.csv": DIARY_CSV.replace("1,b,1,", "1,x,1,")})
    assert held(intake) == [(4, "person_not_in_people")]


def test_a_role_without_a_label_is_held_with_everything_of_that_person(take):
    intake = take(files={"people.csv": PEOPLE_CSV.replace("b,m", "b,divers"), "diary.csv": DIARY_CSV})
    assert held(intake, "people") == [(2, "unknown_label")]
    assert held(intake) == [(2, "role_unknown"), (4, "role_unknown")]
    assert intake.tables["people"]["person_id"].tolist() == ["1/a", "2/c", "2/d"]


def test_three_members_hold_the_whole_couple_and_no_other(take):
    intake = take(files={"people.csv": PEOPLE_CSV + "1,z,f,20\n", "diary.csv": DIARY_CSV})
    assert {reason for _, reason in held(intake, "people") + held(intake)} == {"too_many_members"}
    assert {one[0] for one in days(intake)} == {"2/c", "2/d"}
    assert intake.tables["people"]["couple_id"].unique().tolist() == ["2"]
    assert intake.tables["couples"]["couple_id"].tolist() == ["2"]


def test_the_same_role_twice_holds_the_couple(take):
    intake = take(files={"people.csv": PEOPLE_CSV.replace("b,m", "b,f"), "diary.csv": DIARY_CSV})
    assert {reason for _, reason in held(intake, "people") + held(intake)} == {"roles_conflict"}
    assert {one[0] for one in days(intake)} == {"2/c", "2/d"}


def test_a_person_with_two_roles_is_held(take):
    diary = "dyad,pid,sex,day,stress,touch,conflict\n1,a,m,0,1,1,no\n1,b,m,0,2,2,no\n"
    assert held(take(files={"people.csv": PEOPLE_CSV, "diary.csv": diary})) == [(1, "roles_conflict")]


def test_labels_may_be_recoded_before_they_are_read(take):
    toml = TOML.replace('labels = { f = "woman", m = "man" }', 'labels = { 1 = "woman", 2 = "man" }').replace(
        'files = "people.csv"', 'files = "people.csv"\nrecode = { sex = { f = 1, m = 2 } }'
    )
    assert set(take(toml).tables["people"]["role"]) == {"woman", "man"}


@pytest.mark.parametrize("kind", ["indistinguishable", "exchangeable", "mixed"])
@pytest.mark.parametrize("by", ["", "sex"])
def test_partners_who_are_alike_are_lettered_in_the_order_they_came(take, kind, by):
    toml = HEAD + dyads(kind, by) + PEOPLE + DIARY
    intake = take(toml, {"people.csv": PEOPLE_CSV.replace("b,m", "b,f"), "diary.csv": DIARY_CSV})
    assert intake.ledger.rows_held == 0
    assert intake.tables["people"]["role"].tolist() == ["A", "B", "A", "B"]
    assert days(intake)[2] == ("1/b", "B", 0, 20)


def test_partners_who_are_alike_are_told_apart_by_a_number_without_an_id(take):
    files = {"diary.csv": BY_SEX.replace("sex", "nr").replace("f,", "1,").replace("m,", "2,")}
    intake = take(HEAD + dyads("exchangeable", "nr") + NO_PERSON, files)
    assert [one[:2] for one in days(intake)] == [("1/1", "A"), ("1/2", "B"), ("2/1", "A"), ("2/2", "B")]


def test_partners_of_one_sex_are_not_guessed_apart(take):
    toml = HEAD + dyads("mixed", "sex") + PEOPLE + NO_PERSON
    intake = take(toml, {"people.csv": PEOPLE_CSV.replace("b,m", "b,f"), "diary.csv": BY_SEX})
    assert {row for row, _ in held(intake)} == {1, 2}
    assert {one[0] for one in days(intake)} == {"2/c", "2/d"}


def test_single_members_and_rows_without_ids(take):
    toml = HEAD + dyads("single") + PEOPLE.replace('couple = "dyad", person = "pid"', 'person = "@row"')
    people = take(toml, {"people.csv": "age\n30\n31\n"}).tables["people"]
    assert people[["couple_id", "person_id", "role"]].to_numpy().tolist() == [
        ["1", "1", "respondent"], ["2", "2", "respondent"],
    ]  # fmt: skip


def test_two_members_in_a_study_of_singles_are_held(take):
    toml = HEAD + dyads("single") + PEOPLE
    assert {reason for _, reason in held(take(toml, {"people.csv": PEOPLE_CSV}), "people")} == {"too_many_members"}


def test_ids_with_slashes_stay_apart(take):
    people = "dyad,pid,sex,age\nx,y/z,f,30\nx/y,z,f,31\n"
    assert take(HEAD + DYADS + PEOPLE, {"people.csv": people}).tables["people"]["person_id"].is_unique


def test_a_couples_record_of_nobody_is_held(take):
    toml = TOML + '[[source]]\nreader = "csv"\nfiles = "couples.csv"\ntable = "couples"\nkeys = { couple = "dyad" }\n'
    files = {
        "people.csv": PEOPLE_CSV,
        "diary.csv": DIARY_CSV,
        "couples.csv": "dyad,start_date\n1,2026-03-02\n9,2026-03-02\n",
    }
    intake = take(toml, files)
    assert held(intake, "couples") == [(2, "couple_not_in_people")]
    assert intake.tables["couples"]["couple_id"].tolist() == ["1", "2"]


def test_a_person_whose_baseline_is_held_keeps_the_diary(take):
    intake = take(files={"people.csv": PEOPLE_CSV.replace("a,f,30", "a,f,three"), "diary.csv": DIARY_CSV})
    assert held(intake, "people") == [(1, "not_a_number")]
    assert intake.tables["people"]["age"].isna().tolist() == [True, False, False, False]
    assert len(days(intake)) == 6


def test_an_absent_key_column_is_refused_with_the_nearest(take):
    with pytest.raises(DeliveryError, match="did you mean 'dyad'"):
        take(TOML.replace('couple = "dyad", person = "pid", day', 'couple = "dyada", person = "pid", day'))


def test_the_cells_of_a_file_without_a_header_are_not_repeated(take):
    with pytest.raises(DeliveryError) as caught:
        take(files={"people.csv": PEOPLE_CSV, "diary.csv": "1,a,0,canary,2,3\n1,b,0,x,y,z\n"})
    assert "canary" not in str(caught.value)
    assert "no header row" in str(caught.value)


@pytest.mark.parametrize("target", ["couple_id", "day", "role", "estimate", "p_value"])
def test_keys_and_results_are_not_answers(take, target):
    with pytest.raises(StudyFileError, match=target):
        take(TOML.replace("columns = { stress_day", f'columns = {{ {target} = "stress", stress_day'))


def test_couples_of_which_one_member_came_are_counted_in_the_ledger(take):
    assert take().ledger.notes == ()
    alone = PEOPLE_CSV.replace("2,d,m,41\n", "")
    intake = take(files={"people.csv": alone, "diary.csv": DIARY_CSV.replace("2,d,0,60,6,yes\n", "")})
    assert intake.ledger.notes == ("couples with one member only: 1",)
