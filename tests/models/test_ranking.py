"""Ranks: the shares and their errors against statsmodels, the joint intervals by brute force, and known truth."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.genmod.cov_struct import Independence
from statsmodels.genmod.families import Gaussian
from statsmodels.genmod.generalized_estimating_equations import GEE
from tests.models.list_data import ITEMS, SETTING, answers, listed, people_of
from tests.models.relation_data import asked, estimated

from couples_study.core.errors import StudyFileError
from couples_study.models import ranking
from couples_study.models.ranks import p_at_least, ranked

APART = (0.7, 0.6, 0.5, 0.3, 0.25, 0.2, 0.15, 0.1)
KEYS = {
    "model": "ranking", "rule": "R12", "outcome": "i0", "items": ITEMS, "stated": 3, "who": "each", "causal": False,
    "unit": "rank", "value": 1,
}  # fmt: skip


def found(data, **more):
    return estimated(data, SETTING, **{**KEYS, **more})


def test_shares_and_errors_are_those_of_a_clustered_mean():
    data = listed(APART)
    result = found(data)
    people = data.people
    for term in result.coefficients:
        fit = GEE(
            people[term.term.removeprefix("share.")].to_numpy(), np.ones((400, 1)), family=Gaussian(),
            groups=people["couple_id"].to_numpy(), cov_struct=Independence(),
        ).fit()  # fmt: skip
        assert term.estimate == pytest.approx(float(fit.params[0]), abs=1e-12)
        assert term.std_error == pytest.approx(float(fit.bse[0]) * np.sqrt(200 / 199), rel=1e-9)
        assert term.df == 199


def test_ranks_are_counted_from_the_largest():
    result = found(listed(APART, couples=2000), test=ITEMS)
    assert [term.estimate for term in result.tested] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert all(term.conf_low == term.conf_high == term.estimate for term in result.tested)


def test_an_item_tied_with_its_neighbours_may_have_any_of_their_places():
    result = found(listed((0.6, 0.4, 0.4, 0.4, 0.4, 0.4, 0.1, 0.1), couples=600), test=("i0", "i3", "i7"))
    first, middle, last = result.tested
    assert (first.conf_low, first.conf_high) == (1, 1)
    assert (middle.conf_low, middle.conf_high) == (2, 6)
    assert (last.conf_low, last.conf_high) == (7, 8)


def test_adjusted_p_is_the_share_of_sign_changes_with_a_larger_difference():
    """By hand, difference by difference: t of couples' paired differences, and the same with random signs."""
    rng = np.random.default_rng(4)
    parts = rng.normal(size=(40, 4)) * [1.0, 2.0, 1.0, 0.5]
    parts -= parts.mean(axis=0)
    means = np.array([0.9, 0.5, 0.45, 0.0])
    result = ranked(means, parts / 40, np.random.default_rng(7), draws=500)
    signs = np.random.default_rng(7).choice(np.array([-1.0, 1.0]), (500, 40))
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]

    def t_of(shift, values):
        error = values.std(axis=0, ddof=1) / np.sqrt(40)
        return abs(shift) / error

    largest = [
        max(t_of((s * (parts[:, i] - parts[:, j])).mean(), s * (parts[:, i] - parts[:, j])) for i, j in pairs)
        for s in signs
    ]
    for i, j in pairs:
        t = t_of(means[i] - means[j], parts[:, i] - parts[:, j])
        by_hand = (1 + sum(one >= t for one in largest)) / 501
        assert result.p_above[i, j] <= by_hand + 1e-12
        if by_hand > 0.02:  # below, Bonferroni's bound may be the smaller one
            assert result.p_above[i, j] == pytest.approx(by_hand, abs=1e-12)


def test_the_place_needs_enough_others_below():
    class Two:
        p_above = np.array([[1.0, 0.01, 0.2, 0.04], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1.0]])

    assert [p_at_least(Two(), 0, place) for place in (1, 2, 3, 4)] == [0.2, 0.04, 0.01, 0.0]


@pytest.mark.parametrize("shares", [APART, (0.4,) * 8, (0.5, 0.4, 0.4, 0.4, 0.35, 0.35, 0.3, 0.3)])
def test_all_ranks_are_covered_together(shares):
    """True ranks of ties span their places; three standard errors below .95 of 120 studies are .890."""
    true_low = np.array([1 + sum(other > one for other in shares) for one in shares])
    true_high = np.array([sum(other >= one for other in shares) for one in shares])
    held = 0
    for seed in range(120):
        data = ranking.ticked(listed(shares, couples=80, seed=seed).people, asked(**KEYS), "each")
        result = ranked(data.share, data.influence, np.random.default_rng(seed), draws=400)
        held += bool(((result.low <= true_low) & (result.high >= true_high)).all())
    assert held / 120 >= 0.89


def test_support_is_rare_where_the_place_is_shared():
    """Four share the third place, so "among the first three" is not true of one of them."""
    shares = (0.6, 0.6, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2)
    said = [found(listed(shares, couples=100, seed=seed), outcome="i2", test=("i2",)) for seed in range(200)]
    assert np.mean([one.tested[0].conf_high <= 3 for one in said]) <= 0.05


def test_couples_are_counted_as_asked():
    ticks = answers(APART)
    both, either = (found(people_of(ticks), who=who) for who in ("both", "either"))
    assert both.coefficients[0].estimate == pytest.approx((ticks[:, :, 0].min(axis=1)).mean())
    assert either.coefficients[0].estimate == pytest.approx((ticks[:, :, 0].max(axis=1)).mean())
    assert (both.counts.couples, both.counts.n_obs) == (200, 200)
    assert any(row.label.startswith("persons") for row in both.sensitivity)


def test_unanswered_items_and_couples_outside_are_left_out():
    ticks = answers(APART)
    ticks[:10, :, 0] = np.nan
    inside = np.repeat(np.arange(200) < 120, 2) * 1.0
    result = found(people_of(ticks, parent=inside), among="parent")
    assert result.counts.couples == 120
    assert result.coefficients[0].estimate == pytest.approx(ticks[10:120, :, 0].mean())
    assert found(people_of(ticks[:20])).reason == "too_few_couples"


def test_an_item_that_few_name_has_a_rank_and_no_share():
    ticks = answers(APART)
    ticks[:, :, 7] = 0.0
    ticks[0, 0, 7] = 1.0
    result = found(people_of(ticks), test=("i0", "i7"))
    assert "share.i7" not in [term.term for term in result.coefficients]
    assert result.tested[1].estimate == 8
    rows = result.figure.frames["ranks"].set_index("item")
    assert list(rows["value"].isna()) == [False] * 7 + [True]


@pytest.mark.parametrize(("more", "word"), [
    ({"stated": None}, "stated"), ({"stated": 8}, "stated"), ({"items": ("i0", "i1")}, "three"),
    ({"outcome": "parent"}, "parent"), ({"rule": "R1"}, "R12"), ({"tolerance": {"refuted": 2}}, "refuted"),
])  # fmt: skip
def test_what_is_missing_is_named(more, word):
    with pytest.raises(StudyFileError, match=word):
        ranking.check(asked(**{**KEYS, **more}), SETTING, "here")
