"""Trends: against lines drawn one by one and nlme's random slopes, and with slopes and correlations that are known."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.genmod.cov_struct import Independence
from statsmodels.genmod.generalized_estimating_equations import GEE
from tests.models.relation_data import SETTING, asked, by_couple, by_person, estimated, frames, ids

from couples_study.contracts.evidence import NotTestable
from couples_study.core.errors import StudyFileError
from couples_study.models.registry import check_question

EXACT = 1e-8  # the same least squares by another way
RAW = {"unit": "points per point", "value": 0.1}
KEYS = {"model": "trend", "outcome": "y", "predictor": "x"}
PAIR = {"model": "trend", "outcome": "y", "after": "z", "unit": "correlation per pair of slopes", "value": 0.3}


def course(couples=100, waves=8, seed=1, slope=0.0, own=0.5, missing=0.0):
    """Answers over waves: over all the time seen ``y`` changes by ``slope`` times ``x``, beside a trend of one's own."""
    rng = np.random.default_rng(seed)
    table = ids(couples, waves).rename(columns={"day": "wave"})
    x = by_person(table, rng)
    change = slope * x + own * (by_couple(table, rng) + by_person(table, rng)) / np.sqrt(2)
    y = by_person(table, rng) + 0.5 * x + change * table["wave"] / (waves - 1) + rng.normal(size=len(table))
    table = table.assign(x=x, y=y)
    return table[rng.random(len(table)) >= missing].reset_index(drop=True)


def in_frames(table, steady=("x",)):
    people = table.groupby("person_id", sort=False).first().reset_index()
    people = people[["couple_id", "person_id", "role", *steady]]
    return frames(table.drop(columns=list(steady)), people, time="wave")


def test_slopes_and_their_regression_equal_those_drawn_one_by_one():
    table = course(missing=0.3, slope=0.3)
    found = estimated(in_frames(table), **KEYS, **RAW)
    rows, left, count = [], 0.0, 0
    for _, one in table.groupby("person_id", sort=False):
        if len(one) < 3:
            continue
        line, rest, *_ = np.polyfit(one["wave"], one["y"], 1, full=True)
        left, count = left + float(rest[0]), count + len(one) - 2
        spread = ((one["wave"] - one["wave"].mean()) ** 2).sum()
        rows.append((line[0], spread, one["x"].iloc[0], one["couple_id"].iloc[0]))
    slope, spread, x = (np.array([row[i] for row in rows]) for i in range(3))
    own = left / count / spread
    weight = 1 / (max(np.var(slope, ddof=1) - own.mean(), 0) + own)
    X = np.column_stack([np.ones(len(x)), x])
    root = np.sqrt(weight / weight.mean())
    fit = GEE(7 * slope * root, X * root[:, None], groups=np.array([row[3] for row in rows]),
              cov_struct=Independence()).fit(cov_type="bias_reduced")  # fmt: skip
    assert found.tested[0].estimate == pytest.approx(fit.params[1], abs=EXACT)
    assert found.facts["span"] == 7
    assert found.tested[0].std_error == pytest.approx(fit.bse[1], rel=1e-6)  # weights are scaled before, not after


def test_a_known_difference_of_slopes_is_recovered_and_covered():
    terms = [estimated(in_frames(course(couples=80, seed=s, slope=0.4, missing=0.2)), **KEYS, **RAW).tested[0]
             for s in range(60)]  # fmt: skip
    assert np.mean([t.estimate for t in terms]) == pytest.approx(0.4, abs=4 * terms[0].std_error / np.sqrt(60))
    assert sum(t.conf_low < 0.4 < t.conf_high for t in terms) >= 52  # fewer of 60 come once in 200 times


def test_a_mixed_model_with_random_slopes_finds_the_same():
    from statsmodels.regression.mixed_linear_model import MixedLM

    table = course(couples=200, slope=0.4)
    found = estimated(in_frames(table), **KEYS, **RAW).tested[0]
    t = table["wave"] / 7
    X = np.column_stack([np.ones(len(t)), table["x"], t, table["x"] * t])
    fit = MixedLM(table["y"], X, groups=table["person_id"], exog_re=X[:, [0, 2]]).fit()
    assert found.estimate == pytest.approx(fit.params.iloc[3], abs=1e-3)  # balanced: the two estimates are one


def test_who_was_chosen_for_a_low_answer_comes_back_and_that_is_no_trend():
    table = course(couples=300, own=0.0)
    table = table.assign(z=table["y"])
    people = in_frames(table, steady=("x",))
    naive = estimated(people, model="trend", outcome="y", predictor="z", begins=1, covariates=[], **RAW)
    assert abs(naive.tested[0].estimate) < 3 * naive.tested[0].std_error
    rows = table[table["wave"] == 0].set_index("person_id")["y"]
    late = table[table["wave"] == 7].set_index("person_id")["y"]
    assert np.polyfit(rows, late - rows, 1)[0] < -0.3  # what comparing the last with the first would have said


def test_a_line_drawn_on_is_said_to_be():
    found = estimated(in_frames(course()), **KEYS, **RAW, at=52)
    short = estimated(in_frames(course()), **KEYS, **RAW)
    assert {concern.code for concern in found.concerns} == {"drawn_on"}
    assert found.tested[0].estimate == pytest.approx(short.tested[0].estimate * 52 / 7, abs=EXACT)
    assert [row.label for row in found.sensitivity][:2] == ["every line counted alike", "time on a logarithmic scale"]


def pair(couples=150, waves=12, seed=1, together=-0.6, mood=0.8):
    """Two answers whose trends correlate ``together``, and whose moods of the day go together, too."""
    rng = np.random.default_rng(seed)
    table = ids(couples, waves).rename(columns={"day": "wave"})
    a, b = by_person(table, rng), by_person(table, rng)
    t = table["wave"].to_numpy() / (waves - 1)
    of_day = rng.normal(size=len(table))
    y = 2 * a * t + mood * of_day + 0.6 * rng.normal(size=len(table))
    z = 2 * (together * a + np.sqrt(1 - together**2) * b) * t + mood * of_day + 0.6 * rng.normal(size=len(table))
    return table.assign(y=y, z=z)


def test_two_trends_that_go_together_are_told_from_moods_that_do():
    none = [estimated(frames(pair(seed=s, together=0.0), time="wave"), **PAIR) for s in range(40)]
    terms = [found.tested[0] for found in none]
    assert np.mean([t.estimate for t in terms]) == pytest.approx(0.0, abs=4 * terms[0].std_error / np.sqrt(40))
    assert sum(t.conf_low < 0 < t.conf_high for t in terms) >= 33  # fewer of 40 come once in 200 times
    assert np.mean([found.sensitivity[0].estimate for found in none]) > 0.1  # the moods of the days, left in


def test_a_known_correlation_of_trends_is_recovered_and_covered():
    terms = [estimated(frames(pair(seed=s), time="wave"), **PAIR).tested[0] for s in range(40)]
    assert np.mean([t.estimate for t in terms]) == pytest.approx(-0.6, abs=4 * terms[0].std_error / np.sqrt(40))
    assert sum(t.conf_low < -0.6 < t.conf_high for t in terms) >= 33


def test_the_correlation_is_that_of_the_moments_by_hand():
    table = pair(couples=60)
    found = estimated(frames(table, time="wave"), **PAIR)
    t = np.arange(12) - 5.5
    y, z = (table[name].to_numpy().reshape(-1, 12) for name in ("y", "z"))
    lines = [(one - one.mean(axis=1, keepdims=True)) @ t / (t @ t) for one in (y, z)]
    left = [one - one.mean(axis=1, keepdims=True) - np.outer(line, t) for one, line in zip((y, z), lines, strict=True)]
    own = np.array([[(p * q).sum() / 10 / (t @ t) / len(p) for q in left] for p in left])
    true = np.cov(*lines) - own
    assert found.tested[0].estimate == pytest.approx(true[0, 1] / np.sqrt(true[0, 0] * true[1, 1]), abs=EXACT)


@pytest.mark.parametrize("wrong", [
    {"predictor": None}, {"after": "z"}, {"unit": "within SD per SD"},
    {"predictor": None, "after": "z", "unit": "SD per SD"},
])  # fmt: skip
def test_what_can_not_be_meant_is_refused(wrong):
    with pytest.raises(StudyFileError):
        check_question(asked(**(KEYS | RAW | wrong)), SETTING, "test")


def test_what_was_not_told_before_is_not_testable():
    table = course()
    found = estimated(in_frames(table.assign(z=1.0)), model="trend", outcome="y", predictor="z", **RAW)
    assert isinstance(found, NotTestable)
    assert found.reason == "another_rhythm"
    few = estimated(in_frames(table[table["wave"] < 2]), **KEYS, **RAW)
    assert few.reason == "too_few_couples"
    rng = np.random.default_rng(1)
    flat = pair(couples=60).assign(y=rng.normal(size=1440))
    assert estimated(frames(flat, time="wave"), **PAIR).reason == "no_variation"
