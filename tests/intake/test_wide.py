"""Both partners in one row: what marks their columns may stand before the name or after it."""

from __future__ import annotations

import pytest
from tests.small_studies import DYADS, HEAD, held, write_study

from couples_study.core.errors import DeliveryError
from couples_study.pipeline import run_plan

SOURCE = """
[[source]]
reader = "csv"
files = "diary.csv"
table = "diary_days"
layout = "wide"
keys = { couple = "dyad", day = "day" }
columns = { stress_day = "stress", touch_received_n = "touch" }
missing_in = { touch = { 88 = "not_applicable" } }
"""
DYADS_WIDE = DYADS.replace('by = "sex"\n', "").replace('{ f = "woman", m = "man" }', '{ 1 = "woman", 2 = "man" }')
MARKED = {
    "prefixes": ('prefixes = { woman = "W_", man = "M_" }\n', "dyad,day,W_stress,W_touch,M_stress,M_touch,weekend\n"),
    "suffixes": ('suffixes = { woman = ".1", man = ".2" }\n', "dyad,day,stress.1,touch.1,stress.2,touch.2,weekend\n"),
}
ROWS = "1,0,10,1,20,2,0\n1,1,30,3,140,4,1\n2,0,50,88,60,6,0\n"


def study(marked):
    mark, header = MARKED[marked]
    return HEAD + DYADS_WIDE + SOURCE + mark, {"diary.csv": header + ROWS}


@pytest.mark.parametrize("marked", MARKED)
def test_a_row_is_a_record_of_each_partner(take, marked):
    intake = take(*study(marked))
    entry = intake.ledger.sources[0]
    assert (entry.export_rows_read, entry.rows_read, entry.rows_held) == (3, 6, 1)
    assert held(intake) == [(2, "out_of_range")]
    assert intake.held["diary"]["_partner"].tolist() == ["man"]
    assert entry.missing_codes == {"touch_received_n": {"not_applicable": 1}}
    days = intake.tables["diary_days"].set_index(["couple_id", "role", "day"])
    assert days["stress_day"].to_dict() == {
        ("1", "woman", 0): 10, ("1", "man", 0): 20, ("1", "woman", 1): 30, ("2", "woman", 0): 50, ("2", "man", 0): 60,
    }  # fmt: skip
    assert days["touch_received_n"].dropna().tolist() == [1, 3, 2, 6]  # a person after the other


def test_suffixes_and_prefixes_say_the_same(take):
    one, two = (take(*study(marked)) for marked in MARKED)
    assert one.tables["diary_days"].equals(two.tables["diary_days"])
    assert one.ledger.sources[0].columns_mapped == two.ledger.sources[0].columns_mapped
    assert [column.target for column in one.profiles[0].columns] == [c.target for c in two.profiles[0].columns]


def test_what_belongs_to_both_partners_has_no_mark(take):
    toml, files = study("suffixes")
    intake = take(toml.replace('"touch" }', '"touch", conflict_today = "weekend" }', 1), files)
    days = intake.tables["diary_days"]
    assert days.groupby(["couple_id", "day"])["conflict_today"].agg(list).tolist() == [[0, 0], [1], [0, 0]]


def test_the_longer_of_two_suffixes_wins(take):
    toml, files = study("suffixes")
    toml = toml.replace('".1"', '"_b"').replace('".2"', '"_a_b"')
    files = {"diary.csv": files["diary.csv"].replace(".1", "_b").replace(".2", "_a_b")}
    intake = take(toml, files)
    assert set(intake.tables["diary_days"]["role"]) == {"woman", "man"}
    assert intake.ledger.sources[0].columns_ignored == ()


def test_a_suffix_that_no_column_has_is_named(take):
    toml, files = study("suffixes")
    with pytest.raises(DeliveryError, match=r"columns that end with '\.3' \(suffix of man\)"):
        take(toml.replace('".2"', '".3"'), files)


HYPOTHESIS = """
[[hypothesis]]
id = "H1"
statement = "More touches, less stress."
model = "apim"
outcome = "stress_day"
actor = ["touch_received_n"]
covariates = []
smallest_effect = { value = 0.5, unit = "points per touch", why = "why not" }
"""


def test_a_plan_counts_the_same_rows_with_either_mark(tmp_path):
    plans = []
    for marked in MARKED:
        toml, files = study(marked)
        (plan,) = run_plan(str(write_study(tmp_path / marked, toml + HYPOTHESIS, files)))
        plans.append(plan)
    assert plans[0] == plans[1]
    assert plans[1].expected_rows == 6
