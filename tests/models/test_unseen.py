"""Couples who were not seen to the end: every row by hand, and worlds in which it is known what became of them."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep
from tests.models.test_onset import asked
from tests.models.weekly_data import SETTING

from couples_study.models import onset_model
from couples_study.models.onset.change import Times, couple_times, reliable_change, retest, times_of
from couples_study.models.onset.hazard import Stretches, hazard_ratios, stretches
from couples_study.models.onset.unseen import WEIGHTED, unseen_hazards, unseen_order, unseen_shares
from couples_study.planning.scenarios import scenarios
from couples_study.planning.trials import run_trial

EXACT = 1e-9
NEVER = np.inf


def arm(improved, clear, lost):
    """Couples who improved in week 3, were seen not to until week 8, and were lost after week 2."""
    left = np.r_[np.full(improved, 2.0), np.full(clear, 8.0), np.full(lost, 2.0)]
    return Times(left=left, right=np.r_[np.full(improved, 3.0), np.full(clear + lost, NEVER)])


def ones(times):
    return np.where((times.right <= 4) | (times.left >= 4), 1.0, 0.0)


def test_shares_by_hand():
    first, second = arm(60, 20, 20), arm(10, 70, 20)
    found = unseen_shares(4.0, 8.0, (first, second), (ones(first), ones(second)))
    alike, half, adverse, weighted = found.rows
    assert alike.estimate == pytest.approx((60 + 0.75 * 20) / 100 - (10 + 0.125 * 20) / 100, abs=EXACT)
    assert half.estimate == pytest.approx((60 + 0.375 * 20) / 100 - (10 + 0.125 * 20) / 100, abs=EXACT)
    assert adverse.estimate == pytest.approx(0.60 - 0.125, abs=EXACT)
    assert weighted.label == WEIGHTED
    assert weighted.estimate == pytest.approx(60 / 80 - 10 / 80, abs=EXACT)
    p, q = 60 / 80, 10 / 80
    assert weighted.std_error == pytest.approx(np.sqrt(p * (1 - p) / 80 + q * (1 - q) / 80), abs=EXACT)
    low, high = confint_proportions_2indep(60, 100, 12.5, 100, method="newcomb", compare="diff")
    assert (adverse.conf_low, adverse.conf_high) == pytest.approx((low, high), abs=1e-6)
    assert "tipping_point" not in found.facts  # 60 against at most 30 of 100
    assert not found.concerns


def test_the_share_that_tips_is_where_the_interval_meets_zero():
    first, second = arm(40, 30, 30), arm(15, 45, 40)
    found = unseen_shares(4.0, 8.0, (first, second), (ones(first), ones(second)))
    tip = found.facts["tipping_point"]
    low, _ = confint_proportions_2indep(40, 100, 15 + 40 * tip, 100, method="newcomb", compare="diff")
    assert low == pytest.approx(0.0, abs=1e-6)
    assert found.rows[2].conf_low > 0  # as many as of the others is fewer than that
    assert not found.concerns
    near = unseen_shares(4.0, 8.0, (arm(32, 30, 38), second), (ones(arm(32, 30, 38)), ones(second)))
    assert near.concerns[0].code == "missing_not_at_random"


def test_a_row_counts_as_often_as_its_weight_says():
    rng = np.random.default_rng(1)
    n = 400
    rows = Stretches(
        couple=np.repeat(np.arange(n // 4), 4), start=np.tile(np.arange(1, 5), n // 4), width=np.ones(n, dtype=int),
        event=(rng.random(n) < 0.3).astype(int),
    )  # fmt: skip
    treated = (rows.couple < 50).astype(float)
    twice = rng.integers(1, 3, n)
    again = np.repeat(np.arange(n), twice)
    copies = Stretches(**{name: getattr(rows, name)[again] for name in ("couple", "start", "width", "event")})
    weighted = hazard_ratios(rows, {"hazard": treated}, twice.astype(float))["hazard"]
    copied = hazard_ratios(copies, {"hazard": treated[again]})["hazard"]
    assert weighted.estimate == pytest.approx(copied.estimate, abs=1e-7)
    assert weighted.std_error == pytest.approx(copied.std_error, rel=2e-3)  # n of rows enters a factor near one


def test_hazards_fall_as_more_of_the_lost_are_taken_not_to_have_improved():
    rng = np.random.default_rng(2)

    def drawn(rate, n=200, stop=0.06):
        when, gone = np.ceil(rng.exponential(1 / rate, n)), np.ceil(rng.exponential(1 / stop, n))
        last = np.minimum(gone, 20.0)
        seen = when <= last
        return Times(left=np.where(seen, when - 1, last), right=np.where(seen, when, NEVER))

    first, second = drawn(0.12), drawn(0.09)
    weights = tuple(np.ones(200) for _ in range(2))
    half, none, plain = unseen_hazards(20.0, (first, second), weights).rows
    assert none.estimate < half.estimate < plain.estimate
    crude = [
        np.isfinite(t.right).sum() / np.where(np.isfinite(t.right), t.right, t.left).sum() for t in (first, second)
    ]
    assert plain.estimate == pytest.approx(np.log(crude[0] / crude[1]), abs=0.02)
    followed = Times(left=np.where(np.isfinite(first.right), first.left, 20.0), right=first.right)
    both = Times(**{end: np.r_[getattr(followed, end), getattr(second, end)] for end in ("left", "right")})
    rows = stretches(both, np.arange(400))
    by_hand = hazard_ratios(rows, {"hazard": (rows.couple < 200).astype(float)})["hazard"]
    assert none.estimate == pytest.approx(by_hand.estimate, abs=1e-7)
    assert none.std_error == pytest.approx(by_hand.std_error, rel=1e-6)


def test_the_order_by_hand():
    rng = np.random.default_rng(3)
    excess, lost = rng.normal(0.2, 0.4, 80), np.where(np.arange(80) < 20, 0.5, 0.0)
    found = unseen_order(excess, lost, np.where(lost > 0, 0.0, 1.0))
    quarter, half, weighted = found.rows
    assert quarter.estimate == pytest.approx((excess - 0.25 * lost).mean(), abs=EXACT)
    assert half.std_error == pytest.approx((excess - 0.5 * lost).std(ddof=1) / np.sqrt(80), abs=EXACT)
    assert weighted.estimate == pytest.approx(excess[20:].mean(), abs=EXACT)


def test_every_answer_about_weeks_has_its_rows_on_missing_answers():
    """Shares, order and hazards of a trial from which couples stop: patterns, weights, and where the answer tips."""
    weekly = run_trial(scenarios()["timeline_true"], 600, 4).weekly()
    order = {"rule": "R7", "outcome": "phys", "after": "emotional", "contrast": ["simultaneous"], "at": None}
    hazards = {"rule": "R1", "at": None, "contrast": ["emotional_first", "simultaneous"]}
    for keys in ({}, order, hazards):
        found = onset_model.evidence("T", asked(**keys), weekly, SETTING)
        labels = [row.label for row in found.sensitivity]
        assert WEIGHTED in labels
        assert sum("those not seen" in label or "those lost" in label for label in labels) >= 2


def test_the_complier_effect_on_a_share_is_two_stage_least_squares():
    from statsmodels.sandbox.regression.gmm import IV2SLS

    weekly = run_trial(scenarios()["timeline_true"], 600, 5, complete=True).weekly()
    found = onset_model.evidence("T", asked(adherence="adherence"), weekly, SETTING)
    row = next(row for row in found.sensitivity if row.label.startswith("per full adherence"))
    pair = weekly.only(["emotional_first", "wait_list"])
    change = reliable_change(weekly, "emotional", retest(weekly, "emotional"))
    both = couple_times(times_of(change), "both")
    improved = np.concatenate([both.right[weekly.arm == code] <= 4 for code in (0, 3)]).astype(float)
    first = np.concatenate([np.ones((weekly.arm == 0).sum()), np.zeros((weekly.arm == 3).sum())])
    weeks = (pair.weeks > 0) & (pair.weeks <= 4)
    done = np.concatenate(
        [pair.answers["adherence"][pair.arm == code][:, :, weeks].mean(axis=(1, 2)) for code in (0, 1)]
    )
    ones = np.ones(len(first))
    fit = IV2SLS(improved, np.column_stack([ones, done]), np.column_stack([ones, first])).fit()
    assert row.estimate == pytest.approx(fit.params[1], abs=1e-9)
    residual = improved - np.column_stack([ones, done]) @ fit.params
    centred = first - first.mean()
    robust = np.sqrt(np.sum((centred * residual) ** 2)) / abs(centred @ done)
    assert row.std_error == pytest.approx(robust, rel=1e-6)
