"""Steps of a dose: the differences against a regression with dummies, shapes by hand, and known curves."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS
from tests.models.relation_data import SETTING, asked, by_person, estimated, frames, ids

from couples_study.core.errors import StudyFileError
from couples_study.models import dose_curve

STEPS = (3, 5, 10, 20)
KEYS = {
    "model": "dose_curve", "outcome": "y", "exposure": "x", "steps": STEPS, "test": ("at.20 - at.10",),
    "covariates": (), "unit": "points per step", "value": 0.05,
}  # fmt: skip


def diary(curve, couples=100, days=14, seed=1):
    """Doses by lot for both partners of a couple on a day; ``curve`` is what each of `STEPS` is worth."""
    rng = np.random.default_rng(seed)
    table = ids(couples, days)
    code = table["couple_id"].astype("category").cat.codes.to_numpy() * days + table["day"].to_numpy()
    drawn = rng.integers(0, 4, couples * days)[code]
    y = by_person(table, rng) + np.asarray(curve)[drawn] + rng.normal(size=len(table))
    return frames(table.assign(x=np.asarray(STEPS, dtype=float)[drawn], y=y))


def test_differences_are_those_of_a_regression_with_dummies_for_steps_and_persons():
    data = diary((0.0, 0.2, 0.3, 0.5), couples=40, days=8)
    found = estimated(data, **{**KEYS, "test": ("at.20 - at.10", "at.10 - at.3")})
    rows = data.person_days
    people = np.eye(80)[rows["person_id"].astype("category").cat.codes]
    X = np.column_stack([rows["x"].to_numpy()[:, None] == [5, 10, 20], people])
    fit = OLS(rows["y"].to_numpy(), X).fit()
    assert found.tested[0].estimate == pytest.approx(fit.params[2] - fit.params[1], abs=1e-10)
    assert found.tested[1].estimate == pytest.approx(fit.params[1], abs=1e-10)
    weights = np.zeros(X.shape[1])
    weights[[1, 2]] = -1, 1
    plain = float(np.sqrt(weights @ fit.cov_params() @ weights))
    assert found.tested[0].std_error == pytest.approx(plain, rel=0.25)  # errors are independent here: of one size


@pytest.mark.parametrize(
    ("curve", "sign"), [((0, 0.2, 0.4, 0.6), 1), ((0, 0.3, 0.3, 0.3), 0), ((0.4, 0.3, 0.2, 0.0), -1)]
)
def test_a_step_that_adds_is_told_from_a_plateau_and_from_a_fall(curve, sign):
    term = estimated(diary(curve, couples=200), **KEYS).tested[0]
    assert (term.conf_low > 0, term.conf_high < 0) == (sign > 0, sign < 0)


def test_the_interval_holds_the_truth():
    inside = 0
    for seed in range(100):
        term = estimated(diary((0, 0.1, 0.2, 0.25), couples=50, days=8, seed=seed), **KEYS).tested[0]
        inside += term.conf_low <= 0.05 <= term.conf_high
    assert inside / 100 >= 0.885  # three standard errors below .95


def test_the_shape_that_is_there_predicts_couples_best():
    facts = estimated(diary((0.0, 0.8, 0.8, 0.8), couples=300), **KEYS).facts
    assert facts["loss.to_5"] == min(value for name, value in facts.items() if name != "loss.steps")
    assert facts["loss.to_5"] < facts["loss.line"] < 0
    nothing = estimated(diary((0, 0, 0, 0), couples=300), **KEYS).facts
    assert all(value > -0.001 for value in nothing.values())


def test_minutes_are_put_in_bands_and_the_picture_has_one_point_each():
    data = diary((0.0, 0.2, 0.3, 0.5))
    rows = data.person_days.drop(columns=["time"])
    data = frames(rows.assign(x=rows["x"] + np.random.default_rng(2).uniform(0, 1.9, len(rows))))
    found = estimated(data, **KEYS)
    bins = found.figure.frames["bins"]
    assert len(bins) == 4
    assert bins["y"].iloc[0] == 0.0
    assert all(low <= x < high for low, x, high in zip(STEPS, bins["x"], (5, 10, 20, 22), strict=True))


def test_a_step_that_few_have_reached_is_not_compared():
    data = diary((0.0, 0.2, 0.3, 0.5))
    rows = data.person_days.drop(columns=["time"])
    rare = rows["x"].eq(20) & ~rows["couple_id"].isin(rows["couple_id"].unique()[:20])
    found = estimated(frames(rows[~rare]), **KEYS)
    assert found.reason == "positivity"
    assert estimated(frames(rows[~rare]), **{**KEYS, "test": ("at.10 - at.5",)}).tested


@pytest.mark.parametrize(("more", "word"), [
    ({"steps": (3,)}, "steps"), ({"steps": (5, 3)}, "steps"), ({"test": ()}, "test"), ({"exposure": None}, "exposure"),
    ({"rule": "R8"}, "R5"), ({"unit": "points per within SD"}, "unit"), ({"test": ("at.7",)}, "at.7"),
])  # fmt: skip
def test_what_is_missing_is_named(more, word):
    with pytest.raises(StudyFileError, match=word):
        dose_curve.check(asked(**{**KEYS, **more}), SETTING, "here")
