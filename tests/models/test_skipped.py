"""Weights by the chance of an answer: what they undo, and where there is nothing to weigh."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from couples_study.measures import panel_of
from couples_study.models.skipped import answer_weights

PEOPLE, DAYS = 400, 20


def diary(chance, seed=5):
    """Two partners' evenings with an outcome that lasts, of which tomorrow's comes with ``chance`` of today's."""
    rng = np.random.default_rng(seed)
    y = np.zeros((PEOPLE, DAYS))
    came = np.ones((PEOPLE, DAYS), dtype=bool)
    y[:, 0] = rng.normal(size=PEOPLE)
    for day in range(1, DAYS):
        y[:, day] = 0.6 * y[:, day - 1] + 0.8 * rng.normal(size=PEOPLE)
        came[:, day] = rng.random(PEOPLE) < chance(y[:, day - 1])
    person, day = np.indices(y.shape)
    frame = pd.DataFrame({
        "couple_id": (person // 2).ravel().astype(str), "person_id": person.ravel().astype(str),
        "role": np.where(person % 2, "b", "a").ravel(), "time": day.ravel(), "y": y.ravel(),
    })  # fmt: skip
    return panel_of(frame[came.ravel()])


def test_weights_give_back_the_mean_that_skipping_moved():
    panel = diary(lambda before: expit(1.0 + before))
    rows = np.flatnonzero(panel.rows("own", 1) >= 0)  # evenings after an answered one
    weights = answer_weights(("y",), panel, np.arange(len(panel.frame)))
    assert weights.mean() == pytest.approx(1.0)
    values = panel.frame["y"].to_numpy()
    plain, weighted = values[rows].mean(), np.average(values[rows], weights=weights[rows])
    before = panel.frame["time"].to_numpy() < DAYS - 1
    expected = 0.6 * values[before].mean()  # of all due evenings, answered or not
    assert abs(weighted - expected) < 0.03 < abs(plain - expected)


def test_weights_are_one_where_skipping_is_blind():
    panel = diary(lambda before: np.full(len(before), 0.7))
    weights = answer_weights(("y",), panel, np.arange(len(panel.frame)))
    assert weights == pytest.approx(1.0, abs=0.15)


def test_there_are_no_weights_where_nobody_skipped():
    panel = diary(lambda before: np.ones(len(before)))
    assert answer_weights(("y",), panel, np.arange(len(panel.frame))) is None
