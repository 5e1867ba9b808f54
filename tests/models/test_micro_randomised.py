"""Prompts drawn by lot, against IV2SLS and weighted least squares, and where chance follows mood."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.regression.linear_model import WLS
from statsmodels.sandbox.regression.gmm import IV2SLS
from tests.models.relation_data import SETTING, asked, by_couple, by_person, estimated, frames, ids

from couples_study.contracts.evidence import NotTestable
from couples_study.core.errors import StudyFileError
from couples_study.measures import panel_of
from couples_study.models.micro_randomised import _drawn, earlier_mean
from couples_study.models.registry import check_question

EXACT = 1e-8  # the same algebra in another order: only rounding differs
KEYS = {"model": "micro_randomised", "outcome": "y", "predictor": "prompt", "covariates": []}


def study(couples=50, days=20, seed=1, effect=0.3, moody=0.0, missing=0.1):
    """Prompts of couple-days; with ``moody`` the chance falls after a good yesterday."""
    rng = np.random.default_rng(seed)
    table = ids(couples, days)
    level, shared = by_person(table, rng), by_couple(table, rng)
    shape = (couples, 2, days)
    y, chance, prompt, done = (np.zeros(shape) for _ in range(4))
    base = (level + shared).reshape(shape)
    for t in range(days):
        before = y[:, :, t - 1].mean(axis=1) if t else np.zeros(couples)
        p = 0.5 if not moody else np.where(before > 0, 0.5 - moody, 0.5 + moody)
        chance[:, :, t] = np.broadcast_to(p, couples)[:, None]
        prompt[:, :, t] = (rng.random(couples) < p).astype(float)[:, None]
        willing = rng.random((couples, 2)) < 0.6
        done[:, :, t] = np.where(prompt[:, :, t] == 1, willing * 4.0, 0.0) + rng.poisson(1.0, (couples, 2))
        carried = 0.4 * (y[:, :, t - 1] - base[:, :, t - 1]) if t else 0.0
        y[:, :, t] = base[:, :, t] + carried + effect * willing * prompt[:, :, t] / 0.6 + rng.normal(size=(couples, 2))
    table = table.assign(y=y.ravel(), prompt=prompt.ravel(), chance=chance.ravel(), done=done.ravel())
    return table[rng.random(len(table)) >= missing].reset_index(drop=True)


def rows_of(table, **more):
    return _drawn(asked(**KEYS, **more), panel_of(frames(table).panel_with("y")))


def test_earlier_mean_looks_at_earlier_days_only():
    table = study(couples=3, days=6, missing=0.3)
    panel = panel_of(frames(table).panel_with("y"))
    found = earlier_mean(panel, "y")
    overall = table["y"].mean()
    for i, row in enumerate(panel.frame.itertuples()):
        before = table[(table["person_id"] == row.person_id) & (table["day"] < row.day)]["y"]
        assert found[i] == pytest.approx((before.sum() + overall) / (len(before) + 1), abs=EXACT)


def test_the_prompts_effect_is_weighted_centred_least_squares():
    table = study(moody=0.25)
    found = estimated(frames(table), **KEYS, probability="chance")
    d = rows_of(table, probability="chance")
    share = d.a.mean()
    weights = np.where(d.a == 1, share / d.p, (1 - share) / (1 - d.p))
    fit = WLS(d.y, np.column_stack([d.a - share, d.H]), weights=weights).fit()
    assert found.tested[0].estimate == pytest.approx(fit.params[0], abs=EXACT)
    robust = fit.get_robustcov_results("cluster", groups=d.couple)
    assert found.tested[0].std_error == pytest.approx(robust.bse[0], rel=0.06)  # the bias reduction is the difference
    assert found.tested[0].df == 49


def test_doing_it_is_two_stage_least_squares():
    table = study()
    found = estimated(frames(table), **KEYS, probability=0.5, realised="done", test=["done"])
    d = rows_of(table, probability=0.5, realised="done")
    share = d.a.mean()
    root = np.sqrt(np.where(d.a == 1, share / 0.5, (1 - share) / 0.5))[:, None]
    X, Z = np.column_stack([d.done, d.H]) * root, np.column_stack([d.a - share, d.H]) * root
    fit = IV2SLS(d.y * root[:, 0], X, instrument=Z).fit()
    assert found.tested[0].estimate == pytest.approx(fit.params[0], abs=EXACT)
    residual = d.y * root[:, 0] - X @ fit.params
    bread = np.linalg.inv(Z.T @ X)
    scores = np.array([Z[d.couple == c].T @ residual[d.couple == c] for c in np.unique(d.couple)])
    by_hand = np.sqrt((bread @ (scores.T @ scores) @ bread.T)[0, 0])
    assert found.tested[0].std_error == pytest.approx(by_hand, rel=0.06)
    assert found.facts["first_stage_f"] > 100
    assert found.facts["done_prompted"] > found.facts["done_unprompted"]


def test_effects_are_recovered_where_the_chance_follows_yesterday():
    drawn = [estimated(frames(study(couples=40, seed=s, moody=0.3)), **KEYS, probability="chance").tested[0]
             for s in range(20)]  # fmt: skip
    off = np.array([term.estimate for term in drawn]) - 0.3
    error = np.mean([term.std_error for term in drawn])
    assert abs(off.mean()) < 3 * error / np.sqrt(20)
    assert 0.6 < off.std() / error < 1.5


def test_a_lot_that_is_not_the_stated_one_is_not_believed():
    found = estimated(frames(study()), **KEYS, probability=0.3)
    assert isinstance(found, NotTestable)
    assert found.reason == "not_as_drawn"


def test_a_prompt_that_nobody_follows_says_nothing_of_doing():
    table = study()
    idle = table.assign(done=np.random.default_rng(3).poisson(1.0, len(table)).astype(float))
    found = estimated(frames(idle), **KEYS, probability=0.5, realised="done")
    assert "weak_instrument" in {concern.code for concern in found.concerns}


@pytest.mark.parametrize("wrong", [
    {"probability": None}, {"probability": 1.0}, {"test": ["done"]}, {"unit": "SD per SD"}, {"test": ["lot"]},
])  # fmt: skip
def test_what_can_not_be_meant_is_refused(wrong):
    with pytest.raises(StudyFileError):
        check_question(asked(**(KEYS | {"probability": 0.5} | wrong)), SETTING, "test")
