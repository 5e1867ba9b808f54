"""Counts per hour: against a sandwich by hand, other estimators of the same ratio, and known truth."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.discrete.conditional_models import ConditionalPoisson
from statsmodels.genmod.families import Binomial, Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from tests.models.relation_data import SETTING, asked, by_couple, by_person, estimated, frames, ids

from couples_study.core.errors import StudyFileError
from couples_study.models import counts
from couples_study.models.registry import check_question

KEYS = {
    "model": "counts", "distribution": "poisson", "outcome": "n", "predictors": ("x",), "covariates": (),
    "unit": "log rate ratio per point", "value": 0.1,
}  # fmt: skip
TRUE = -0.2


def diary(couples=80, days=14, seed=1, effect=TRUE, together=0.0, apart=0.0):
    """Counts per hour together; hours follow the predictor by ``together``; persons with more of it count less."""
    rng = np.random.default_rng(seed)
    table = ids(couples, days)
    steady = by_person(table, rng)
    x = steady + rng.normal(size=len(table))
    hours = 4 * np.exp(0.3 * rng.normal(size=len(table)) + together * (x - steady))
    hours[rng.random(len(table)) < apart] = 0.0
    noise = 0.4 * by_couple(table, rng) - 0.3 * steady + 0.4 * rng.normal(size=len(table))
    return frames(table.assign(x=x, hours=hours, n=rng.poisson(0.5 * hours * np.exp(effect * (x - steady) + noise))))


def columns(data):
    rows = data.person_days
    own = rows.groupby("person_id")["x"].transform("mean").to_numpy()
    X = np.column_stack([np.ones(len(rows)), rows["x"] - own, own - own.mean()])
    return rows["n"].to_numpy(float), X, np.log(rows["hours"].to_numpy()), rows["couple_id"].to_numpy()


def test_ratios_and_errors_are_those_of_a_generalised_linear_model_and_a_sandwich_by_hand():
    data = diary(couples=40, days=8)
    found = estimated(data, **KEYS, offset="hours").tested[0]
    y, X, offset, couple = columns(data)
    fit = GLM(y, X, family=Poisson(), offset=offset).fit(tol=1e-12)
    mean = fit.fittedvalues
    bread = np.linalg.inv((X * mean[:, None]).T @ X)
    meat = np.zeros((3, 3))
    for one in np.unique(couple):
        rows = couple == one
        D = X[rows] * mean[rows, None]
        leverage = D @ bread @ (D / mean[rows, None]).T
        score = (D / mean[rows, None]).T @ np.linalg.solve(np.eye(rows.sum()) - leverage, y[rows] - mean[rows])
        meat += np.outer(score, score)
    assert found.estimate == pytest.approx(fit.params[1], abs=1e-8)
    assert found.std_error == pytest.approx(np.sqrt((bread @ meat @ bread)[1, 1]), rel=1e-6)
    assert found.df == 39


def test_the_ratio_is_also_that_of_persons_compared_with_themselves_alone():
    """The conditional likelihood needs no persons' means; both estimate the same ratio, within a third of its error."""
    data = diary(couples=150, days=14)
    found = estimated(data, **KEYS, offset="hours").tested[0]
    rows = data.person_days
    some = rows.groupby("person_id")["n"].transform("sum") > 0
    rows = rows[some]
    fit = ConditionalPoisson(
        rows["n"].to_numpy(), rows[["x"]].to_numpy(), groups=rows["person_id"].to_numpy(),
        offset=np.log(rows["hours"].to_numpy()),
    ).fit(disp=False)  # fmt: skip
    assert found.estimate == pytest.approx(float(fit.params[0]), abs=found.std_error / 3)


@pytest.mark.parametrize("distribution", ["poisson", "negative_binomial"])
def test_the_truth_is_found_and_covered(distribution):
    inside, off = 0, []
    for seed in range(60):
        term = estimated(
            diary(couples=40, days=7, seed=seed), **{**KEYS, "distribution": distribution}, offset="hours"
        ).tested[0]
        inside += term.conf_low <= TRUE <= term.conf_high
        off.append(term.estimate - TRUE)
    assert inside / 60 >= 0.86  # three standard errors below .95
    assert abs(np.mean(off)) < 3 * np.std(off) / np.sqrt(60)


def test_more_touch_in_more_hours_is_no_more_touch_an_hour():
    data = diary(effect=0.0, together=0.3)
    counted = estimated(data, **KEYS, offset="hours")
    term = counted.tested[0]
    assert term.conf_low < 0 < term.conf_high
    without = next(row for row in counted.sensitivity if row.label == "hours not counted")
    assert without.conf_low > 0.15


def test_ratios_and_counts_stand_beside_the_logarithm():
    data = diary()
    found = estimated(data, **KEYS, offset="hours")
    term, beside = found.tested[0], {one.term: one for one in found.coefficients}
    assert beside["ratio.x"].estimate == pytest.approx(np.exp(term.estimate))
    assert beside["ratio.x"].conf_high == pytest.approx(np.exp(term.conf_high))
    _, X, offset, _ = columns(data)
    params = np.array([beside[name].estimate for name in ("intercept", "x", "x.between")])
    step = 1e-6
    more = np.exp((X + np.array([0, step, 0])) @ params + offset).mean() - np.exp(X @ params + offset).mean()
    assert beside["marginal.x"].estimate == pytest.approx(more / step, rel=1e-4)


def test_persons_are_counted_once_with_all_their_hours():
    data = diary(couples=200, days=7)
    people = data.people.assign(w=np.exp(np.random.default_rng(3).normal(size=len(data.people))))
    rows = data.person_days.merge(people[["person_id", "w"]], on="person_id")
    data = frames(rows.drop(columns="time", errors="ignore"))
    found = estimated(
        data, **{**KEYS, "predictors": ("w",), "centering": "none", "unit": "log rate ratio per doubling"},
        offset="hours",
    )  # fmt: skip
    sums = rows.groupby("person_id", sort=False).agg(n=("n", "sum"), hours=("hours", "sum"), w=("w", "first"))
    X = np.column_stack([np.ones(len(sums)), np.log2(sums["w"])])
    fit = GLM(sums["n"], X, family=Poisson(), offset=np.log(sums["hours"])).fit()
    assert found.tested[0].estimate == pytest.approx(float(fit.params.iloc[1]), abs=1e-8)
    assert found.counts.n_obs == 400


def test_days_apart_are_left_out_and_said():
    data = diary(apart=0.2)
    found = estimated(data, **KEYS, offset="hours")
    assert found.counts.n_obs == int((data.person_days["hours"] > 0).sum())
    assert any(one.code == "rows_dropped" for one in found.concerns)


def test_yes_or_no_has_odds():
    data = diary(couples=60)
    data.person_days["event"] = (data.person_days["n"] > 1).astype(float)
    data = frames(data.person_days.drop(columns=["time"]))
    found = estimated(
        data, **{**KEYS, "outcome": "event", "distribution": "binomial", "unit": "log odds ratio per within SD"}
    )
    _, X, _, _ = columns(data)
    fit = GLM(data.person_days["event"].to_numpy(), X, family=Binomial()).fit(tol=1e-12)
    within = X[:, 1]
    sd = np.sqrt((within**2).sum() / (len(within) - 120))
    assert found.tested[0].estimate == pytest.approx(fit.params[1] * sd, rel=1e-6)


@pytest.mark.parametrize(("more", "word"), [
    ({"distribution": "gaussian"}, "distribution"), ({"unit": "points per point"}, "log rate"),
    ({"distribution": "binomial", "unit": "log odds ratio per point", "offset": "hours"}, "offset"),
    ({"predictors": ()}, "predictors"), ({"centering": "none", "unit": "log rate ratio per within SD"}, "one row"),
])  # fmt: skip
def test_what_can_not_be_meant_is_refused(more, word):
    with pytest.raises(StudyFileError, match=word):
        counts.check(asked(**{**KEYS, **more}), SETTING, "here")


def test_no_other_model_takes_a_count_for_what_it_is_not():
    with pytest.raises(StudyFileError, match="counts"):
        check_question(asked(model="apim", outcome="n", actor=("x",), distribution="poisson"), SETTING, "here")
