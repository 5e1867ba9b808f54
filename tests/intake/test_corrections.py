"""A corrected file replaces what it delivers again, and nothing else."""

from __future__ import annotations

import pytest
from tests.small_studies import DIARY, DIARY_CSV, DYADS, HEAD, PEOPLE, PEOPLE_CSV, held

from couples_study.core.errors import StudyFileError

TOML = HEAD + DYADS + PEOPLE + DIARY.replace('"diary.csv"', '"diary*.csv"')
AGAIN = 'corrects = { "diary_again.csv" = "diary.csv" }\n'
FAULTY = DIARY_CSV.replace("1,b,0,20", "1,b,0,2000")
CORRECTED = "dyad,pid,day,stress,touch,conflict\n1,b,0,21,2,no\n2,d,0,66,6,yes\n"
FILES = {"people.csv": PEOPLE_CSV, "diary.csv": FAULTY, "diary_again.csv": CORRECTED}


def test_what_is_delivered_again_replaces_even_what_was_held(take):
    intake = take(TOML + AGAIN, FILES)
    assert held(intake) == []
    table = intake.tables["diary_days"]
    assert table.set_index(["person_id", "day"])["stress_day"].to_dict() == {
        ("1/a", 0): 10, ("1/a", 1): 30, ("1/b", 0): 21, ("1/b", 1): 40, ("2/c", 0): 50, ("2/d", 0): 66,
    }  # fmt: skip
    by_file = {entry.file: dict(entry.excluded) for entry in intake.ledger.sources}
    assert by_file == {"people.csv": {}, "diary.csv": {"corrected": 2}, "diary_again.csv": {}}


def test_without_the_word_both_are_held(take):
    assert {reason for _, reason in held(take(TOML, FILES))} == {"out_of_range", "duplicate_conflicting"}


def test_a_correction_of_a_file_that_did_not_come_is_refused(take):
    with pytest.raises(StudyFileError, match=r"did you mean 'diary_again\.csv'"):
        take(TOML + AGAIN.replace("again.csv", "agian.csv"), FILES)
