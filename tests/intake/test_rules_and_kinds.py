"""Rows kept and dropped by named rules, kinds of missing kept apart, one column from two sites."""

from __future__ import annotations

import pytest
from tests.small_studies import DIARY, DIARY_CSV, DYADS, HEAD, PEOPLE, PEOPLE_CSV, held, write_study

from couples_study import load_study
from couples_study.core.errors import StudyFileError

MIXED = (
    "dyad,pid,day,event,status,stress,touch,conflict\n"
    "1,a,0,diary,done,10,1,no\n1,a,0,baseline,done,,,\n1,b,0,diary,test,999,99,what\n"
    "1,b,0,diary,done,20,2,no\n,,,,,,,\n1,a,1,diary,progress 40,30,3,no\n1,a,2,diary,done,,,\n"
)


def exclusions(intake) -> dict[str, int]:
    return dict(intake.ledger.tables["diary_days"].exclusions)


def with_rules(words: str) -> str:
    return HEAD + DYADS + PEOPLE + DIARY + words + "\n"


def test_rules_set_rows_aside_before_anything_of_them_is_judged(take):
    rules = 'only = { event = ["diary"] }\ndrop = { preview = { status = "test" } }'
    intake = take(with_rules(rules), {"people.csv": PEOPLE_CSV, "diary.csv": MIXED})
    assert exclusions(intake) == {"blank_row": 1, "not_selected": 1, "preview": 1, "unanswered": 1}
    assert held(intake) == []
    entry = intake.ledger.sources[1]
    assert (entry.rows_read, entry.rows_accepted, dict(entry.excluded)) == (7, 7, exclusions(intake))
    assert intake.tables["diary_days"]["day"].tolist() == [0, 1, 0]


def test_without_rules_the_same_rows_are_held(take):
    intake = take(with_rules(""), {"people.csv": PEOPLE_CSV, "diary.csv": MIXED})
    assert held(intake) == [(3, "unknown_label"), (4, "duplicate_conflicting")]
    assert exclusions(intake) == {"blank_row": 1, "unanswered": 2}


def test_a_rule_holds_where_all_its_conditions_are_met_and_numbers_can_be_compared(take):
    diary = "dyad,pid,day,progress,stress,touch,conflict\n1,a,0,100,10,1,no\n1,b,0,40,20,2,no\n2,c,0,40,,,\n"
    rules = 'drop = { unfinished = { progress = "<100", stress = "" } }'
    intake = take(with_rules(rules), {"people.csv": PEOPLE_CSV, "diary.csv": diary})
    assert exclusions(intake) == {"unfinished": 1}
    assert intake.tables["diary_days"]["stress_day"].tolist() == [10, 20]


def test_an_empty_form_beside_a_filled_one_is_no_conflict(take):
    twice = DIARY_CSV + "1,a,0,,,\n"
    intake = take(files={"people.csv": PEOPLE_CSV, "diary.csv": twice})
    assert (held(intake), exclusions(intake)) == ([], {"unanswered": 1})


@pytest.mark.parametrize("rules", ['only = { evnt = ["diary"] }', 'drop = { preview = { evnt = "x" } }'])
def test_a_rule_about_a_column_that_is_not_there_is_refused(take, rules):
    with pytest.raises(StudyFileError, match="did you mean 'event'"):
        take(with_rules(rules), {"people.csv": PEOPLE_CSV, "diary.csv": MIXED})


def test_kinds_of_missing_stand_beside_the_answers(take):
    diary = "dyad,pid,day,stress,touch,conflict\n1,a,0,-99,1,no\n1,b,0,-88,2,no\n2,c,0,,3,no\n2,d,0,7,-1,no\n"
    rules = 'missing_in = { touch_received_n = { "-1" = "not_reached" } }'
    table = take(with_rules(rules), {"people.csv": PEOPLE_CSV, "diary.csv": diary}).tables["diary_days"]
    assert table["stress_day"].isna().tolist() == [True, True, True, False]
    assert table["stress_day_missing"].fillna("-").tolist() == ["refused", "not_applicable", "-", "-"]
    assert table["touch_received_n_missing"].fillna("-").tolist() == ["-", "-", "-", "not_reached"]
    assert "conflict_today_missing" not in table


def test_missing_codes_of_one_column_are_answers_in_another(take):
    rules = 'missing_in = { stress = { "2" = "refused" } }'
    intake = take(with_rules(rules))
    assert intake.tables["diary_days"]["touch_received_n"].eq(2).any()
    assert dict(intake.ledger.sources[1].missing_codes) == {}


SITES = DIARY.replace('"diary.csv"', '"north.csv"') + DIARY.replace('"diary.csv"', '"south.csv"').replace(
    'stress_day = "stress"', 'stress_day = "Stress"'
)


def test_two_sites_may_fill_one_column_but_not_for_the_same_evening(take):
    lines = DIARY_CSV.splitlines()
    north = "\n".join(lines[:5])
    south = "\n".join([lines[0].replace("stress", "Stress"), *lines[5:]])
    toml = HEAD + DYADS + PEOPLE + SITES
    intake = take(toml, {"people.csv": PEOPLE_CSV, "north.csv": north, "south.csv": south})
    whole = take()
    assert intake.tables["diary_days"].equals(whole.tables["diary_days"])
    with pytest.raises(StudyFileError, match="from two"):
        take(toml, {"people.csv": PEOPLE_CSV, "north.csv": north, "south.csv": south + "\n1,a,0,10,1,no"})


ONE_FILE = (
    "dyad,pid,sex,kind,day,age,stress\n1,a,f,person,,30,\n1,b,m,person,,31,\n1,a,f,diary,0,,10\n1,b,m,diary,0,,20\n"
)
BOTH = (
    HEAD + DYADS + PEOPLE.replace("people.csv", "all.csv") + 'only = { kind = "person" }\n'
    + DIARY.split("columns")[0].replace("diary.csv", "all.csv") + 'only = { kind = "diary" }\n'
    + '[measures.stress]\nlabel = "Stress"\n'
)  # fmt: skip


def test_blanks_of_another_sources_columns_do_not_stand_before_its_answers(tmp_path):
    study = load_study(write_study(tmp_path / "study", BOTH, {"all.csv": ONE_FILE}))
    assert study.frame("person_days")["age"].tolist() == [30, 31]
    assert study.frame("people")["stress"].tolist() == [10, 20]
    people, diary = study.ledger.sources
    assert (set(people.columns_mapped), set(diary.columns_mapped)) == ({"age"}, {"stress"})
    assert (people.columns_ignored, diary.columns_ignored) == (("day", "stress"), ("age",))


def test_a_column_that_study_toml_names_stays_although_it_is_blank(take):
    toml = BOTH.replace('only = { kind = "diary" }', 'only = { kind = "diary" }\ncolumns = { stress_day = "age" }')
    assert take(toml, {"all.csv": ONE_FILE}).tables["diary_days"]["stress_day"].isna().all()
