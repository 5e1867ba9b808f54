"""The panel against loops that do the same by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from couples_study.core.errors import FrameError
from couples_study.measures import panel_of

cells = st.one_of(st.none(), st.integers(-50, 50))
rows = st.dictionaries(
    st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.integers(-2, 9)), cells, min_size=1, max_size=40
)


def frame_of(answers, order=None):
    places = list(answers)
    if order is not None:
        order.shuffle(places)
    return pd.DataFrame(
        {
            "couple_id": [str(couple) for couple, _, _ in places],
            "person_id": [f"{couple}/{who}" for couple, who, _ in places],
            "role": ["woman" if who == "a" else "man" for _, who, _ in places],
            "time": [time for _, _, time in places],
            "x": pd.array([answers[place] for place in places], dtype="Float64").to_numpy("float64", na_value=np.nan),
        }
    )


@settings(max_examples=60, deadline=None)
@given(answers=rows, lag=st.integers(0, 3), order=st.randoms())
def test_own_and_partner_values_are_looked_up_by_the_calendar(answers, lag, order):
    frame = frame_of(answers, order)
    panel = panel_of(frame)
    for who in ("own", "partner"):
        found = panel.value("x", who, lag)
        for number, (couple, person, time) in enumerate(
            zip(frame["couple_id"], frame["person_id"], frame["time"], strict=True)
        ):
            me = person[-1]
            asked = me if who == "own" else {"a": "b", "b": "a"}[me]
            wanted = answers.get((int(couple), asked, time - lag))
            assert (math.isnan(found[number]) and wanted is None) or found[number] == wanted


@settings(max_examples=40, deadline=None)
@given(answers=rows)
def test_person_means_are_taken_over_all_answered_days_before_any_lag(answers):
    panel = panel_of(frame_of(answers))

    def by_hand(couple, who):
        values = [value for (c, w, _), value in answers.items() if (c, w) == (couple, who) and value is not None]
        return sum(values) / len(values) if values else math.nan

    own, partner = panel.person_mean("x"), panel.person_mean("x", "partner")
    for number, person in enumerate(panel.frame["person_id"]):
        couple, me = int(person[0]), person[-1]
        assert own[number] == pytest.approx(by_hand(couple, me), nan_ok=True)
        assert partner[number] == pytest.approx(by_hand(couple, {"a": "b", "b": "a"}[me]), nan_ok=True)


def test_a_gap_is_a_gap_and_order_does_not_matter():
    answers = {(1, "a", 0): 10, (1, "a", 1): 11, (1, "a", 3): 13, (1, "b", 2): 22}
    panel = panel_of(frame_of(answers))
    assert panel.value("x", lag=1).tolist()[:2][1] == 10
    assert np.isnan(panel.value("x", lag=1)[[0, 2, 3]]).all()
    assert panel.value("x", "partner", lag=1)[2] == 22
    assert panel.value("x", lag=2)[2] == 11


def test_a_person_without_a_partner_has_none():
    panel = panel_of(frame_of({(1, "a", 0): 1, (2, "a", 0): 2, (2, "b", 0): 3}))
    assert np.isnan(panel.value("x", "partner")[0])
    assert panel.value("x", "partner")[1:].tolist() == [3, 2]


def test_standard_deviations_by_hand():
    answers = {(1, "a", 0): 1, (1, "a", 1): 3, (1, "b", 0): 10, (1, "b", 1): 14, (2, "a", 0): 5, (2, "a", 1): None}
    panel = panel_of(frame_of(answers))
    values = np.array([1, 3, 10, 14, 5])
    assert panel.sd("x", "SD") == pytest.approx(values.std(ddof=1))
    assert panel.sd("x", "between SD") == pytest.approx(np.std([2, 12, 5], ddof=1))
    assert panel.sd("x", "within SD") == pytest.approx(math.sqrt((1 + 1 + 4 + 4 + 0) / (5 - 3)))
    women = panel.frame["role"].eq("woman")
    assert panel.sd("x", "within SD", women) == pytest.approx(math.sqrt((1 + 1 + 0) / (3 - 2)))
    assert panel.grand_mean("x") == pytest.approx((2 + 12 + 5) / 3)


def test_the_reliability_of_a_mean_grows_with_its_days_and_is_never_negative():
    rng = np.random.default_rng(1)
    wobble = {(c, w, t): c * 3 + rng.normal() for c in range(4) for w in "ab" for t in range(10)}
    few = {place: value for place, value in wobble.items() if place[2] < 2}
    assert panel_of(frame_of(few)).mean_reliability("x") < panel_of(frame_of(wobble)).mean_reliability("x") <= 1
    flat = {(c, w, t): float(t) for c in range(2) for w in "ab" for t in range(3)}
    assert panel_of(frame_of(flat)).mean_reliability("x") == 0


def test_doubled_days_and_couples_of_three_are_refused():
    frame = frame_of({(1, "a", 0): 1})
    with pytest.raises(FrameError, match="doubles"):
        panel_of(pd.concat([frame, frame]))
    three = pd.concat([frame, frame.assign(person_id="1/y"), frame.assign(person_id="1/z")])
    with pytest.raises(FrameError, match="three"):
        panel_of(three)
