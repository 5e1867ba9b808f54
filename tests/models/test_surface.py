"""Whether two answers match: against least squares worked out by hand, and where it is known that they should."""

from __future__ import annotations

import numpy as np
import pytest
from tests.models.relation_data import SETTING, asked, by_couple, estimated, ids, surveyed

from couples_study.contracts.evidence import NotTestable
from couples_study.core.errors import StudyFileError
from couples_study.models.registry import check_question

EXACT = 1e-9  # both solve the same normal equations in double precision
RAW = {"unit": "points per point and point", "value": 0.1}


def people(couples=150, seed=1, match=0.0, moderated=0.0, shared=0.5):
    """People with wished ``x`` and received ``y``; the outcome falls by ``match`` times the square of the mismatch."""
    rng = np.random.default_rng(seed)
    table = ids(couples, 1).drop(columns="day")
    x, own, z = rng.normal(size=(3, len(table)))
    y = shared * x + np.sqrt(1 - shared**2) * own
    outcome = 0.4 * y - (match - moderated * z) * (x - y) ** 2
    outcome = outcome + 0.5 * by_couple(table, rng) + rng.normal(size=len(table))
    return table.assign(x=x + 4, w=y + 4, y=outcome, z=z)


KEYS = {"model": "surface", "outcome": "y", "predictors": ["x", "w"]}


def by_hand(table, covariate=None):
    """Coefficients, and the bias-reduced couple-clustered covariance of Mancl and DeRouen written out."""
    x, w = table["x"].to_numpy(), table["w"].to_numpy()
    middle = np.concatenate([x, w]).mean()
    x, w = x - middle, w - middle
    X = np.column_stack([np.ones(len(x)), x, w, x**2, x * w, w**2, *([] if covariate is None else [covariate])])
    y = table["y"].to_numpy()
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ X.T @ y
    meat = np.zeros_like(bread)
    for rows in table.reset_index(drop=True).groupby("couple_id").groups.values():
        Xi, ei = X[rows], y[rows] - X[rows] @ beta
        u = Xi.T @ np.linalg.solve(np.eye(len(rows)) - Xi @ bread @ Xi.T, ei)
        meat += np.outer(u, u)
    return X, beta, bread @ meat @ bread


def test_the_four_numbers_are_sums_of_coefficients_by_hand():
    table = people(match=0.2)
    found = estimated(surveyed(table), **KEYS, **RAW, test=["a1", "a2", "a3", "a4"])
    _, beta, cov = by_hand(table)
    along = {"a1": (1, 1, 0, 0, 0), "a2": (0, 0, 1, 1, 1), "a3": (1, -1, 0, 0, 0), "a4": (0, 0, 1, -1, 1)}
    for name, weights in along.items():
        term = next(one for one in found.tested if one.term == name)
        w = np.r_[0, weights]
        assert term.estimate == pytest.approx(w @ beta, abs=EXACT)
        assert term.std_error == pytest.approx(np.sqrt(w @ cov @ w), abs=EXACT)
        assert term.df == 149


def test_what_the_curve_explains_is_the_difference_of_two_fits():
    table = people(match=0.2)
    found = estimated(surveyed(table), **KEYS, **RAW)
    X, beta, _ = by_hand(table)
    y = table["y"].to_numpy()
    straight = np.linalg.lstsq(X[:, :3], y, rcond=None)[0]
    gain = ((y - X[:, :3] @ straight) ** 2).sum() - ((y - X @ beta) ** 2).sum()
    assert found.facts["explained_beyond_both"] == pytest.approx(gain / ((y - y.mean()) ** 2).sum(), abs=EXACT)


def test_a_known_mismatch_is_recovered_and_covered():
    # the curvature along the line of mismatch of -.2 (x - y)^2 is -.2 times 1 + 2 + 1
    terms = [estimated(surveyed(people(couples=100, seed=s, match=0.2)), **KEYS, **RAW).tested[0] for s in range(60)]
    assert np.mean([t.estimate for t in terms]) == pytest.approx(-0.8, abs=4 * terms[0].std_error / np.sqrt(60))
    assert sum(t.conf_low < -0.8 < t.conf_high for t in terms) >= 52  # fewer than 52 of 60 come once in 200 times


def test_more_of_both_is_no_match_though_the_difference_would_say_so():
    table = people(couples=400, match=0.0)
    found = estimated(surveyed(table), **KEYS, **RAW)
    assert abs(found.tested[0].estimate) < 3 * found.tested[0].std_error
    gap = np.abs(table["x"] - table["w"])
    assert np.corrcoef(gap, table["y"])[0, 1] == pytest.approx(0.0, abs=0.1)


def test_standard_units_are_those_of_both_answers_together():
    table = people(match=0.2)
    raw = estimated(surveyed(table), **KEYS, **RAW).tested[0]
    scaled = estimated(surveyed(table), **KEYS, unit="SD per SD and SD", value=0.1).tested[0]
    common = np.concatenate([table["x"], table["w"]]).std(ddof=1)
    assert scaled.estimate == pytest.approx(raw.estimate * common**2 / table["y"].std(ddof=1), abs=EXACT)


def test_a_moderator_softens_a_gap_and_by_how_much_is_known():
    table = people(couples=600, match=0.2, moderated=0.1)
    keys = {**KEYS, "moderator": "z", "test": ["a4.moderated"], "unit": "points per point and point and point"}
    found = estimated(surveyed(table), **keys)
    assert found.tested[0].estimate == pytest.approx(0.4, abs=3 * found.tested[0].std_error)
    plain = estimated(surveyed(people(couples=600, match=0.2)), **keys)
    assert abs(plain.tested[0].estimate) < 3 * plain.tested[0].std_error


def test_partners_own_answers_may_be_what_should_match():
    table = people(couples=200)
    found = estimated(surveyed(table), **{**KEYS, "predictors": ["x", "partner.x"]}, **RAW)
    assert found.counts.n_obs == len(table)
    product = next(t for t in found.coefficients if t.term == "product")
    assert np.isfinite(product.estimate)


def test_a_curve_that_explains_next_to_nothing_is_said_to():
    keys = {**KEYS, **RAW, "tolerance": {"explained": 0.01}}
    assert "adds_little" in {c.code for c in estimated(surveyed(people(couples=400)), **keys).concerns}
    assert "adds_little" not in {c.code for c in estimated(surveyed(people(couples=400, match=0.2)), **keys).concerns}


@pytest.mark.parametrize("wrong", [
    {"predictors": ["x"]}, {"predictors": ["x", "x"]}, {"test": ["a9"]}, {"test": ["a4.moderated"]},
    {"unit": "SD per SD"}, {"unit": "SD per SD and point"}, {"tolerance": {"slope_low": 1.0}},
])  # fmt: skip
def test_what_can_not_be_meant_is_refused(wrong):
    with pytest.raises(StudyFileError):
        check_question(asked(**(KEYS | RAW | wrong)), SETTING, "test")


def test_one_answer_for_all_is_not_testable():
    table = people(couples=60)
    found = estimated(surveyed(table.assign(x=4.0, w=4.0)), **KEYS, unit="SD per SD and SD")
    assert isinstance(found, NotTestable)
    assert found.reason == "no_variation"
