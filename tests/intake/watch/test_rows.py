"""Many results kept as columns read like the tuple of them, and evenings are the same by table and by sorting."""

import numpy as np
import pandas as pd
import pytest

from couples_study.contracts.rows import Rows
from couples_study.contracts.watch import CoupleDays
from couples_study.intake.watch.agreement import _by_order, _by_table
from couples_study.intake.watch.roll import roll_of

TOLD = tuple(CoupleDays(couple=f"C{i}", due=5, both=i, one=1) for i in range(4))
COLUMNS = {
    "couple": np.array(["C0", "C1", "C2", "C3"], dtype=object),
    "due": np.full(4, 5),
    "both": np.arange(4),
    "one": np.ones(4, dtype="int64"),
}


def test_rows_read_like_a_tuple():
    rows = Rows(CoupleDays, COLUMNS)
    assert rows == TOLD
    assert (len(rows), rows[1], rows[-1], rows[1:3], tuple(rows)) == (4, TOLD[1], TOLD[-1], TOLD[1:3], TOLD)
    assert (hash(rows), repr(rows)) == (hash(TOLD), repr(TOLD))
    assert rows != TOLD[:3]
    assert type(rows[0].due) is int
    assert Rows.of(CoupleDays, TOLD) == rows
    assert Rows.of(CoupleDays, rows) is rows
    assert len(Rows.of(CoupleDays, ())) == 0
    with pytest.raises(IndexError):
        rows[4]


def test_evenings_by_table_are_those_by_sorting():
    rng = np.random.default_rng(1)
    ids = [f"C{i}" for i in range(6) for _ in range(2)]
    who = pd.DataFrame({"couple_id": ids, "person_id": [f"p{i}" for i in range(12)], "role": ["f", "m"] * 6})
    roll = roll_of(who.astype("str").iloc[:-1])  # of the last couple one partner came
    cells = rng.permutation(11 * 9)[:70]
    person, day = cells // 9, cells % 9
    found = _by_table(roll, person, day + 3, 3, 9)
    assert found is not None
    assert [side.tolist() for side in found] == [side.tolist() for side in _by_order(roll, person, day, 9)]


def test_no_table_where_a_person_has_two_rows_of_one_day_or_days_are_far_apart():
    who = pd.DataFrame({"couple_id": ["C1", "C1"], "person_id": ["a", "b"], "role": ["f", "m"]}).astype("str")
    roll = roll_of(who)
    person = np.array([0, 0, 1])
    assert _by_table(roll, person, np.array([1, 1, 1]), 1, 1) is None
    assert _by_table(roll, person, np.array([0, 9_000, 1]), 0, 9_001) is None
