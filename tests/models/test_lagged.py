"""Lagged paths: short series, correlated item errors, both ways; against by-hand computations and known worlds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.models.test_linear_models import SETTING, asked, diary, frames

from couples_study.core.columns import glossary
from couples_study.core.errors import StudyFileError
from couples_study.measures import panel_of
from couples_study.models.lagged import best_apart, corrected_path, forward_path, pairs_of, within_path
from couples_study.models.lagged.both_ways import SURVIVES, BothWays, item_error_facts, item_error_that_flips, shown
from couples_study.models.lagged.missing import due_pairs
from couples_study.models.lagged.paths import within_moments
from couples_study.models.registry import MODELS, check_question

EXACT = 1e-9
KEYS = {
    "model": "cross_lag", "outcome": "y", "predictor": "x", "lag": 1,
    "indicators": {"y": ["y1", "y2"], "x": ["x1", "x2"]},
}  # fmt: skip
BOTH = {**KEYS, "rule": "R10", "shows": "cycle"}


def world(couples=100, days=14, seed=1, forward=0.0, backward=0.0, noise=0.5, shared=0.0, own=0.3):
    """Two constructs that may lead each other on; ``shared`` is the correlation between errors of two items."""
    rng = np.random.default_rng(seed)
    state = rng.normal(size=(2, couples, 2)) / np.sqrt(1 - own**2)
    days_of = []
    for _ in range(days + 20):
        y, x = state
        state = np.stack([own * y + forward * x, own * x + backward * y]) + rng.normal(size=state.shape)
        days_of.append(state)
    true = np.stack(days_of[20:], axis=-1) + rng.normal(size=(2, couples, 2, 1))
    table = diary(couples=couples, days=days, missing=0.0, seed=seed)[["couple_id", "person_id", "role", "day"]]
    for name, values in zip("yx", true, strict=True):
        both = rng.normal(size=values.shape)
        for number in (1, 2):
            error = np.sqrt(shared) * both + np.sqrt(1 - shared) * rng.normal(size=values.shape)
            table[f"{name}{number}"] = (values + noise * error).ravel()
        table[name] = table[[f"{name}1", f"{name}2"]].mean(axis=1)
    return table


def pairs(table, **keys):
    return pairs_of(asked(**{**KEYS, **keys}), panel_of(frames(table).person_days), both=True)


def estimate(table, **keys):
    question = asked(**keys)
    return check_question(question, SETTING, "test").estimate("T", question, frames(table), SETTING)


def test_forward_differences_by_hand():
    """Person by person and day by day, with gaps."""
    table = world(couples=40, days=10, seed=3)
    table = table[np.random.default_rng(1).random(len(table)) > 0.2].reset_index(drop=True)
    p = pairs(table)
    values = np.column_stack([p.today, p.own, p.other, p.steady])
    ahead, behind = np.zeros_like(values), np.zeros_like(values)
    for person in np.unique(p.person):
        rows = np.flatnonzero(p.person == person)
        for place, row in enumerate(rows):
            later, earlier = rows[place + 1 :], rows[:place]
            if len(later):
                ahead[row] = np.sqrt(len(later) / (len(later) + 1)) * (values[row] - values[later].mean(axis=0))
            if len(earlier):
                behind[row] = np.sqrt(len(earlier) / (len(earlier) + 1)) * (values[row] - values[earlier].mean(axis=0))
    W = [ahead[:, [1, 3, 5]], ahead[:, [2, 4, 5]]]
    Z = [np.column_stack([behind[:, [2, 4]], ahead[:, 5]]), np.column_stack([behind[:, [1, 3]], ahead[:, 5]])]
    inner = sum(z.T @ w for z, w in zip(Z, W, strict=True))
    beta = np.linalg.solve(inner, sum(z.T @ ahead[:, 0] for z in Z))
    np.testing.assert_allclose(forward_path(p).params, beta, atol=EXACT)


def test_short_series_pull_the_own_lag_down_and_the_forward_form_does_not():
    within, forward = [], []
    for seed in range(15):
        p = pairs(world(days=8, seed=seed, forward=0.2))
        within.append(within_path(p).params[:2])
        forward.append(forward_path(p).params[:2])
    spread = np.std(forward, axis=0, ddof=1) / np.sqrt(15)
    assert np.mean(within, axis=0)[0] < 0.15
    assert np.all(np.abs(np.mean(forward, axis=0) - [0.3, 0.2]) < 4 * spread)


def test_half_series_by_hand():
    """Dummies for every person, and for every person's halves, by least squares with instruments."""
    table = world(couples=30, days=15, seed=2, forward=0.2)
    table = table[np.random.default_rng(2).random(len(table)) > 0.1].reset_index(drop=True)
    p = pairs(table)
    half = np.zeros(len(p.today), dtype=int)
    for person in np.unique(p.person):
        rows = np.flatnonzero(p.person == person)
        half[rows[(len(rows) + 1) // 2 :]] = 1

    def solved(keep):
        D = (p.person[keep][:, None] == np.unique(p.person[keep])).astype(float)
        none = np.zeros_like(D)
        lags = [np.column_stack([p.own[keep, i], p.other[keep, i], p.steady[keep]]) for i in (0, 1)]
        W = np.vstack([np.column_stack([lags[0], D, none]), np.column_stack([lags[1], none, D])])
        Z = np.vstack([np.column_stack([lags[1], D, none]), np.column_stack([lags[0], none, D])])
        return np.linalg.solve(Z.T @ W, Z.T @ np.tile(p.today[keep], 2))[:2]

    by_hand = 2 * solved(half >= 0) - (solved(half == 0) + solved(half == 1)) / 2
    np.testing.assert_allclose(corrected_path(p).params[:2], by_hand, atol=1e-7)  # dummies lose some digits


def test_half_series_take_out_what_short_series_put_in():
    """Thirteen pairs of days a person and feedback: own lag and path are off, the corrected ones are not."""
    within, fixed = [], []
    for seed in range(25):
        p = pairs(world(couples=120, days=14, seed=seed, forward=0.2, own=0.5, backward=0.4))
        within.append(within_path(p).params[:2])
        fixed.append(corrected_path(p).params[:2])
    truth, spread = np.array([0.5, 0.2]), np.std(fixed, axis=0, ddof=1)
    off = np.mean(within, axis=0) - truth
    assert np.all(np.abs(off) > 6 * spread / np.sqrt(25))
    assert np.all(np.abs(np.mean(fixed, axis=0) - truth) < 0.35 * np.abs(off))  # what is left is of order 1/T^2
    assert np.all(spread < 1.35 * np.std(within, axis=0, ddof=1))


def test_the_error_of_the_corrected_path_is_that_of_leaving_couples_out():
    p = pairs(world(couples=60, days=14, seed=4, forward=0.2, noise=1.0))
    values = np.array([corrected_path(p.where(p.couple != c), 0.2).value for c in range(60)])
    jackknife = np.sqrt(59 / 60 * np.sum((values - values.mean()) ** 2))
    assert corrected_path(p, 0.2).error == pytest.approx(jackknife, rel=0.06)


def test_a_series_too_short_to_halve_is_left_as_it_is_and_says_so():
    table = world(couples=40, days=8, seed=3)
    p = pairs(table)
    assert corrected_path(p).value == within_path(p).value
    assert "half series" not in corrected_path(p).words
    sentence = next(c.sentence for c in estimate(table, **KEYS).concerns if c.code == "short_series")
    assert "With so few days this can not be taken out" in sentence


def test_taking_out_the_true_item_error_gives_what_is_found_without_error():
    """Errors correlated .5: the path is too large by itself, and as without any error when told so."""
    exact, naive, told = [], [], []
    words = {"couples": 150, "days": 40, "backward": 0.3}
    for seed in range(12):
        noisy = pairs(world(seed=seed, noise=1.0, shared=0.5, **words))
        naive.append(within_path(noisy).params[1])
        told.append(within_path(noisy, 0.5).params[1])
        exact.append(within_path(pairs(world(seed=seed, noise=1e-6, **words))).params[1])
    left = np.array(told) - exact
    assert abs(left.mean()) < 4 * left.std(ddof=1) / np.sqrt(12)
    assert np.mean(naive) - np.mean(exact) > 2 * left.std(ddof=1) / np.sqrt(12)


def test_the_error_under_item_errors_is_that_of_leaving_couples_out():
    table = world(couples=60, days=14, seed=4, forward=0.2, noise=1.0)
    p = pairs(table)
    values = np.array([within_path(p.where(p.couple != c), 0.3).params[1] for c in range(60)])
    jackknife = np.sqrt(59 / 60 * np.sum((values - values.mean()) ** 2))
    assert within_path(p, 0.3).error == pytest.approx(jackknife, rel=0.05)


def test_the_correlation_that_flips_is_where_the_interval_meets_zero():
    p = pairs(world(couples=80, days=20, seed=5, forward=0.12, noise=1.0))
    flips = item_error_that_flips(p, shown)
    assert flips is not None
    assert shown(corrected_path(p, flips - 0.01))
    assert not shown(corrected_path(p, flips))
    assert item_error_facts("forward", p, corrected_path(p))["forward_survives"] == float(flips > SURVIVES)


def test_both_paths_vary_together_as_leaving_couples_out_says():
    table = world(couples=60, days=14, seed=6, forward=0.2, backward=0.2)
    panel = panel_of(frames(table).person_days)
    ways = [pairs_of(asked(**BOTH), panel, reverse=reverse, both=True) for reverse in (False, True)]
    joint = BothWays(forward=within_path(ways[0]), backward=within_path(ways[1]), units=(1.0, 1.0))
    difference = joint.terms()[2]
    values = [
        within_path(ways[0].where(ways[0].couple != c)).value - within_path(ways[1].where(ways[1].couple != c)).value
        for c in range(60)
    ]
    jackknife = np.sqrt(59 / 60 * np.sum((np.array(values) - np.mean(values)) ** 2))
    assert difference.std_error == pytest.approx(jackknife, rel=0.05)
    assert difference.estimate == pytest.approx(joint.terms()[0].estimate - joint.terms()[1].estimate, abs=EXACT)


def test_the_evidence_says_what_it_depends_on():
    found = estimate(world(couples=80, days=20, seed=5, forward=0.3, backward=0.3, noise=0.7), **BOTH)
    codes = {concern.code for concern in found.concerns}
    assert codes == {"short_series", "same_minute_items"}
    assert "It would take a correlation of" in " ".join(concern.sentence for concern in found.concerns)
    labels = [row.label for row in found.sensitivity]
    for direction in ("forward", "backward"):
        for words in ("with short-series bias", "outcome of woman", "outcome of man", "item errors correlated 0.4"):
            assert f"{direction}: {words}" in labels
    assert [term.term for term in found.tested] == ["forward", "backward", "difference"]


def test_shifting_skipped_evenings_is_what_imputing_them_gives():
    """Person dummies, instruments and filled-in outcomes by hand: one row of the line over delta."""
    table = world(couples=40, days=12, seed=9, forward=0.2)
    table = table[np.random.default_rng(3).random(len(table)) > 0.2].reset_index(drop=True)
    panel, question = panel_of(frames(table).person_days), asked(**KEYS)
    due = due_pairs(question, panel, pairs_of(question, panel))
    observed = np.isfinite(due.today)
    assert 0.1 < 1 - observed.mean() < 0.35
    assert len(pairs_of(question, panel).today) == observed.sum()
    found = within_path(due.where(observed))
    delta = -0.7
    _, person = np.unique(due.person, return_inverse=True)
    D, none = np.eye(person.max() + 1)[person], np.zeros((len(person), person.max() + 1))
    lags = [np.column_stack([due.own[:, i], due.other[:, i], due.steady]) for i in (0, 1)]
    W = np.vstack([np.column_stack([lags[0], D, none]), np.column_stack([lags[1], none, D])])
    Z = np.vstack([np.column_stack([lags[1], D, none]), np.column_stack([lags[0], none, D])])
    y, seen = np.tile(np.nan_to_num(due.today), 2), np.tile(observed, 2)
    beta = np.linalg.solve(Z[seen].T @ W[seen], Z[seen].T @ y[seen])
    assert found.params[1] == pytest.approx(beta[1], abs=1e-7)
    filled = np.where(seen, y, W @ beta + delta)
    by_hand = np.linalg.solve(Z.T @ W, Z.T @ filled)[1]
    slope = within_path(replace(due, today=(~observed).astype(float))).value
    assert found.value + delta * slope == pytest.approx(by_hand, abs=1e-7)


def test_weights_of_one_change_nothing_and_others_are_a_weighted_solution():
    p = pairs(world(couples=40, days=12, seed=10, forward=0.2))
    ones = within_moments(p, np.ones(len(p.today))).path()
    np.testing.assert_allclose(ones.params, within_path(p).params, atol=EXACT)
    twice = np.where(np.arange(len(p.today)) % 3 == 0, 2.0, 1.0)
    copies = np.sort(np.r_[np.arange(len(p.today)), np.flatnonzero(twice == 2)])
    by_weight = within_moments(p, twice).path()
    np.testing.assert_allclose(by_weight.params, within_path(p.where(copies)).params, atol=EXACT)


def test_a_second_item_that_was_asked_becomes_the_other_indicator():
    """No path, but what leads: one unreliable item each makes one up; the second items are used where they are there."""
    again = {
        f"{name}_2": replace(SETTING.glossary["y1"], name=f"{name}_2", second_of=name) for name in ("y_once", "x_once")
    }
    once = {name: replace(SETTING.glossary["y1"], name=name) for name in ("y_once", "x_once")}
    setting = replace(SETTING, glossary=SETTING.glossary.extended({**once, **again}))
    table = world(couples=300, days=28, seed=12, own=0.6, backward=0.6, noise=2.0)
    names = {"y1": "y_once", "x1": "x_once", "y2": "y_once_2", "x2": "x_once_2"}
    question = asked(**{**KEYS, "outcome": "y_once", "predictor": "x_once", "indicators": {}})
    model = check_question(question, setting, "test")
    told = table.rename(columns=names)
    single = model.estimate("T", question, frames(told.drop(columns=["y_once_2", "x_once_2"])), setting)
    twice = model.estimate("T", question, frames(told), setting)
    named = estimate(table, **KEYS)
    assert twice.tested[0].estimate == named.tested[0].estimate
    assert single.tested[0].conf_low > 0 > twice.tested[0].conf_low
    assert [any(one.code == "measurement_error" for one in each.concerns) for each in (single, twice)] == [True, False]
    assert "(and x_once_2 where it was asked)" in model.plan(question, setting).equation


def test_gaps_of_the_calendar_are_gaps_in_both_directions():
    table = world(couples=40, days=12, seed=8)
    kept = table[table["day"] != 5].reset_index(drop=True)
    assert len(pairs(kept).today) == len(pairs(table).today) - 2 * 80


@pytest.mark.parametrize(
    ("keys", "word"), [({"rule": "R5"}, "R10"), ({"shows": "cycle"}, "R10"), ({"rule": "R10", "lag": 0}, "lag")]
)
def test_questions_that_can_not_be_meant_are_refused(keys, word):
    with pytest.raises(StudyFileError, match=word):
        check_question(asked(**{**KEYS, **keys}), SETTING, "test")


def with_a_morning(together, seed=7):
    """Errors of the evening's items correlate .5; the morning's has one of its own, and may be of something else."""
    table = world(couples=150, days=20, seed=seed, backward=0.3, noise=1.0, shared=0.5)
    rng = np.random.default_rng(seed)
    other = rng.normal(size=len(table))
    table["close_morning"] = (table["y"] if together else other) + rng.normal(size=len(table))
    return table


KNOWN = glossary().extended({name: SETTING.glossary[name] for name in ("y", "x", "y1", "y2", "x1", "x2")})
MORNING = {**KEYS, "indicators": {"y": ["y1", "y2", "close_morning"], "x": ["x1", "x2"]}}


def test_an_indicator_of_another_time_is_preferred_where_it_goes_together_with_the_evening():
    table = with_a_morning(True)
    known = KNOWN
    panel = panel_of(frames(table).person_days)
    chosen = best_apart(asked(**MORNING), known, panel)
    assert chosen.indicators["y"] == ("y1", "close_morning")
    assert pairs_of(chosen, panel, known=known).shared == (False, True)
    question, setting = asked(**MORNING), replace(SETTING, glossary=known)
    told = check_question(question, setting, "test").estimate("T", question, frames(table), setting)
    assert "y from y1 and close_morning" in told.equation
    assert {c.code for c in told.concerns} == {"short_series", "same_minute_items"}  # of x
    noise = panel_of(frames(with_a_morning(False)).person_days)
    assert best_apart(asked(**MORNING), known, noise).indicators["y"] == ("y1", "y2")
    assert estimate(table.drop(columns="close_morning"), **MORNING).equation == estimate(table, **KEYS).equation


def test_another_reporter_and_another_time_are_preferred_to_one_of_them():
    keys = {**KEYS, "indicators": {"y": ["y1", "y2", "close_morning", "partner.y2"], "x": ["x1", "x2"]}}
    table = with_a_morning(True)
    table["close_morning"] = table["y"]
    other = table[["couple_id", "day", "role", "y1"]].assign(role=table["role"].map({"woman": "man", "man": "woman"}))
    told = table[["couple_id", "day", "role"]].merge(other, on=["couple_id", "day", "role"], how="left")
    table["y2"] = told["y1"].to_numpy()  # what the other says of this person
    chosen = best_apart(asked(**keys), KNOWN, panel_of(frames(table).person_days))
    assert chosen.indicators["y"] == ("close_morning", "partner.y2")  # apart in both


@pytest.mark.parametrize("second", ["y2", "partner.y2"])
def test_two_answers_that_do_not_go_together_correct_nothing(second):
    table = world(couples=60, days=15, seed=3)
    table["y2"] = np.random.default_rng(3).normal(size=len(table))
    told = estimate(table, **{**KEYS, "indicators": {"y": ["y1", second], "x": ["x1", "x2"]}})
    (concern,) = [one for one in told.concerns if one.code == "measurement_error"]
    assert "y (" in concern.sentence
    assert "x (" not in concern.sentence


def test_a_path_below_zero_has_to_survive_item_errors_as_one_above_does():
    table = world(couples=120, days=15, seed=2, noise=1.0, shared=0.5, forward=0.05)
    mirrored = table.assign(**{name: -table[name] for name in ("x", "x1", "x2")})
    up, down = estimate(table, **KEYS), estimate(mirrored, **{**KEYS, "direction": "negative"})
    assert down.tested[0].estimate == pytest.approx(-up.tested[0].estimate)
    assert down.facts["forward_flips_at"] == up.facts["forward_flips_at"]
    assert down.facts["forward_survives"] == up.facts["forward_survives"]


def test_one_path_of_a_couple_is_not_shown_twice_by_role():
    table = world(couples=60, days=15, seed=3, noise=1.0)
    told = estimate(table, **{**KEYS, "indicators": {"y": ["y", "partner.y"], "x": ["x", "partner.x"]}})
    apart = estimate(table, **{**KEYS, "indicators": {"y": ["y", "partner.y"], "x": ["x1", "x2"]}})
    assert not [row for row in told.sensitivity if row.label.startswith("outcome of")]
    assert len([row for row in apart.sensitivity if row.label.startswith("outcome of")]) == 2


def test_what_was_so_in_the_morning_is_held_as_yesterday_is():
    """The same days with yesterday's answers written into today's rows: the path within a day is that from day to day."""
    table = world(couples=60, days=15, seed=5, forward=0.2)
    lagged = estimate(table, **{**KEYS, "indicators": {"y": ["y1", "y2"], "x": ["x1", "x2"]}})
    moved = table.sort_values(["person_id", "day"])
    answers = ["y1", "y2", "x1", "x2"]
    moved[answers] = moved.groupby("person_id")[answers].shift(1)
    keys = {**KEYS, "lag": 0, "after": "w", "indicators": {"w": ["y1", "y2"], "x": ["x1", "x2"]}}
    told = estimate(moved, **keys)
    (found, said) = told.tested[0], lagged.tested[0]
    assert found.term == "predictor"
    assert (found.estimate, found.df) == pytest.approx((said.estimate, said.df))
    assert found.std_error == pytest.approx(said.std_error)
    assert [term.term for term in told.coefficients[:2]] == ["outcome.before", "predictor"]
    assert MODELS["cross_lag"].strength(asked(**keys)) == "associational"


@pytest.mark.parametrize(("keys", "message"), [
    ({"lag": 0}, "after ="),
    ({"lag": 1, "after": "y1"}, "lag = 0"),
    ({"lag": 0, "after": "y1", "rule": "R10"}, "lag = 0"),
])  # fmt: skip
def test_within_a_day_something_has_to_come_before(keys, message):
    with pytest.raises(StudyFileError, match=message):
        check_question(asked(**{**KEYS, **keys}), SETTING, "test")
