"""Many practices at once: the joint fit, its influences, pooling against other ways to compute it, and known truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg, stats
from statsmodels.genmod.cov_struct import Independence
from statsmodels.genmod.generalized_estimating_equations import GEE
from statsmodels.stats.meta_analysis import combine_effects
from tests.models.relation_data import SETTING, asked, by_person, estimated, frames, ids

from couples_study.core.errors import AnalysisError, StudyFileError
from couples_study.models import practices
from couples_study.models.clustered import gee, influences
from couples_study.models.pooling import pooled

ITEMS = tuple(f"c{number}" for number in range(6))
KEYS = {
    "model": "practices", "outcome": "y", "items": ITEMS, "covariates": (), "unit": "points per point", "value": 0.05,
}  # fmt: skip


def diary(effects, couples=120, days=10, seed=1, lag=0):
    rng = np.random.default_rng(seed)
    table = ids(couples, days)
    X = rng.normal(size=(len(table), len(effects))) + 0.3 * rng.normal(size=(len(table), 1))
    moved = X @ np.asarray(effects)
    if lag:
        moved = np.where(table["day"] > 0, np.roll(moved, 1), 0.0)
    table["y"] = by_person(table, rng) + moved + rng.normal(size=len(table))
    return frames(table.assign(**{name: X[:, n] for n, name in enumerate(ITEMS)}))


def test_influences_add_up_to_the_bias_reduced_variance():
    rng = np.random.default_rng(3)
    couples = np.repeat(np.arange(30), 7)
    X = rng.normal(size=(210, 3)) + rng.normal(size=(30, 3))[couples]
    y = X @ [0.5, 0.0, -0.2] + rng.normal(size=30)[couples] + rng.normal(size=210)
    parts = influences(y, X, couples)
    stock = GEE(y, X, groups=couples, cov_struct=Independence()).fit(cov_type="bias_reduced")
    assert parts.T @ parts == pytest.approx(stock.cov_params(), rel=1e-8)  # two routes to one matrix: rounding only
    ours = gee(y, X, ("a", "b", "c"), couples)
    assert ours.params == pytest.approx(stock.params, rel=1e-8)
    assert ours.cov == pytest.approx(stock.cov_params(), rel=1e-8)
    assert ours.df == 29


@pytest.mark.parametrize("spoil", [0.0, np.nan, "sum"])
def test_columns_that_can_not_be_told_apart_are_refused(spoil):
    X = np.random.default_rng(3).normal(size=(60, 3))
    X[:, 2] = X[:, 0] - X[:, 1] if spoil == "sum" else spoil
    with pytest.raises(AnalysisError, match="collinear columns"):
        gee(X[:, 0], X, ("a", "b", "c"), np.repeat(np.arange(30), 2))


def test_effects_are_those_of_one_regression_with_a_dummy_for_each_person():
    data = diary((0.3, 0.2, 0.1, 0.0, 0.0, 0.0), couples=40, days=6)
    found = estimated(data, **KEYS)
    rows = data.person_days
    people = np.eye(80)[rows["person_id"].astype("category").cat.codes]
    X = np.column_stack([rows[list(ITEMS)].to_numpy(), people])
    by_hand = np.linalg.lstsq(X, rows["y"].to_numpy(), rcond=None)[0][:6]
    assert [term.estimate for term in found.tested] == pytest.approx(list(by_hand), abs=1e-10)


def test_the_restricted_likelihood_is_that_of_contrasts():
    """REML's spread by brute force: the density of any basis of contrasts, over a fine grid."""
    rng = np.random.default_rng(5)
    root = rng.normal(size=(7, 7))
    cov = 0.01 * (root @ root.T / 7 + np.eye(7))
    estimates = 0.1 + rng.multivariate_normal(np.zeros(7), cov + 0.04 * np.eye(7))
    contrasts = linalg.null_space(np.ones((1, 7))).T
    grid = np.linspace(0, 1, 4001)
    likelihood = [
        stats.multivariate_normal.logpdf(contrasts @ estimates, cov=contrasts @ (cov + t**2 * np.eye(7)) @ contrasts.T)
        for t in grid
    ]
    found = pooled(estimates, cov, 10**9)
    assert found.spread == pytest.approx(grid[int(np.argmax(likelihood))], abs=3e-4)  # the grid's step
    total = cov + found.spread**2 * np.eye(7)
    joint = np.block([[total + 1e6, found.spread**2 * np.eye(7) + 1e6], [found.spread**2 * np.eye(7) + 1e6,
                      found.spread**2 * np.eye(7) + 1e6]])  # fmt: skip
    given = joint[7:, :7] @ linalg.solve(joint[:7, :7], estimates)  # a mean that nothing is known of beforehand
    error = joint[7:, 7:] - joint[7:, :7] @ linalg.solve(joint[:7, :7], joint[:7, 7:])
    assert found.effects == pytest.approx(given, abs=1e-4)
    assert found.errors == pytest.approx(np.sqrt(np.diag(error)), abs=1e-3)


def test_the_mean_and_the_spreads_interval_are_those_of_a_meta_analysis():
    rng = np.random.default_rng(8)
    variances = rng.uniform(0.01, 0.05, 12)
    estimates = rng.normal(0.2, np.sqrt(0.09 + variances))
    found = pooled(estimates, np.diag(variances), 10**9)
    meta = combine_effects(estimates, variances, method_re="iterated")
    q = float(((estimates - meta.mean_effect_fe) ** 2 / variances).sum())
    assert found.p_value == pytest.approx(stats.chi2.sf(q, 11), rel=1e-4)
    assert found.low95 < np.sqrt(meta.tau2) < found.high95  # Paule and Mandel's estimate, another estimator
    weights = 1 / (variances + found.spread**2)
    assert found.mean == pytest.approx(float(weights @ estimates / weights.sum()), rel=1e-9)
    for end, tail in ((found.low95, 0.025), (found.high95, 0.975)):
        w = 1 / (variances + end**2)
        rest = estimates - w @ estimates / w.sum()
        assert float(w @ rest**2) == pytest.approx(stats.chi2.isf(tail, 11), rel=1e-4)


@pytest.mark.parametrize("spread", [0.0, 0.15])
def test_the_spreads_interval_holds_the_truth(spread):
    rng = np.random.default_rng(2)
    held, p_values = 0, []
    for _ in range(400):
        influence = rng.normal(size=(60, 8)) / 60
        truth = rng.normal(0.1, spread, 8) if spread else np.full(8, 0.1)
        estimates = truth + rng.normal(size=8) / np.sqrt(60)
        found = pooled(estimates, influence.T @ influence * 60 / 59, 60)
        held += found.low95 <= spread <= found.high95
        p_values.append(found.p_value)
    assert held / 400 >= 0.917  # three standard errors below .95
    if spread == 0.0:
        assert np.mean(np.array(p_values) < 0.05) <= 0.083  # three above .05


def test_pooled_effects_are_nearer_to_the_truth():
    rng = np.random.default_rng(6)
    raw = drawn = 0.0
    for _ in range(200):
        truth = rng.normal(0.1, 0.05, 20)
        estimates = truth + rng.normal(0, 0.1, 20)
        found = pooled(estimates, 0.01 * np.eye(20), 200)
        raw += float(((estimates - truth) ** 2).sum())
        drawn += float(((found.effects - truth) ** 2).sum())
    assert drawn < 0.5 * raw


def test_practices_that_differ_and_all_help_are_told_from_alike_and_from_none():
    differ = estimated(diary((0.6, 0.5, 0.4, 0.3, 0.2, 0.1)), **KEYS, rule="R14")
    assert differ.facts["spread_low95"] > 0
    assert differ.facts["p_value"] < 0.05
    assert [differ.facts[f"{name}_rank"] for name in ITEMS] == [1, 2, 3, 4, 5, 6]
    alike = estimated(diary((0.3,) * 6), **KEYS, rule="R14")
    assert alike.facts["spread_low95"] == 0
    assert all(alike.facts[f"{name}_high95"] - alike.facts[f"{name}_low95"] == 5 for name in ITEMS)
    rows = differ.figure.frames["ranks"]
    assert (rows["pooled"] - differ.facts["mean"]).abs().le((rows["value"] - differ.facts["mean"]).abs()).all()


def test_the_day_before_counts_where_it_is_asked():
    found = estimated(diary((0.6, 0.0, 0.0, 0.0, 0.0, 0.0), lag=1), **KEYS, lag=1, autoregression=True)
    assert found.tested[0].conf_low > 0.4
    assert any(concern.code == "measurement_error" for concern in found.concerns)


@pytest.mark.parametrize(("more", "word"), [
    ({"items": ("c0", "c1")}, "three"), ({"rule": "R5"}, "R14"), ({"rule": "R12"}, "stated"),
    ({"test": ("x",)}, "test"), ({"autoregression": True}, "lag"), ({"stated": 3}, "R12"),
])  # fmt: skip
def test_what_is_missing_is_named(more, word):
    with pytest.raises(StudyFileError, match=word):
        practices.check(asked(**{**KEYS, **more}), SETTING, "here")
