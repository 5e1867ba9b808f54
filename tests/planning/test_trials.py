"""Simulated trials: what their parameters say is there, the short cut agrees with the whole way, no wrong verdict."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import couples_study as cs
from couples_study.planning.power import judged
from couples_study.planning.replicate import judged_replicate
from couples_study.planning.scenarios import scenarios
from couples_study.planning.trials import ARMS, MEAN, SD, run_trial

WHOLE_NUMBERS = 0.03  # exports round answers to whole points, which moves an estimate a little


@pytest.fixture(scope="module")
def null():
    return run_trial(scenarios()["trial_null"], 4000, 1)


def test_baselines_have_the_moments_asked_for(null):
    first = null.answers["phys"][:, :, 0]
    assert np.nanmean(first) == pytest.approx(MEAN, abs=0.5)
    assert np.nanstd(first) == pytest.approx(SD, rel=0.03)
    assert np.corrcoef(first[:, 0], first[:, 1])[0, 1] == pytest.approx(0.9 * 0.94 * 0.5, abs=0.04)
    other = null.answers["emotional"][:, :, 0]
    assert np.corrcoef(first.ravel(), other.ravel())[0, 1] == pytest.approx(0.9 * 0.94 * 0.5, abs=0.04)


def test_couples_drop_out_as_planned_and_more_so_where_they_feel_worse(null):
    stayed = np.isfinite(null.answers["phys"][:, :, -8:]).any(axis=(1, 2))
    assert 1 - stayed.mean() == pytest.approx(0.25, abs=0.05)
    level = np.nanmean(null.answers["emotional"][:, :, :2], axis=(1, 2))
    assert level[stayed].mean() > level[~stayed].mean() + 1


def test_arms_are_of_one_size(null):
    assert set(np.bincount(null.arm)) == {1000}
    assert len(ARMS) == 4


def test_gains_come_where_modules_are():
    world = run_trial(scenarios()["trial_emotional_best"], 8000, 2, complete=True)
    change = world.answers["phys"] - world.answers["phys"][:, :, :2].mean(axis=2, keepdims=True)
    means = np.array([change[world.arm == arm].mean(axis=(0, 1)) for arm in range(4)]) / SD
    at = {int(week): place for place, week in enumerate(world.weeks)}
    net = means - means[3]
    assert net[0, at[6]] == pytest.approx(0.35, abs=0.04)  # crossing
    assert net[1, at[6]] == pytest.approx(0.50, abs=0.04)  # the module itself
    assert net[0, at[12]] - net[0, at[6]] == pytest.approx(1.0, abs=0.06)  # the module on a foundation
    assert net[1, at[24]] - net[1, at[16]] == pytest.approx(-0.48, abs=0.05)  # decay


def test_the_same_seed_gives_the_same_bytes():
    one, two = (cs.simulate("timeline_true", couples=40, seed=5).files for _ in range(2))
    assert one == two
    truth = json.loads(one["truth.json"])
    assert truth["synthetic"] is True
    assert truth["scenario"]["trial"]["timeline"] == "claimed"


def test_nothing_of_a_trial_is_held_at_the_door(tmp_path):
    for name, content in cs.simulate("trial_null", couples=80, seed=5).files.items():
        (tmp_path / name).write_bytes(content)
    study = cs.load_study(str(tmp_path))
    assert study.ledger.rows_held == 0
    assert set(study.frame("couples")["arm"]) == set(ARMS)


@pytest.mark.parametrize(("claim", "world"), [("C38", "trial_emotional_best"), ("C81", "timeline_true")])
def test_the_short_cut_gives_what_the_whole_way_gives(claim, world):
    """`judged_replicate` leaves out exports and intake, and nothing that decides."""
    whole = judged(cs.simulate(world, couples=240, seed=9), claim)
    short, _ = judged_replicate((claim,), world, 240, 28, 9)
    assert (whole.verdict, whole.reason) == (short[claim].verdict, short[claim].reason)
    assert whole.strength == short[claim].strength == "randomised"
    assert whole.terms[0].estimate == pytest.approx(short[claim].terms[0].estimate, abs=WHOLE_NUMBERS)


def test_the_short_cut_of_a_diary_gives_what_the_whole_way_gives():
    whole = judged(cs.simulate("cycle_true", couples=60, days=21, seed=9), "C13")
    short, _ = judged_replicate(("C13",), "cycle_true", 60, 21, 9)
    for one, other in zip(whole.terms, short["C13"].terms, strict=True):
        assert one.estimate == pytest.approx(other.estimate, abs=1e-8)
        assert one.std_error == pytest.approx(other.std_error, abs=1e-8)


@pytest.mark.parametrize(
    ("claim", "world", "never"),
    [
        ("C03", "trial_equal", "supported"), ("C03", "trial_regression", "supported"),
        ("C03", "trial_physical_best", "supported"), ("C03", "trial_emotional_best", "contradicted"),
        ("C38", "trial_null", "supported"), ("C38", "trial_emotional_best", "contradicted"),
        ("C81", "timeline_slow", "supported"), ("C81", "timeline_true", "contradicted"),
        ("C82", "timeline_together", "supported"), ("C82", "timeline_frailty", "supported"),
        ("C82", "timeline_true", "contradicted"), ("C13", "reverse_items4", "supported"),
    ],
)  # fmt: skip
def test_no_wrong_verdict_in_a_known_world(claim, world, never):
    for seed in range(3):
        verdicts, _ = judged_replicate((claim,), world, 600 if scenarios()[world].trial else 200, 28, seed)
        assert verdicts[claim].verdict != never


def test_correlated_item_errors_are_as_asked():
    from couples_study.planning.generator import live
    from couples_study.planning.reports import diary

    told = diary(live(scenarios()["reverse_items6"], 200, 60, 3))
    world = live(scenarios()["reverse_items6"], 200, 60, 3)
    people = told.groupby(["couple", "member"])
    inside = pd.DataFrame({name: told[name] - people[name].transform("mean") for name in ("close_1", "close_2")})
    true = world.close - world.close.mean(axis=2, keepdims=True)
    errors = inside.to_numpy() - (true.ravel() * 100 / 6)[:, None]
    assert np.corrcoef(errors.T)[0, 1] == pytest.approx(0.6, abs=0.05)
