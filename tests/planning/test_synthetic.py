"""The generator: the demo is what its seed gives, moments are near the parameters, worlds are what they say."""

from __future__ import annotations

import importlib.util
from datetime import datetime, timedelta

import numpy as np
import pytest
from tests.shared_data import REPOSITORY

import couples_study as cs
from couples_study.core.columns import glossary
from couples_study.core.errors import UsageError
from couples_study.planning.generator import live
from couples_study.planning.parameters import parameters
from couples_study.planning.reports import diary, weekly
from couples_study.planning.scenarios import scenarios

MEGABYTE = 2**20


def demo_files():
    spec = importlib.util.spec_from_file_location("make_demo", REPOSITORY / "tools" / "make_demo.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.demo_files()


def test_the_tracked_demo_is_what_its_seed_gives():
    folder = REPOSITORY / "data" / "raw" / "demo"
    made = demo_files()
    tracked = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert made == tracked
    assert sum(map(len, made.values())) < 3 * MEGABYTE
    assert b"ynthetic" in made["study.toml"]


def test_what_the_demo_asks_twice_goes_together():
    """Second items and the partner's account of the same, within persons; copies would correct nothing."""
    own = cs.load_study(REPOSITORY / "data" / "raw" / "demo").frame("person_days")
    days = own.merge(own.drop(columns="person_id"), on=["couple_id", "day"])
    days = days[days["role_x"] != days["role_y"]]
    seconds = {one.second_of: name for name, one in glossary().items() if one.second_of and name in own}
    pairs = {f"{first}_x": f"{second}_x" for first, second in seconds.items()}
    told = {"rejected_x": "turned_down_y", "initiated_n_x": "approached_n_y", "repair_acts_x": "repair_acts_y"}
    assert len(pairs) > 10
    for first, second in (pairs | told).items():
        two = days[[first, second]].astype(float)
        inside = two - two.groupby(days["person_id"]).transform("mean")
        assert 0.5 < inside[first].corr(inside[second]) < 0.99, (first, second)


def test_a_couple_is_the_same_in_a_larger_study():
    few, many = (live(scenarios()["demo"], couples, 10, seed=4).close[:5] for couples in (5, 50))
    # the items' noise is scaled by the whole sample; what happens to a couple is its own
    assert np.array_equal(few, many)


@pytest.fixture(scope="module")
def null():
    world = live(scenarios()["null"], 400, 28, seed=2)
    frame = diary(world)
    frame["close"] = frame[["close_1", "close_2"]].mean(axis=1)
    return world, frame


def test_moments_are_near_the_parameters(null):
    world, frame = null
    touch, daily = parameters()["touch"], parameters()["daily"]
    assert world.touch.mean() == pytest.approx(5.0, rel=0.10)
    assert (world.touch >= 6).mean() == pytest.approx(0.34, abs=0.04)
    assert (world.touch == 0).mean() == pytest.approx(0.075, abs=0.03)
    assert frame["answered"].mean() == pytest.approx(daily["compliance"], abs=0.04)
    wide = frame.pivot(index=["couple", "day"], columns="member", values=["touch_received_n", "touch_given_n"])
    r = np.corrcoef(wide["touch_received_n"][0], wide["touch_given_n"][1])[0, 1]
    assert r == pytest.approx(0.70, abs=0.05)
    assert frame[["touch_received_n", "touch_given_n"]].max().max() == touch["cap"]


def test_closeness_has_the_shares_of_variance_asked_for(null):
    _, frame = null
    people = frame.groupby(["couple", "member"])["close"]
    within = frame["close"] - people.transform("mean")
    noise = within.var() / 28
    between = people.mean().var() - noise
    assert between / (between + within.var()) == pytest.approx(0.50, abs=0.08)
    partners = people.mean().unstack()
    assert partners.corr().iloc[0, 1] == pytest.approx(0.56, abs=0.10)


def within(values):
    return values - values.mean(axis=2, keepdims=True)


def r_of(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]


def test_days_follow_each_other_as_the_parameters_say():
    """Over 200 days, where centering on the person's mean takes next to nothing off the correlations."""
    close = within(live(scenarios()["null"], 100, 200, seed=2).close)
    # stress is part of closeness and does not last, so both are a little below the day part's own .25 and .35
    assert r_of(close[..., 1:], close[..., :-1]) == pytest.approx(parameters()["daily"]["phi"], abs=0.04)
    assert r_of(close[:, 0], close[:, 1]) == pytest.approx(parameters()["daily"]["partner_r_same_day"], abs=0.04)


def test_two_items_have_the_reliability_asked_for(null):
    world, frame = null
    one, two = (frame[name].to_numpy().reshape(world.close.shape) for name in ("close_1", "close_2"))
    error, observed = within((one - two) / 2).var(), within((one + two) / 2).var()
    assert 1 - error / observed == pytest.approx(world.scenario.reliability, abs=0.04)


def test_weekends_have_more_touch_and_compliance_falls_with_days_and_conflict(null):
    world, frame = null
    daily = parameters()["daily"]
    ratio = world.touch[..., world.weekend].mean() / world.touch[..., ~world.weekend].mean()
    assert ratio == pytest.approx(parameters()["touch"]["weekend"], abs=0.03)
    logit = {key: np.log(p / (1 - p)) for key, p in frame.groupby(frame["day"] // 7)["answered"].mean().items()}
    assert (logit[3] - logit[0]) / 21 == pytest.approx(daily["compliance_logit_slope_per_day"], abs=0.008)
    quiet, quarrel = (np.log(p / (1 - p)) for p in frame.groupby("conflict_today")["answered"].mean())
    assert quarrel - quiet == pytest.approx(daily["missing_conflict_logit"], abs=0.15)


def test_weekly_satisfaction_fits_its_norm(null):
    world, _ = null
    frame = weekly(world)
    score = frame[[f"csi4_{i}" for i in (1, 2, 3, 4)]].sum(axis=1)
    assert score.mean() == pytest.approx(16, abs=0.6)
    assert score.std() == pytest.approx(4, abs=0.7)


@pytest.mark.parametrize(
    ("claim", "world", "never"),
    [
        ("C60", "touch_log", "supported"), ("C60", "touch_linear", "supported"), ("C60", "null", "supported"),
        ("C60", "six_plateau9", "supported"), ("C12", "null", "supported"), ("C12", "common_mood", "supported"),
        ("C13", "phys_first", "supported"), ("C12", "phys_first", "contradicted"), ("C13", "cycle_true", "contradicted"),
        ("C60", "six_plateau6", "contradicted"), ("C60", "six_step6", "contradicted"),
    ],
)  # fmt: skip
def test_no_wrong_verdict_in_a_known_world(claim, world, never):
    shares = cs.power(claim, couples=[100], days=[28], scenario=world, reps=4, seed=3).set_index("verdict")["share"]
    assert shares[never] == 0
    assert shares.sum() == pytest.approx(1)


def test_power_gives_a_replicate_the_same_seed_whatever_else_is_asked():
    one = cs.power("C12", couples=[40], days=[10], scenario="null", reps=3)
    two = cs.power("C12", couples=[30, 40], days=[10], scenario="null", reps=3)
    assert one.equals(two[two["couples"] == 40].reset_index(drop=True))


def test_an_unknown_world_names_the_nearest():
    with pytest.raises(UsageError, match="touch_log"):
        cs.simulate("touch_lgo")
    with pytest.raises(UsageError, match="at least"):
        cs.simulate("null", couples=1)


def test_exact_counts_are_what_the_partner_gave_too() -> None:
    answers = cs.simulate("six_plateau6_exact", couples=6, days=10, seed=2).exports["diary"]
    evening = timedelta(hours=5)  # what comes after midnight is of the day before
    day = answers["submitted_at"].map(lambda text: str((datetime.fromisoformat(text) - evening).date()))
    told = answers.assign(
        day=day, other=answers["pid"].str.replace("a", "x").str.replace("b", "a").str.replace("x", "b")
    )
    both = told.merge(told, left_on=["day", "pid"], right_on=["day", "other"], suffixes=("", "_partner"))
    assert len(both) > 30
    assert (both["touch_rec"] == both["touch_giv_partner"]).mean() > 0.9  # some come the morning after
