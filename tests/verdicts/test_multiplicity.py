"""Corrections for the number of questions, against statsmodels, with members that could not be tested."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from couples_study.verdicts.multiplicity import benjamini_hochberg, holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)
METHODS = {"holm": (holm, "holm"), "fdr_bh": (benjamini_hochberg, "fdr_bh")}


@pytest.fixture(autouse=True, scope="module")
def _no_collection():
    """statsmodels collects garbage on every call of Holm's procedure, which takes most of the time here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "collect", lambda *_: 0)
        yield


@pytest.mark.parametrize(("ours", "name"), METHODS.values(), ids=METHODS)
@given(p_values=P_VALUES, untested=st.integers(0, 5))
def test_adjusted_p_are_those_of_statsmodels(ours, name, p_values, untested):
    named = {f"C{number:02}": p for number, p in enumerate(p_values)}
    found = ours(named, len(named) + untested)
    theirs = multipletests([*p_values, *[1.0] * untested], method=name)[1]
    for number, key in enumerate(named):
        assert found[key][0] == pytest.approx(theirs[number], abs=1e-12)


def test_intervals_are_widened_by_holm_alone():
    p_values = {"a": 0.001, "b": 0.02, "c": 0.5}
    assert {name: times for name, (_, times) in holm(p_values, 4).items()} == {"a": 4.0, "b": 3.0, "c": 2.0}
    assert {times for _, times in benjamini_hochberg(p_values, 4).values()} == {1.0}


@pytest.mark.parametrize("ours", [holm, benjamini_hochberg])
def test_a_set_is_never_smaller_than_what_was_tested(ours):
    with pytest.raises(ValueError, match="a set of 1"):
        ours({"a": 0.1, "b": 0.2}, 1)
