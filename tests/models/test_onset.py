"""Times of improvement: by hand, against statsmodels, scipy and brute force, and in worlds whose answer is known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import optimize
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from tests.models.weekly_data import SETTING

from couples_study.contracts.evidence import NotTestable
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.contracts.scenario import Scenario, TrialTruth
from couples_study.core.errors import StudyFileError
from couples_study.models import onset_model
from couples_study.models.onset.analysis import change_of, sequence
from couples_study.models.onset.change import (
    ReliableChange,
    Times,
    couple_times,
    reliable_change,
    retest,
    times_of,
)
from couples_study.models.onset.curve import Share, difference, turnbull
from couples_study.models.onset.gap import gaps_of, hump, score
from couples_study.models.onset.hazard import baseline_steps, hazard_ratios, stretches
from couples_study.models.onset.picture import incidence, kaplan_meier
from couples_study.planning.scenarios import scenarios
from couples_study.planning.trials import run_trial

EXACT = 1e-9
EM = 1e-5  # self-consistency stops when nothing moves by more than 1e-7
KEYS = {
    "id": "T", "statement": "A test.", "model": "onset", "rule": "R7", "outcome": "emotional", "arm": "arm",
    "contrast": ["emotional_first", "wait_list"], "begins": 1, "at": 4, "early": 2,
    "smallest_effect": {"value": 0.1, "unit": "share per arm", "why": "a test"},
}  # fmt: skip


def asked(**keys):
    return Hypothesis.model_validate({**KEYS, **keys})


def looks(*weeks):
    """Improved (1), not (0), not answered (None) by week, for one couple of one person twice."""
    row = [np.nan if week is None else float(week) for week in weeks]
    return ReliableChange(
        improved=np.array([[row, row]]), weeks=np.arange(1, len(row) + 1), reliability=0.9, error=1.0
    )  # fmt: skip


@pytest.mark.parametrize(
    ("weeks", "left", "right"),
    [
        ((0, 0, 1, 1, 1), 2, 3),  # first of two weeks running
        ((0, 1, 0, 1, 1), 3, 4),  # one good week is none
        ((0, 0, 0, 0, 1), 4, np.inf),  # it can not begin in the last week: censored before it
        ((1, 1, 0, 0, 0), 0, 1),
        ((0, None, 1, 1, 0), 1, 3),  # a skipped week widens the interval
        ((0, 0, 1, None, None), 2, np.inf),  # nobody saw whether it lasted
        ((0, 0, None, None, None), 2, np.inf),  # dropout: nothing is known after week 2
        ((None, 1, 1, 1, 1), 0, 2),
    ],
)
def test_the_first_lasting_change(weeks, left, right):
    times = times_of(looks(*weeks))
    assert times.left[0, 0] == left
    assert times.right[0, 0] == right


def test_both_partners_or_either():
    times = Times(left=np.array([[1.0, 3.0]]), right=np.array([[2.0, np.inf]]))
    both, either = (couple_times(times, who) for who in ("both", "either"))
    assert (both.left[0], both.right[0]) == (3, np.inf)
    assert (either.left[0], either.right[0]) == (1, 2)


def test_reliability_is_the_correlation_of_two_baselines():
    weekly = run_trial(scenarios()["trial_null"], 3000, 1).weekly()
    # .90 of the variance is true, of which .06 wobbles with a correlation of .5 from week to week
    assert retest(weekly, "emotional") == pytest.approx(0.9 * (0.94 + 0.06 * 0.5), abs=0.01)


@pytest.mark.parametrize(("looks_needed", "low", "high"), [(1, 0.20, 0.40), (2, 0.03, 0.10)])
def test_without_any_change_two_weeks_running_are_rarely_seen(looks_needed, low, high):
    """By week 12 one look somewhere fools a third, two running few: wobble, noise and the drift of those who wait."""
    nothing = Scenario(name="x", summary="", trial=TrialTruth())
    weekly = run_trial(nothing, 4000, 3, complete=True).weekly().only(["wait_list"])
    change = reliable_change(weekly, "phys", retest(weekly, "phys"))
    short = ReliableChange(improved=change.improved[:, :, :12], weeks=change.weeks[:12], reliability=1, error=1)
    assert low < times_of(short, looks=looks_needed).seen.mean() < high


def test_turnbull_is_the_product_limit_where_times_are_exact_or_right_censored():
    rng = np.random.default_rng(5)
    true, censored = rng.integers(1, 12, size=200).astype(float), rng.integers(2, 14, size=200).astype(float)
    seen = true <= censored
    times = Times(left=np.where(seen, true - 1, censored), right=np.where(seen, true, np.inf))
    estimate = turnbull(times, np.arange(1, 15))
    survival = 1.0
    for week in range(1, 12):
        at_risk = np.sum(np.where(seen, true, censored + 0.5) >= week)
        survival *= 1 - np.sum(seen & (true == week)) / at_risk
        assert 1 - estimate.by(week) == pytest.approx(survival, abs=EM)


def test_turnbull_maximises_the_likelihood():
    """Against a general optimiser over all probabilities of a small sample."""
    left = np.array([0, 1, 1, 2, 0, 3, 2, 0, 1.0])
    right = np.array([1, 2, 3, 4, 3, np.inf, np.inf, 2, 4.0])
    grid = np.arange(1, 5)
    A = np.array(
        [[*((lo < grid) & (grid <= hi)), not np.isfinite(hi)] for lo, hi in zip(left, right, strict=True)], float
    )

    def loss(z):
        p = np.exp(z - z.max())
        return -np.log(A @ (p / p.sum())).sum()

    best = min(optimize.minimize(loss, z0, method="BFGS").fun for z0 in np.random.default_rng(1).normal(size=(5, 5)))
    p = turnbull(Times(left=left, right=right), grid).p
    assert -np.log(A @ p).sum() == pytest.approx(best, abs=1e-5)


def test_resamples_with_equal_weights_are_the_estimate():
    times = Times(left=np.array([0, 1, 2.0]), right=np.array([2, 2, np.inf]))
    whole = turnbull(times, np.arange(1, 4))
    np.testing.assert_allclose(turnbull(times, np.arange(1, 4), np.ones((2, 3))).p[1], whole.p, atol=EM)


def test_intervals_of_shares_are_wilson_and_newcombe():
    one, two = Share(value=0.31, n=100), Share(value=0.12, n=75)
    np.testing.assert_allclose(one.interval(0.95), proportion_confint(31, 100, method="wilson"), atol=EXACT)
    theirs = confint_proportions_2indep(31, 100, 9, 75, method="newcomb", compare="diff")
    np.testing.assert_allclose(difference(one, two, 0.95), theirs, atol=EXACT)


def exact_times(n=400, ratio=1.8, seed=2, weeks=20):
    """Weeks of improving in two arms with a constant hazard ratio, couples of one."""
    rng = np.random.default_rng(seed)
    first = (np.arange(n) < n // 2).astype(float)
    week = np.ceil(rng.exponential(size=n) / (0.08 * ratio**first))
    seen = week <= weeks
    return Times(left=np.where(seen, week - 1, weeks), right=np.where(seen, week, np.inf)), first


def by_hand(rows, x):
    """The complementary log-log likelihood maximised by scipy; returns beta and the couple-clustered error."""
    steps = baseline_steps(rows.start, rows.event)
    X = np.column_stack([steps, x])

    def parts(beta):
        rate = np.exp(X @ beta) * rows.width
        return rate, -np.expm1(-rate)

    def loss(beta):
        rate, p = parts(beta)
        return -np.sum(rows.event * np.log(np.maximum(p, 1e-300)) - (1 - rows.event) * rate)

    def score(beta):
        rate, p = parts(beta)
        return X * (rows.event * rate * np.exp(-rate) / np.maximum(p, 1e-300) - (1 - rows.event) * rate)[:, None]

    beta = optimize.minimize(
        loss, np.r_[np.full(steps.shape[1], -2.0), 0.0], jac=lambda b: -score(b).sum(0), tol=1e-12
    ).x
    step = 1e-5 * np.eye(len(beta))
    hessian = np.array([(score(beta + e).sum(0) - score(beta - e).sum(0)) / 2e-5 for e in step])
    bread = np.linalg.inv(-hessian)
    by_couple = np.array([score(beta)[rows.couple == c].sum(0) for c in np.unique(rows.couple)])
    return beta[-1], np.sqrt((bread @ by_couple.T @ by_couple @ bread)[-1, -1])


def test_the_hazard_ratio_is_the_likelihoods_and_finds_the_truth():
    times, first = exact_times()
    rows = stretches(times, np.arange(len(first)))
    found = hazard_ratios(rows, {"arm": first[rows.couple]})["arm"]
    beta, error = by_hand(rows, first[rows.couple])
    assert found.estimate == pytest.approx(beta, abs=1e-5)
    # statsmodels' cluster covariance has the factor G/(G-1) (n-1)/(n-k)
    assert found.std_error == pytest.approx(error, rel=0.01)
    assert abs(found.estimate - np.log(1.8)) < 3 * found.std_error
    seen = times.seen
    cox = PHReg(np.where(seen, times.right, times.left), first[:, None], status=seen.astype(int), ties="efron").fit()
    assert found.estimate == pytest.approx(cox.params[0], abs=0.5 * found.std_error)


def test_a_stretch_of_skipped_weeks_counts_as_long_as_it_is():
    """Every third week asked: the ratio stays where it is, and the rows say how many weeks they stand for."""
    times, first = exact_times(n=2000, seed=7)
    asked_at = np.ceil(times.right / 3) * 3
    coarse = Times(left=np.where(times.seen, asked_at - 3, times.left), right=np.where(times.seen, asked_at, np.inf))
    rows = stretches(coarse, np.arange(len(first)))
    assert rows.width.max() == 3
    found = hazard_ratios(rows, {"arm": first[rows.couple]})["arm"]
    assert abs(found.estimate - np.log(1.8)) < 3 * found.std_error


def test_curves_are_product_limit_and_aalen_johansen():
    rng = np.random.default_rng(9)
    n = 150
    improve, leave, end = rng.integers(1, 15, n).astype(float), rng.integers(1, 40, n).astype(float), 12.0
    first = np.minimum(np.minimum(improve, leave), end)
    seen = (improve <= leave) & (improve <= end)
    gone = np.where((leave < improve) & (leave <= end), leave, np.inf)
    times = Times(left=np.where(seen, improve - 1, first), right=np.where(seen, improve, np.inf))
    curves = incidence(times, gone).set_index("week")
    surv, better, apart = 1.0, 0.0, 0.0
    for week in range(1, 13):
        at_risk = np.sum(first >= week)
        d1, d2 = np.sum(seen & (improve == week)), np.sum(gone == week)
        better, apart = better + surv * d1 / at_risk, apart + surv * d2 / at_risk
        surv *= 1 - (d1 + d2) / at_risk
        assert curves.loc[week, "improved"] == pytest.approx(better, abs=EXACT)
        assert curves.loc[week, "separated"] == pytest.approx(apart, abs=EXACT)
    product = kaplan_meier(times)
    assert product["improved"].is_monotonic_increasing
    assert (product["low"] <= product["improved"]).all()
    assert (product["high"] >= product["improved"]).all()


def test_gaps_are_known_to_as_much_as_both_ends_are():
    first = Times(left=np.array([[2.0, 5.0, 1.0]]), right=np.array([[3.0, 7.0, np.inf]]))
    second = Times(left=np.array([[8.0, 3.0, 4.0]]), right=np.array([[9.0, 4.0, 5.0]]))
    gaps = gaps_of(first, second).times
    for known, (e, p) in zip(
        zip(gaps.left, gaps.right, strict=True), [((3, 3), (9, 9)), ((6, 7), (4, 4))], strict=False
    ):
        possible = {b - a for a, b in itertools.product(range(e[0], e[1] + 1), range(p[0], p[1] + 1))}
        assert possible == set(range(int(known[0]) + 1, int(known[1]) + 1))
    assert gaps.left[2] == -np.inf  # the second came and the first was never seen
    assert gaps.right[2] == 3
    np.testing.assert_array_equal(score(first, second), [[1, -1, 0]])  # of the third nobody knows


def sim_arm(timeline, seed, reliabilities=(0.9, 0.9), couples=600):
    truth = TrialTruth(
        timeline=timeline, jump=2.0, reliability_emotional=reliabilities[0], reliability_physical=reliabilities[1]
    )
    weekly = run_trial(Scenario(name="x", summary="", trial=truth), couples, seed).weekly()
    question = asked(after="emotional", outcome="phys", contrast=["simultaneous"])
    inside = weekly.arm == weekly.arms.index("simultaneous")
    changes = []
    for column in ("emotional", "phys"):
        change = change_of(question, weekly, column)
        changes.append(
            ReliableChange(
                improved=change.improved[inside], weeks=change.weeks, reliability=change.reliability, error=change.error
            )
        )
    return weekly.where(inside), tuple(changes)


def test_unequal_reliability_fakes_an_order_that_the_null_takes_away():
    weekly, changes = sim_arm("simultaneous", 4, (0.92, 0.78), couples=1600)
    facts = sequence(weekly, ("emotional", "phys"), changes, np.random.default_rng(1), 40).facts
    assert facts["order"] > 0.2  # the more reliable scale is first far more often
    assert facts["excess_low95"] < 0 < facts["excess_high95"] + 0.05
    assert facts["gap_high95"] < 4


def test_a_true_order_is_found_with_its_gap_and_its_hump():
    weekly, changes = sim_arm("claimed", 4)
    facts = sequence(weekly, ("emotional", "phys"), changes, np.random.default_rng(1), 60).facts
    assert 5 <= facts["gap"] <= 7
    assert facts["excess_low95"] > 0
    assert facts["hump_0_3_low95"] > 0
    assert facts["hump_9_more_low95"] > 0


def test_shared_frailty_lifts_the_hazard_and_makes_no_hump():
    weekly, changes = sim_arm("frailty", 8, couples=4000)
    first, second = (times_of(change) for change in changes)
    logs, _, events = hump(first, second)
    assert events.sum() > 100
    assert logs[1] - logs[0] < 0.3
    facts = sequence(weekly, ("emotional", "phys"), changes, np.random.default_rng(1), 40).facts
    assert not facts["hump_0_3_low95"] > 0


def test_one_baseline_without_a_reliability_is_not_testable():
    weekly = run_trial(scenarios()["timeline_true"], 400, 1).weekly()
    short = type(weekly)(
        **{name: getattr(weekly, name) for name in weekly.__slots__}
        | {"weeks": weekly.weeks[1:], "answers": {k: v[:, :, 1:] for k, v in weekly.answers.items()}}
    )
    found = onset_model.evidence("T", asked(), short, SETTING)
    assert isinstance(found, NotTestable)
    assert found.reason == "needs_reliability"
    known = onset_model.evidence("T", asked(tolerance={"reliability": 0.87}), short, SETTING)
    assert [one.code for one in known.concerns] == ["short_baseline"]


@pytest.mark.parametrize("keys", [{}, {"after": "emotional", "outcome": "phys", "contrast": ["simultaneous"]}])
def test_a_scale_on_which_less_is_better_gives_the_same_answer(keys):
    weekly = run_trial(scenarios()["timeline_true"], 400, 1).weekly()
    turned = type(weekly)(
        **{name: getattr(weekly, name) for name in weekly.__slots__}
        | {"answers": {name: 100 - values for name, values in weekly.answers.items()}}
    )
    one = onset_model.evidence("T", asked(**keys), weekly, SETTING, brief=True)
    two = onset_model.evidence("T", asked(**keys, direction="negative"), turned, SETTING, brief=True)
    assert one.facts == pytest.approx(two.facts, abs=1e-6)


def test_the_evidence_has_what_stands_beside_it():
    weekly = run_trial(scenarios()["timeline_true"], 1600, 1).weekly()
    found = onset_model.evidence("T", asked(), weekly, SETTING)
    starts = [
        "one",
        "either",
        "dropout",
        "of those not seen as many",
        "of those not seen in",
        "none of those",
        "weighted by",
    ]
    assert all(row.label.startswith(start) for row, start in zip(found.sensitivity, starts, strict=True))
    assert found.coefficients[-1].term == "hazard"
    assert set(found.figure.frames) >= {"emotional_first", "wait_list"}
    brief = onset_model.evidence("T", asked(), weekly, SETTING, brief=True)
    assert brief.facts.items() <= found.facts.items()


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"arm": None}, "arm"),
        ({"contrast": ["a"]}, "contrast"),
        ({"rule": "R5"}, "rule"),
        ({"at": None}, "at"),
        ({"after": "safe", "contrast": ["a"], "stated": 1.0}, "stated"),
    ],
)
def test_questions_that_can_not_be_meant_are_refused(keys, word):
    with pytest.raises(StudyFileError, match=word):
        onset_model.check(asked(**keys), SETTING, "test")
