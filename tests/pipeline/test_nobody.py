"""Studies of which nothing is left: a whole report still comes, and it says why it has no answers."""

from __future__ import annotations

import json

import pytest
from tests.small_studies import DIARY_CSV, PEOPLE_CSV, TOML, write_study

from couples_study.cli import main

HYPOTHESIS = """
[[hypothesis]]
id = "H1"
statement = "More stress, fewer touches."
model = "apim"
outcome = "stress_day"
actor = ["touch_received_n"]
smallest_effect = { value = 0.5, unit = "points per touch", why = "why not" }
"""
HEADER = DIARY_CSV.partition("\n")[0] + "\n"
CASES = {
    "all held": (PEOPLE_CSV, DIARY_CSV.replace("no", "x").replace("yes", "x")),
    "all strangers": (PEOPLE_CSV.replace("1,", "7,").replace("2,", "8,"), DIARY_CSV),
    "nobody has a role": (PEOPLE_CSV.replace(",f,", ",x,").replace(",m,", ",y,"), DIARY_CSV),
    "nothing answered": (PEOPLE_CSV, HEADER + "1,a,0,,,\n1,b,0,,,\n"),
    "one record": (PEOPLE_CSV, HEADER + "1,a,0,1,1,no\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_report_comes_and_says_why(case, tmp_path):
    people, diary = CASES[case]
    toml = TOML.replace("claims = []", 'claims = "all"\nscheduled_days = 3') + HYPOTHESIS
    folder = write_study(tmp_path / "study", toml, {"people.csv": people, "diary.csv": diary})
    out = tmp_path / "out"
    assert main(["report", str(folder), "--out", str(out)]) == 0
    found = json.loads((out / "verdicts.json").read_text())["claims"]
    assert {one["verdict"] for one in found} == {"not_testable"}
    assert all(one["sentence"] for one in found)
    assert next(one["reason"] for one in found if one["id"] == "H1") == "too_few_couples"
    for source in json.loads((out / "ledger.json").read_text())["sources"]:
        assert source["rows_read"] == source["rows_accepted"] + source["rows_held"]
