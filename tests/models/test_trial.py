"""Trials: sums of adjusted means, missing answers, compliers, against computations that share no code with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import OLS, WLS
from statsmodels.sandbox.regression.gmm import IV2SLS
from tests.models.weekly_data import SETTING

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.contracts.scenario import Scenario, TrialTruth
from couples_study.core.errors import StudyFileError
from couples_study.models import trial
from couples_study.models.clustered import gee
from couples_study.models.missing_data import inverse_probability
from couples_study.models.weekly.adjusted import adjusted_contrast, regressors
from couples_study.models.weekly.compliance import complier_effect
from couples_study.models.weekly.estimands import profile_of, trapezoid
from couples_study.models.weekly.robustness import _mixture
from couples_study.planning.scenarios import scenarios
from couples_study.planning.trials import ARMS, run_trial

EXACT = 1e-9  # the same algebra in another order
SOLVED = 1e-6  # statsmodels' GEE iterates
EF, PF, WL = ARMS[0], ARMS[1], ARMS[3]
KEYS = {
    "id": "T", "statement": "A test.", "model": "trial", "outcome": "phys", "arm": "arm", "contrast": [EF, PF],
    "begins": 1, "at": 16, "smallest_effect": {"value": 1.0, "unit": "points per arm", "why": "a test"},
}  # fmt: skip


def asked(**keys):
    return Hypothesis.model_validate({**KEYS, **keys})


@pytest.fixture(scope="module")
def weekly():
    return run_trial(scenarios()["trial_emotional_best"], 160, 11).weekly()


def long(weekly, weeks):
    """Rows of several weeks side by side: outcome, design in blocks by week, couple."""
    right = regressors(weekly, "phys")
    k = right.X.shape[-1]
    y, X, couple = [], [], []
    for number, week in enumerate(weeks):
        values = weekly.at("phys", week)
        there = np.isfinite(values)
        block = np.zeros((int(there.sum()), k * len(weeks)))
        block[:, number * k : (number + 1) * k] = right.X[there]
        y.append(values[there])
        X.append(block)
        couple.append(np.nonzero(there)[0])
    return np.concatenate(y), np.vstack(X), np.concatenate(couple), k


@pytest.mark.parametrize(
    "keys",
    [
        {}, {"at": 6, "contrast": [EF, WL]}, {"estimand": "area"}, {"estimand": "change", "since": 16, "at": 24},
        {"estimand": "foundation", "modules": [[6, 12], [0, 6]], "reference": WL, "at": 12},
    ],
)  # fmt: skip
def test_every_estimand_is_a_contrast_of_one_stacked_gee(weekly, keys):
    """All weeks in one bias-reduced GEE with a block of columns per week: estimate, error, df and p agree."""
    question = asked(**keys)
    (term,), profile = trial.contrasts(question, weekly)
    weeks = sorted({week for by_week in profile.values() for week in by_week if week > 0})
    y, X, couple, k = long(weekly, weeks)
    fit = gee(y, X, [str(i) for i in range(X.shape[1])], couple)
    along = np.zeros(X.shape[1])
    for cell, by_week in profile.items():
        for week, weight in by_week.items():
            if week > 0:
                along[weeks.index(week) * k + cell] += weight
    theirs = fit.term(along, "x")
    assert term.estimate == pytest.approx(theirs.estimate, abs=SOLVED)
    assert term.std_error == pytest.approx(theirs.std_error, abs=SOLVED)
    assert term.df == pytest.approx(theirs.df, abs=2)  # couples of any week of the estimand
    assert term.p_value == pytest.approx(theirs.p_value, abs=1e-4)


def test_an_area_is_the_average_height():
    weights = trapezoid(np.array([-1, 0, 1, 2, 4]), 4)
    curve = {0: 0.0, 1: 2.0, 2: 2.0, 4: 0.0}
    assert sum(weights[week] * curve[week] for week in curve) == pytest.approx((1 + 2 + 2) / 4)


def test_beside_a_week_stands_the_area_up_to_it(weekly):
    """The row is the contrast that ``estimand = "area"`` tests, with the interval of that test."""
    (area,), _ = trial.contrasts(asked(estimand="area"), weekly)
    label = "area under the curve, averaged over weeks 0 to 16"
    (row,) = [row for row in trial.evidence("T", asked(), weekly, SETTING).sensitivity if row.label == label]
    assert (row.estimate, row.std_error, row.df) == (area.estimate, area.std_error, area.df)
    assert (row.conf_low, row.conf_high) == (area.conf_low, area.conf_high)
    told = trial.evidence("T", asked(estimand="area"), weekly, SETTING).sensitivity
    assert label not in [row.label for row in told]


def test_truth_is_recovered_where_nobody_is_missing():
    truth = scenarios()["trial_emotional_best"]
    estimates, errors = [], []
    for seed in range(20):
        world = run_trial(truth, 400, seed, complete=True).weekly()
        (term,), _ = trial.contrasts(asked(smallest_effect={"value": 1, "unit": "SD per arm", "why": "t"}), world)
        estimates.append(term.estimate)
        errors.append(term.std_error)
    assert np.mean(estimates) == pytest.approx(0.48, abs=3.5 * np.std(estimates) / np.sqrt(20))
    assert np.mean(errors) == pytest.approx(np.std(estimates, ddof=1), rel=0.4)


def test_a_shift_of_missing_answers_is_what_imputing_it_gives(weekly):
    """Fill missing answers with prediction plus delta and regress: the line over delta runs through it."""
    question, delta = asked(), -4.0
    right = regressors(weekly, "phys")
    profile = profile_of(question, weekly, {name: i for i, name in enumerate(weekly.arms)})
    random = adjusted_contrast(weekly, "phys", profile, right)
    mixture = _mixture(weekly, "phys", profile, right, random, (0,))
    y = weekly.at("phys", 16)
    there = np.isfinite(y)
    beta = OLS(y[there], right.X[there]).fit().params
    shifted = right.X @ beta + delta * (weekly.arm == 0)[:, None]
    filled = np.where(there, y, shifted)
    full = OLS(filled.ravel(), right.X.reshape(-1, right.X.shape[-1])).fit().params
    assert mixture.at(delta).value == pytest.approx(full[0] - full[1], abs=EXACT)
    assert mixture.at(0.0).value == pytest.approx(random.value, abs=EXACT)


def test_the_error_of_a_shifted_estimate_is_that_of_leaving_couples_out(weekly):
    question, delta = asked(), -4.0

    def shifted(one):
        right = regressors(one, "phys")
        profile = profile_of(question, one, {name: i for i, name in enumerate(one.arms)})
        random = adjusted_contrast(one, "phys", profile, right)
        return _mixture(one, "phys", profile, right, random, (0,)).at(delta)

    values = [shifted(weekly.where(np.delete(np.arange(weekly.couples), c))).value for c in range(weekly.couples)]
    n = weekly.couples
    jackknife = np.sqrt((n - 1) / n * np.sum((values - np.mean(values)) ** 2))
    whole = shifted(weekly)
    assert np.sqrt(whole.influence @ whole.influence) == pytest.approx(jackknife, rel=0.03)


def test_the_tipping_point_is_where_the_interval_meets_zero(weekly):
    question = asked(smallest_effect={"value": 0.25, "unit": "SD per arm", "why": "a test"})
    evidence = trial.evidence("T", question, weekly, SETTING)
    tip = evidence.facts["tipping_point"]
    assert tip < 0
    right = regressors(weekly, "phys")
    profile = profile_of(question, weekly, {name: i for i, name in enumerate(weekly.arms)})
    mixture = _mixture(weekly, "phys", profile, right, adjusted_contrast(weekly, "phys", profile, right), (0,))
    sd = weekly.baseline_sd("phys")
    assert mixture.at(tip * sd).term("x", sd).conf_low == pytest.approx(0.0, abs=1e-6)


def test_weights_are_those_of_a_weighted_regression(weekly):
    right = regressors(weekly, "phys")
    y = weekly.at("phys", 16)
    weights = np.random.default_rng(1).uniform(0.5, 2.0, size=y.shape)
    profile = {0: {16: 1.0}, 1: {16: -1.0}}
    found = adjusted_contrast(weekly, "phys", profile, right, {16: weights})
    there = np.isfinite(y)
    theirs = WLS(y[there], right.X[there], weights=weights[there]).fit().params
    assert found.value == pytest.approx(theirs[0] - theirs[1], abs=EXACT)


def test_inverse_probability_weights_undo_selection():
    """People with a high value answer more often; weights by what drove it bring the mean back."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=20_000)
    observed = rng.random(20_000) < 1 / (1 + np.exp(-x))
    weights = inverse_probability(observed, np.column_stack([np.ones(len(x)), x]))
    assert x[observed].mean() > 0.35
    assert np.average(x[observed], weights=weights[observed]) == pytest.approx(0.0, abs=0.05)


def test_separated_couples_are_counted(weekly):
    gone = np.full(weekly.couples, np.inf)
    gone[np.flatnonzero(weekly.arm == 0)[:8]] = 10
    parted = type(weekly)(**{name: getattr(weekly, name) for name in weekly.__slots__} | {"gone": gone})
    evidence = trial.evidence("T", asked(), parted, SETTING)
    rows = {row.label: row for row in evidence.sensitivity}
    label = next(label for label in rows if label.startswith("separated"))
    assert rows[label].estimate < evidence.tested[0].estimate
    assert evidence.facts["separated"] == 8


def test_the_complier_effect_is_two_stage_least_squares(weekly):
    question = asked(contrast=[EF, WL], at=6, adherence="adherence")
    found = complier_effect(question, weekly)
    pair = weekly.only([EF, WL])
    right = regressors(pair, "phys")
    y, there = pair.at("phys", 6), np.isfinite(pair.at("phys", 6))
    along = (pair.weeks > 0) & (pair.weeks <= 6)
    done = pd.DataFrame(pair.answers["adherence"][:, :, along].reshape(-1, int(along.sum()))).mean(axis=1).fillna(0)
    done = done.to_numpy().reshape(y.shape)
    held = np.column_stack([np.ones(int(there.sum())), right.X[there][:, 2:]])
    Z = np.column_stack([right.X[there][:, 0], held])
    X = np.column_stack([done[there], held])
    assert found.value == pytest.approx(IV2SLS(y[there], X, Z).fit().params[0], abs=1e-7)
    beta = np.linalg.solve(Z.T @ X, Z.T @ y[there])
    scores = pd.DataFrame(Z * (y[there] - X @ beta)[:, None]).groupby(np.nonzero(there)[0]).sum().to_numpy()
    bread = np.linalg.inv(Z.T @ X)
    plain = np.sqrt((bread @ scores.T @ scores @ bread.T)[0, 0])
    assert found.influence @ found.influence == pytest.approx(plain**2, rel=0.1)  # ours is bias-reduced


def test_no_false_effect_where_couples_joined_at_their_lowest():
    """Everybody gets better, nothing works: within an arm it looks like a gain, between arms it is none."""
    world = run_trial(Scenario(name="x", summary="", trial=TrialTruth(lowest_quarter=True)), 2000, 4).weekly()
    before = np.nanmean(world.answers["phys"][:, :, 0])
    assert np.nanmean(world.at("phys", 16)) - before > 2.0
    (term,), _ = trial.contrasts(asked(contrast=[EF, WL]), world)
    assert abs(term.estimate) < 3 * term.std_error


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"contrast": [EF]}, "contrast"), ({"at": None}, "at"), ({"estimand": "foundation"}, "modules"),
        ({"estimand": "change"}, "since"), ({"moderator": "presenting_concern"}, "stratum"),
        ({"test": ["actor"]}, "test"), ({"test": ["interaction"]}, "interaction"),
    ],
)  # fmt: skip
def test_questions_that_can_not_be_meant_are_refused(keys, word):
    with pytest.raises(StudyFileError, match=word):
        trial.check(asked(**keys), SETTING, "test")


def test_too_few_in_an_arm_is_not_testable(weekly):
    few = weekly.where(np.r_[np.flatnonzero(weekly.arm == 0)[:10], np.flatnonzero(weekly.arm != 0)])
    found = trial.evidence("T", asked(), few, SETTING)
    assert isinstance(found, NotTestable)
    assert found.reason == "too_few_couples"


def test_row_order_and_names_of_couples_do_not_matter(weekly):
    shuffled = weekly.where(np.random.default_rng(2).permutation(weekly.couples))
    (one,), _ = trial.contrasts(asked(), weekly)
    (two,), _ = trial.contrasts(asked(), shuffled)
    assert one.estimate == pytest.approx(two.estimate, abs=EXACT)
    assert one.std_error == pytest.approx(two.std_error, abs=EXACT)


def test_the_evidence_is_whole(weekly):
    found = trial.evidence("T", asked(contrast=[EF, WL], at=6, adherence="adherence"), weekly, SETTING)
    assert isinstance(found, Evidence)
    assert found.counts.days_scheduled == weekly.couples
    labels = " ".join(row.label for row in found.sensitivity)
    for word in ("missing answers in the first arm 0.25 SD lower", "inverse chance", "per full adherence"):
        assert word in labels
