"""Alpha and omega against R, overall and within and between persons; real scales where their data are there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.shared_data import SHARED, needs_shared

from couples_study.measures.reliability import Reason, alpha, omega, retest, two_levels

HERE = Path(__file__).parent
EXACT = 1e-10  # closed forms, computed from the same file
FITTED = 1e-4  # both programs stop their own optimiser of a flat likelihood
PRINTED = 0.0005  # the figures are printed with three digits
ITEMS = ["i1", "i2", "i3", "i4"]


@pytest.fixture(scope="module")
def diary():
    return pd.read_csv(HERE / "diary.csv")


@pytest.fixture(scope="module")
def by_r():
    return json.loads((HERE / "output.json").read_text("utf-8"))


def test_one_level_agrees_with_r(diary, by_r):
    assert alpha(diary[ITEMS]) == pytest.approx(by_r["alpha"], abs=EXACT)
    assert omega(diary[ITEMS]) == pytest.approx(by_r["omega"], abs=FITTED)


def test_two_levels_agree_with_r(diary, by_r):
    found = two_levels(diary[ITEMS], diary["person"])
    assert (found.n_rows, found.n_people) == (by_r["n_rows"], by_r["n_people"])
    for name, within in (
        ("alpha_within", EXACT),
        ("alpha_between", EXACT),
        ("omega_within", FITTED),
        ("omega_between", FITTED),
    ):
        assert getattr(found, name) == pytest.approx(by_r[name], abs=within), name


@needs_shared
@pytest.mark.parametrize(
    ("stem", "partner", "printed"),
    [("PRQC_", "1", 0.862), ("PRQC_", "2", 0.868), ("sexsat", "1", 0.964), ("sexsat", "2", 0.949)],
)
def test_real_couples_scales_agree_with_r(stem, partner, printed):
    by_r = json.loads((HERE / "couples.json").read_text("utf-8"))[stem + partner]
    couples = pd.read_csv(SHARED / "data" / "dysem_couples" / "DRES.csv")
    items = couples[[name for name in couples if name.startswith(stem) and name.endswith(f".{partner}")]]
    assert len(items.dropna()) == by_r["n"]
    assert alpha(items) == pytest.approx(by_r["alpha"], abs=EXACT)
    assert alpha(items) == pytest.approx(printed, abs=PRINTED)
    assert omega(items) == pytest.approx(by_r["omega"], abs=FITTED)


def test_two_items_have_the_same_alpha_and_omega(diary):
    pair = diary[["i1", "i2"]].dropna()
    r = np.cov(pair.T)
    by_hand = 2 * (1 - (r[0, 0] + r[1, 1]) / r.sum())
    assert alpha(pair) == pytest.approx(by_hand, abs=EXACT)
    assert omega(pair) == pytest.approx(by_hand, abs=EXACT)


def test_what_can_not_be_had_is_a_reason():
    few = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0]})
    assert isinstance(alpha(few), Reason)
    assert isinstance(omega(few), Reason)
    flat = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0]})
    assert isinstance(alpha(flat), Reason)
    assert isinstance(two_levels(few, pd.Series([1, 2])).alpha_within, Reason)
    assert isinstance(retest(few["a"], few["b"]), Reason)


def test_retest_is_matched_by_person():
    first = pd.Series([1.0, 2.0, 3.0, 4.0], index=list("abcd"))
    second = pd.Series([9.0, 2.0, 1.0, 3.0, 5.0], index=list("ebacd"))
    assert retest(first, second) == pytest.approx(np.corrcoef([1, 2, 3, 4], [1, 2, 3, 5])[0, 1], abs=EXACT)
