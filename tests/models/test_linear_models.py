"""The first models against computations that share no code with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.contracts.study import Dyads
from couples_study.core.columns import Column, Glossary
from couples_study.core.errors import StudyFileError
from couples_study.measures import frames_of
from couples_study.models.clustered import gee
from couples_study.models.registry import MODELS, Setting, check_question

EXACT = 1e-9  # the same algebra in another order: only rounding differs


def measures() -> Glossary:
    names = ("y", "y1", "y2", "x", "x1", "x2", "z")
    return Glossary({
        n: Column(name=n, label=n, meaning=n, unit="points", kind="number", table="diary_days", group="t") for n in names
    })  # fmt: skip


SETTING = Setting(
    dyads=Dyads(type="distinguishable", by="sex", labels={"1": "woman", "2": "man"}),
    glossary=measures(),
    scheduled_days=20,
)


def diary(couples=40, days=20, missing=0.2, seed=1, path=0.0, noise=0.0):
    """Both partners' days with autocorrelation, a partner path of ``path``, item noise, and absent rows."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(couples, 2, days)) + rng.normal(size=(couples, 2, 1))
    y = np.zeros((couples, 2, days))
    for t in range(days):
        before = y[:, :, t - 1] if t else 0.0
        push = path * (x[:, :, t - 1] - x.mean(axis=2)) if t else 0.0
        y[:, :, t] = 0.3 * before + push + rng.normal(size=(couples, 2))
    y = y + rng.normal(size=(couples, 2, 1)) + 2 * rng.normal(size=(couples, 1, 1))
    ix = np.indices(y.shape).reshape(3, -1)
    frame = pd.DataFrame({
        "couple_id": [f"c{c}" for c in ix[0]], "person_id": [f"c{c}/{m}" for c, m in zip(ix[0], ix[1], strict=True)],
        "role": np.array(["woman", "man"])[ix[1]], "day": ix[2], "y": y.ravel(), "x": x.ravel(),
    })  # fmt: skip
    for name in ("y", "x"):
        for number in (1, 2):
            frame[f"{name}{number}"] = frame[name] + noise * rng.normal(size=len(frame))
    return frame[rng.random(len(frame)) >= missing].reset_index(drop=True)


def frames(table):
    people = table[["couple_id", "person_id", "role"]].drop_duplicates()
    return frames_of({"people": people, "couples": people[["couple_id"]].drop_duplicates(), "diary_days": table}, ())


def asked(**keys):
    effect = {"value": 0.05, "unit": "points per point", "why": "a test"}
    return Hypothesis.model_validate({"id": "T", "statement": "A test.", "smallest_effect": effect, **keys})


def estimate(table, setting=SETTING, **keys) -> Evidence:
    question = asked(**keys)
    model = check_question(question, setting, "test")
    return model.estimate("T", question, frames(table), setting)


def by_hand_sandwich(X, y, couple):
    """Least squares with the bias-reduced sandwich of Mancl and DeRouen, cluster by cluster."""
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ X.T @ y
    meat = np.zeros_like(bread)
    for c in np.unique(couple):
        Xc, rc = X[couple == c], (y - X @ beta)[couple == c]
        adjusted = np.linalg.solve(np.eye(len(rc)) - Xc @ bread @ Xc.T, rc)
        score = Xc.T @ adjusted
        meat += np.outer(score, score)
    return beta, bread @ meat @ bread


def test_gee_equals_the_sandwich_computed_by_hand():
    rng = np.random.default_rng(3)
    couple = np.repeat(np.arange(12), 5)
    X = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    y = X @ [1.0, 0.5, 0.0] + rng.normal(size=12)[couple] + rng.normal(size=60)
    fit = gee(y, X, ("a", "b", "c"), couple)
    beta, cov = by_hand_sandwich(X, y, couple)
    assert fit.params == pytest.approx(beta, abs=EXACT)
    assert fit.cov == pytest.approx(cov, abs=EXACT)
    term = fit.terms()[1]
    error = np.sqrt(cov[1, 1])
    assert term.df == 11
    assert term.p_value == pytest.approx(2 * stats.t.sf(abs(beta[1]) / error, 11), rel=1e-6)
    assert term.conf_low == pytest.approx(beta[1] - stats.t.ppf(0.975, 11) * error, abs=EXACT)


def test_within_effects_equal_person_fixed_effects():
    """The marginal day-level terms are what dummies for every person give, gaps, lags and all."""
    table = diary()
    found = estimate(
        table, model="apim", outcome="y", partner=["x"], lag=1, autoregression=True, covariates=["study_day"]
    )
    lookup = {
        (p, d): (y, x) for p, d, y, x in zip(table["person_id"], table["day"], table["y"], table["x"], strict=True)
    }
    rows = []
    for (person, day), (y, _) in lookup.items():
        other = person[:-1] + ("1" if person.endswith("0") else "0")
        if (person, day - 1) in lookup and (other, day - 1) in lookup:
            rows.append((person, day, y, lookup[person, day - 1][0], lookup[other, day - 1][1]))
    data = pd.DataFrame(rows, columns=["person", "day", "y", "own", "partner"])
    X = np.column_stack([data[["own", "partner", "day"]], pd.get_dummies(data["person"]).to_numpy(dtype=float)])
    beta = np.linalg.lstsq(X, data["y"].to_numpy(), rcond=None)[0]
    marginal = next(row for row in found.sensitivity if row.label == "marginal model (GEE)")
    assert marginal.estimate == pytest.approx(beta[1], abs=1e-7)
    assert found.tested[0].estimate == pytest.approx(beta[1], abs=found.tested[0].std_error)
    assert found.counts.n_obs == len(data)


def test_a_test_of_one_role_counts_that_role_alone():
    table = diary(seed=5)
    both = estimate(table, model="apim", outcome="y", actor=["x"], partner=["x"], by_role=True, covariates=[])
    terms = {term.name: term for term in both.coefficients}
    for role in ("woman", "man"):
        alone = estimate(
            table,
            model="apim",
            outcome="y",
            actor=["x"],
            partner=["x"],
            by_role=True,
            covariates=[],
            test=[f"partner.within[{role}]"],
        )
        assert alone.tested[0].estimate == pytest.approx(terms[f"partner.within[{role}]"].estimate, abs=EXACT)
        assert alone.counts.n_obs < both.counts.n_obs


def test_a_role_contrast_is_the_difference_with_its_own_error():
    table = diary(seed=6)
    found = estimate(
        table, model="apim", outcome="y", actor=["x"], by_role=True, covariates=[],
        test=["actor.within[woman] - actor.within[man]"],
    )  # fmt: skip
    terms = {term.name: term.estimate for term in found.coefficients}
    assert found.tested[0].estimate == pytest.approx(
        terms["actor.within[woman]"] - terms["actor.within[man]"], abs=EXACT
    )
    assert found.tested[0].std_error > 0


def test_a_covariate_may_be_the_partners():
    table = diary(seed=7)
    other = table[["couple_id", "day", "role", "x1"]].replace({"role": {"woman": "man", "man": "woman"}})
    told = table.drop(columns="x2").merge(
        other.rename(columns={"x1": "x2"}), on=["couple_id", "day", "role"], how="left"
    )
    words = {"model": "apim", "outcome": "y", "actor": ["x"]}
    found = estimate(table, **words, covariates=["partner.x1"]).tested[0]
    by_hand = estimate(told, **words, covariates=["x2"]).tested[0]
    assert (found.estimate, found.std_error) == pytest.approx((by_hand.estimate, by_hand.std_error), abs=EXACT)


def test_standardised_units_scale_estimate_and_error_alike():
    table = diary(seed=7)
    words = {"model": "apim", "outcome": "y", "actor": ["x"], "covariates": []}
    raw = estimate(table, **words).tested[0]
    unit = {"value": 0.1, "unit": "within SD per within SD", "why": "a test"}
    scaled = estimate(table, **words, smallest_effect=unit).tested[0]
    inside = table[["y", "x"]] - table.groupby("person_id")[["y", "x"]].transform("mean")
    freedom = len(table) - table["person_id"].nunique()
    sd = np.sqrt((inside**2).sum() / freedom)
    assert scaled.estimate == pytest.approx(raw.estimate * sd["x"] / sd["y"], rel=1e-9)
    assert scaled.p_value == pytest.approx(raw.p_value, rel=1e-9)


def test_regression_with_both_partners_clusters_by_couple():
    table = diary(days=1, missing=0.0, couples=60, noise=1.0)
    people = table.drop(columns="day")
    setting = SETTING
    question = asked(model="regression", outcome="y", predictors=["x"], covariates=["x1"])
    found = MODELS["regression"].estimate(
        "T", question, frames_of({"people": people, "couples": people[["couple_id"]].drop_duplicates()}, ()), setting
    )
    X = np.column_stack([np.ones(len(people)), people[["x", "x1"]]])
    beta, cov = by_hand_sandwich(X, people["y"].to_numpy(), pd.factorize(people["couple_id"])[0])
    assert found.coefficients[1].estimate == pytest.approx(beta[1], abs=1e-8)
    assert found.coefficients[1].std_error == pytest.approx(np.sqrt(cov[1, 1]), abs=1e-8)
    assert found.coefficients[1].df == 59


CROSS = {
    "model": "cross_lag",
    "outcome": "y",
    "predictor": "x",
    "lag": 1,
    "indicators": {"y": ["y1", "y2"], "x": ["x1", "x2"]},
}


def test_cross_lag_equals_two_stage_least_squares_by_hand():
    table = diary(noise=0.5, missing=0.1)
    found = estimate(table, **CROSS)
    by_key = table.set_index(["person_id", "day"])
    rows = []
    for person, day in by_key.index:
        if (person, day - 1) in by_key.index:
            now, then = by_key.loc[(person, day)], by_key.loc[(person, day - 1)]
            rows.append((person, (now["y1"] + now["y2"]) / 2, then["y1"], then["y2"], then["x1"], then["x2"], day))
    data = pd.DataFrame(rows, columns=["person", "y", "y1", "y2", "x1", "x2", "day"])
    values = data.drop(columns="person")
    inside = values - values.groupby(data["person"]).transform("mean")
    W = np.vstack([inside[["y1", "x1", "day"]], inside[["y2", "x2", "day"]]])
    Z = np.vstack([inside[["y2", "x2", "day"]], inside[["y1", "x1", "day"]]])
    y = np.concatenate([inside["y"], inside["y"]])
    beta = np.linalg.solve(Z.T @ W, Z.T @ y)
    plain = next(row for row in found.sensitivity if row.label == "with short-series bias")
    assert plain.estimate == pytest.approx(beta[1], abs=1e-8)
    assert found.counts.n_obs == len(data)


def test_cross_lag_takes_measurement_error_out_where_the_plain_lag_does_not():
    """A path of .2 measured with much noise: the corrected estimates centre on it, the plain ones fall short."""
    corrected, plain = [], []
    for seed in range(12):
        found = estimate(diary(couples=100, seed=seed, path=0.2, noise=1.0, missing=0.0), **CROSS)
        corrected.append(found.coefficients[1].estimate)
        plain.append(found.sensitivity[0].estimate)
    error = np.std(corrected, ddof=1) / np.sqrt(len(corrected))
    assert abs(np.mean(corrected) - 0.2) < 4 * error
    assert np.mean(plain) < 0.17


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"model": "apim", "outcome": "y"}, "actor or partner"),
        ({"model": "apim", "outcome": "y", "actor": ["q"]}, "neither"),
        ({"model": "apim", "outcome": "y", "actor": ["x"], "test": ["partner.within"]}, "terms of this model"),
        ({"model": "apim", "outcome": "y", "actor": ["y"], "lag": 1, "autoregression": True}, "once"),
        (
            {"model": "apim", "outcome": "y", "actor": ["x"], "autoregression": True, "residual": "un@ar1"},
            "autoregression",
        ),
        ({"model": "apim", "outcome": "y", "actor": ["x"], "random": ["actor.wihtin"]}, "actor.within"),
        ({"model": "apim", "outcome": "y", "actor": ["x"], "reduce": ["partner.within"]}, "reduce"),
        ({"model": "apim", "outcome": "y", "actor": ["x"], "residual": "ar"}, "un@ar1"),
        ({"model": "regression", "outcome": "y", "predictors": ["x"], "lag": 1}, "lag"),
        ({"model": "regression", "outcome": "y", "predictors": ["y"]}, "once"),
        ({"model": "cross_lag", "outcome": "y", "predictor": "x"}, "lag = 1"),
        ({"model": "apmi", "outcome": "y", "actor": ["x"]}, "apim"),
        ({"model": "threshold", "outcome": "y", "exposure": "x"}, "stated"),
    ],
)
def test_questions_that_can_not_be_meant_are_refused(keys, word):
    with pytest.raises(StudyFileError) as refused:
        check_question(asked(**keys), SETTING, "hypothesis T")
    assert word in str(refused.value)


@pytest.mark.parametrize("unit", ["points", "SDs per point", "standardised per point"])
def test_a_unit_that_nobody_could_read_is_refused(unit):
    effect = {"value": 1, "unit": unit, "why": "a test"}
    with pytest.raises(StudyFileError):
        check_question(asked(model="apim", outcome="y", actor=["x"], smallest_effect=effect), SETTING, "hypothesis T")


def test_too_few_couples_and_constant_predictors_are_reasons_not_numbers():
    few = estimate(diary(couples=10), model="apim", outcome="y", actor=["x"])
    assert isinstance(few, NotTestable)
    assert few.reason == "too_few_couples"
    constant = estimate(diary().assign(x=1.0), model="apim", outcome="y", actor=["x"])
    assert isinstance(constant, NotTestable)
    assert constant.reason == "collinear"


def test_random_effects_and_residual_are_those_asked_for():
    words = {"model": "apim", "outcome": "y", "actor": ["x"], "covariates": ["study_day"]}
    grown = estimate(diary(), **words, random=["intercept", "study_day"], residual="role@ar1")
    assert "random intercept, study_day of each partner; residual role@ar1" in grown.estimator
    assert {"sd(residual[woman])", "sd(residual[man])", "log_likelihood"} <= set(grown.facts)
    assert any("study_day" in name for name in grown.facts)
    assert not any("same day" in name for name in grown.facts)
    plain = estimate(diary(), **words, random=[], residual="iid")
    assert "no random effects; residual iid" in plain.estimator
    assert grown.facts["log_likelihood"] > plain.facts["log_likelihood"]


def test_the_model_says_itself_in_other_languages():
    found = estimate(diary(), model="apim", outcome="y", actor=["x"], covariates=[])
    assert set(found.syntax) == {"nlme", "lme4", "glmmTMB", "sas", "spss"}
    assert "lme(" in found.syntax["nlme"]
    assert "proc mixed" in found.syntax["sas"].lower()


def test_one_survey_of_both_partners_is_a_panel_of_one_day():
    people = diary(days=1, missing=0.0, couples=60).drop(columns="day")
    once = frames_of({"people": people, "couples": people[["couple_id"]].drop_duplicates()}, ())
    question = asked(model="apim", outcome="y", actor=["x"], partner=["x"], centering="none")
    model = check_question(question, SETTING, "test")
    found = model.estimate("T", question, once, SETTING)
    assert found.counts.n_obs == 120
    assert "residual un;" in found.estimator
    assert not model.repeated(question)
    assert model.repeated(asked(model="apim", outcome="y", actor=["x"]))
