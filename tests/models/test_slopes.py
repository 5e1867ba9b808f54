"""Slopes that differ between couples: the sums by hand, the variance by another way, and known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import OLS
from tests.models.relation_data import SETTING, asked, by_couple, by_person, estimated, frames, ids

from couples_study.core.errors import StudyFileError
from couples_study.models import couple_slopes as slopes

KEYS = {
    "model": "slopes", "rule": "R15", "outcome": "y", "predictor": "x", "covariates": (), "unit": "points per point",
    "value": 0.1,
}  # fmt: skip


def diary(mean, spread, couples=150, days=28, seed=1, carried=0.0, opposite=0.0):
    """Couples' slopes are normal; errors hang together over days by ``carried``; in a group the sign is turned."""
    rng = np.random.default_rng(seed)
    table = ids(couples, days)
    event = (by_couple(table, rng) > 0.3).astype(float)
    slope = mean + spread * by_couple(table, rng)
    slope = np.where(event > 0, slope - opposite, slope)
    shocks = rng.normal(size=(2, couples, 2, days))
    for day in range(1, days):
        shocks[..., day] = carried * shocks[..., day - 1] + np.sqrt(1 - carried**2) * shocks[..., day]
    x, error = shocks[0].ravel(), shocks[1].ravel()
    return frames(table.assign(x=x, event=event, y=by_person(table, rng) + slope * x + error))


def test_the_spread_is_that_of_products_between_weeks():
    """By hand: every couple, every pair of its weeks."""
    data = diary(0.3, 0.2, couples=40, days=21)
    found = estimated(data, **KEYS)
    rows = data.person_days.assign(week=data.person_days["day"] // 7)
    for name in ("x", "y"):
        rows[name] -= rows.groupby(["person_id", "week"])[name].transform("mean")
    parts = pd.DataFrame({
        "c": rows["couple_id"], "w": rows["week"], "xx": rows["x"] ** 2, "xy": rows["x"] * rows["y"],
    }).groupby(["c", "w"])[["xx", "xy"]].sum()  # fmt: skip
    slope = parts["xy"].sum() / parts["xx"].sum()
    above = below = 0.0
    for _, weeks in parts.groupby(level=0):
        u, s = (weeks["xy"] - slope * weeks["xx"]).to_numpy(), weeks["xx"].to_numpy()
        for i in range(3):
            for j in range(i + 1, 3):
                above += u[i] * u[j]
                below += s[i] * s[j]
    assert found.facts["mean"] == pytest.approx(slope, rel=1e-10)
    assert found.facts["spread"] == pytest.approx(np.sqrt(above / below), rel=1e-8)


def test_couples_own_regressions_give_the_same_spread_where_errors_are_independent():
    """The variance of couples' slopes less the average of their squared errors (Hedges and Olkin, 1985)."""
    data = diary(0.3, 0.2, couples=200)
    found = estimated(data, **KEYS)
    rows = data.person_days
    own = rows[["x", "y"]] - rows.groupby("person_id")[["x", "y"]].transform("mean")
    slopes_, errors = [], []
    for couple in rows["couple_id"].unique():
        which = (rows["couple_id"] == couple).to_numpy()
        fit = OLS(own["y"][which].to_numpy(), own["x"][which].to_numpy()).fit()
        slopes_.append(float(fit.params[0]))
        errors.append(float(fit.bse[0]) ** 2 * 55 / 53)  # 56 days, one slope, two means
    by_hand = np.sqrt(np.var(slopes_, ddof=1) - np.mean(errors))
    assert found.facts["mean"] == pytest.approx(np.mean(slopes_), abs=0.02)
    assert found.facts["spread"] == pytest.approx(by_hand, abs=0.03)  # each has an error of about .015


@pytest.mark.parametrize("carried", [0.0, 0.6])
def test_the_spread_and_the_share_are_found_whatever_the_errors(carried):
    """Days that hang together make couples' own estimates scatter more; products between weeks do not follow."""
    seen, covered = [], 0
    for seed in range(60):
        facts = estimated(diary(0.3, 0.2, couples=60, carried=carried, seed=seed), **KEYS).facts
        seen.append(facts["spread"] ** 2)
        covered += facts["share_low95"] <= 0.0668 <= facts["share_high95"]
    assert np.mean(seen) == pytest.approx(0.04, abs=max(3 * np.std(seen) / np.sqrt(60), 0.006))
    assert covered / 60 >= 0.86  # three standard errors below .95


def test_no_spread_and_some_are_told_apart():
    all_alike = estimated(diary(0.3, 0.0), **KEYS)
    assert all_alike.facts["lowest_low95"] > 0
    many_against = estimated(diary(0.1, 0.2), **KEYS)
    assert many_against.facts["share_low95"] > 0.05
    assert many_against.facts["lowest_high95"] < 0


def test_a_group_with_the_opposite_is_seen():
    found = estimated(diary(0.3, 0.05, opposite=0.6), **KEYS, items=("event",))
    assert found.facts["groups"] == 2
    assert found.facts["worst_high95"] < 0
    turned = estimated(diary(-0.3, 0.05), **KEYS, direction="negative")
    assert turned.facts["lowest_low95"] > 0


def test_couples_with_one_week_tell_nothing_of_spread():
    assert estimated(diary(0.3, 0.1, days=7), **KEYS).reason == "too_few_couples"


@pytest.mark.parametrize(("more", "word"), [({"predictor": None}, "predictor"), ({"rule": "R1"}, "R15")])
def test_what_is_missing_is_named(more, word):
    with pytest.raises(StudyFileError, match=word):
        slopes.check(asked(**{**KEYS, **more}), SETTING, "here")
