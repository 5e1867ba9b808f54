"""Careless answering: each sign against an independent computation, and on people whose way of answering is known."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import chi2
from tests.intake.watch import made

from couples_study.contracts.checks import Careless
from couples_study.contracts.watch import Battery
from couples_study.intake.watch import careless_flags
from couples_study.intake.watch.halves import even_odd
from couples_study.intake.watch.mahalanobis import far_from_the_rest
from couples_study.intake.watch.strings import longest_runs


def waves(n, items, rng, waves=1):
    """A survey of ``n`` couples."""
    who = made.people(n)
    who = who.loc[who.index.repeat(waves)].reset_index(drop=True)
    who["wave"] = np.tile(np.arange(waves), 2 * n)
    return who.assign(**made.honest(len(who), items, rng))


def flagged(table, **bounds):
    got = careless_flags(table, made.battery(10, "survey_waves"), Careless(**bounds))
    return set(got["person_id"])


@settings(max_examples=60, deadline=None)
@given(arrays("float64", (7, 6), elements=st.sampled_from([1.0, 2.0, 3.0, np.nan])))
def test_longest_run_is_that_of_itertools(answers):
    expected = [
        max(1 if np.isnan(value) else len(list(run)) for value, run in groupby(row)) if not np.isnan(row).all() else 0
        for row in answers
    ]
    expected = [0 if np.isnan(row).all() else longest for row, longest in zip(answers, expected, strict=True)]
    assert longest_runs(list(answers.T)).tolist() == expected


def test_even_odd_is_the_corrected_correlation_over_halves():
    rng = np.random.default_rng(4)
    a, b = made.honest(60, 6, rng), made.honest(60, 5, rng)
    scales = [
        (Battery(table="t", items=tuple(a), reversed=("q1", "q3", "q5"), low=1, high=7), list(a.values())),
        (Battery(table="t", items=tuple(b), reversed=("q1", "q3"), low=1, high=7), list(b.values())),
    ]
    scales[0][1][2] = np.where(rng.random(60) < 0.3, np.nan, scales[0][1][2])
    person = np.repeat(np.arange(6), 10)
    got = even_odd(scales, person)
    for one in range(6):
        halves = []
        for battery, items in scales:
            frame = pd.DataFrame(dict(zip(battery.items, items, strict=True)))[person == one]
            frame[list(battery.reversed)] = 8 - frame[list(battery.reversed)]
            halves.append(
                pd.DataFrame({"odd": frame.iloc[:, 0::2].mean(axis=1), "even": frame.iloc[:, 1::2].mean(axis=1)})
            )
        r = pd.concat(halves).corr().iloc[0, 1]
        assert got[one] == pytest.approx(max(2 * r / (1 + r), -1), abs=1e-9)


def test_even_odd_needs_five_pairs_that_vary():
    battery = Battery(table="t", items=("q0", "q1"), low=1, high=7)
    four = [np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3, 5])]
    flat = [np.full(9, 4.0), np.full(9, 4.0)]
    assert np.isnan(even_odd([(battery, four)], np.zeros(4, dtype=int))).all()
    assert np.isnan(even_odd([(battery, flat)], np.zeros(9, dtype=int))).all()


def test_mahalanobis_is_scipys_distance_also_with_gaps():
    rng = np.random.default_rng(6)
    x = rng.multivariate_normal(np.zeros(5), 0.5 + 0.5 * np.eye(5), size=400)
    x[:40][rng.random((40, 5)) < 0.25] = np.nan
    judged, flags, why_not = far_from_the_rest(list(x.T), 0.05)
    assert why_not == ""
    whole = x[~np.isnan(x).any(axis=1)]
    centre, covariance = whole.mean(axis=0), np.cov(whole.T)
    for i, row in enumerate(x):
        here = ~np.isnan(row)
        assert judged[i] == (here.sum() >= 3)
        if judged[i]:
            away = row[here] - centre[here]
            distance = away @ np.linalg.solve(covariance[np.ix_(here, here)], away)
            assert flags[i] == (chi2.sf(distance, here.sum()) < 0.05)


@pytest.mark.parametrize("level", [0.05, 0.01])
def test_honest_normal_answers_are_flagged_at_the_nominal_rate(level):
    x = np.random.default_rng(7).multivariate_normal(np.zeros(8), 0.4 + 0.6 * np.eye(8), size=20_000)
    _, flags, _ = far_from_the_rest(list(x.T), level)
    assert flags.mean() == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 20_000))


def test_singular_covariances_are_refused_with_the_reason():
    x = np.random.default_rng(8).normal(size=(200, 3))
    assert "follows from the others" in far_from_the_rest([*x.T, x.sum(axis=1)], 0.01)[2]
    assert "same answer" in far_from_the_rest([*x.T, np.ones(200)], 0.01)[2]
    assert "fewer than" in far_from_the_rest(list(x[:12].T), 0.01)[2]


def test_straight_liners_are_found_and_no_honest_person():
    table = waves(300, 10, np.random.default_rng(9))
    liars = table.sample(30, random_state=1).index
    table.loc[liars, [f"q{i}" for i in range(10)]] = 5.0
    assert flagged(table, long_string=8) == set(table.loc[liars, "person_id"])


def test_random_answers_over_many_waves_are_told_from_honest_ones():
    rng = np.random.default_rng(10)
    table = waves(150, 10, rng, waves=30)
    careless = {f"C{i:03d}a" for i in range(20)}
    rows = table["person_id"].isin(careless)
    table.loc[rows, [f"q{i}" for i in range(10)]] = rng.integers(1, 8, (rows.sum(), 10)).astype("float64")
    found = flagged(table, even_odd=0.45)
    assert len(found & careless) >= 17
    assert len(found - careless) <= 3
    far = careless_flags(table, made.battery(10, "survey_waves"), Careless(mahalanobis=0.01))
    share = far["person_id"].isin(careless).sum() / rows.sum()
    honest = (~far["person_id"].isin(careless)).sum() / (~rows).sum()
    assert share > 0.3
    assert honest < 0.03


def test_too_fast_is_seconds_for_each_answered_question():
    table = waves(3, 10, np.random.default_rng(11)).assign(answer_seconds=[9.9, 10.0, 40, np.nan, 4.9, 5.0])
    table.loc[[4, 5], [f"q{i}" for i in range(5)]] = np.nan
    got = careless_flags(table, {}, Careless(too_fast=1.0))
    assert got["person_id"].tolist() == ["C000a", "C002a"]
    assert got["flag"].unique().tolist() == ["too_fast"]


def test_flags_have_their_keys_and_an_order_whatever_the_order_of_rows():
    rng = np.random.default_rng(12)
    table = made.diary(30, 10, rng, items=10)
    table.loc[table.index[::50], [f"q{i}" for i in range(10)]] = 3.0
    bounds = Careless(long_string=9, mahalanobis=0.01)
    got = careless_flags(table, made.battery(10), bounds)
    assert list(got.columns) == ["couple_id", "person_id", "time", "flag"]
    assert not got.duplicated().any()
    pd.testing.assert_frame_equal(got, careless_flags(table.sample(frac=1, random_state=2), made.battery(10), bounds))


def test_nothing_is_looked_for_without_its_bound():
    table = waves(30, 10, np.random.default_rng(13))
    assert careless_flags(table, made.battery(10, "survey_waves"), Careless()).empty


def test_signs_that_cannot_be_looked_for_say_why():
    rows = made.diary(12, 8, np.random.default_rng(14))
    plain = {"trait": Battery(table="diary_days", items=("touch_given_n", "touch_received_n"))}
    checks = {"careless": {"long_string": 2, "too_fast": 1, "even_odd": 0, "mahalanobis": 0.001}}
    told = {one.flag: one for one in made.watched(rows, checks=checks, batteries=plain).careless}
    assert "reversed" in told["long_string"].why_not
    assert "answer_seconds" in told["too_fast"].why_not
    assert told["mahalanobis"].judged == len(rows)


def test_the_watch_names_people_with_flags_most_first():
    rows = made.diary(20, 10, np.random.default_rng(15), items=10)
    lines = [f"q{i}" for i in range(10)]
    rows.loc[rows["person_id"] == "C003b", lines] = 4.0
    rows.loc[(rows["person_id"] == "C001a") & (rows["day"] < 2), lines] = 4.0
    watch = made.watched(rows, checks={"careless": {"long_string": 9}}, batteries=made.battery(10))
    assert [(one.person, one.questionnaires, one.flags) for one in watch.careless_people] == [
        ("C003b", 10, (("long_string", 10),)),
        ("C001a", 10, (("long_string", 2),)),
    ]
    assert (watch.careless[0].judged, watch.careless[0].flagged, watch.careless[0].people) == (400, 12, 2)


def test_what_a_rule_left_out_is_told_too():
    rows = made.diary(12, 8, np.random.default_rng(16), items=10)
    entries = made.fates(rows)
    gone = (rows["person_id"] == "C002a") & (rows["day"] < 3)
    entries.loc[gone.to_numpy(), "outcome"] = "careless_long_string"
    watch = made.watched(
        rows[~gone], entries=entries, checks={"careless": {"long_string": 9}}, batteries=made.battery(10)
    )
    assert [(one.flag, one.flagged, one.left_out, one.people) for one in watch.careless] == [("long_string", 0, 3, 1)]
    assert [(one.person, one.questionnaires, one.flags) for one in watch.careless_people] == [
        ("C002a", 8, (("long_string", 3),))
    ]
