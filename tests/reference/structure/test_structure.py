"""Factors, their rotation, the number kept and BIC against R (factanal, GPArotation, psych) on the same items."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from couples_study.models.strands import fewest_by_bic, retained, rotated

HERE = Path(__file__).parent
FITTED = 2e-3  # each program stops its own optimiser of a flat likelihood, and rotates what it found
DEVIANCE = 0.02  # of some 4,800


@pytest.fixture(scope="module")
def items():
    return np.loadtxt(HERE / "items.csv", delimiter=",", skiprows=1)


@pytest.fixture(scope="module")
def by_r():
    return json.loads((HERE / "output.json").read_text("utf-8"))


def test_rotated_loadings_and_correlations_are_those_of_r(items, by_r):
    found = rotated(items, np.repeat(np.arange(4), 5))
    assert found.loadings.ravel() == pytest.approx(by_r["loadings"], abs=FITTED)
    assert found.correlations.ravel() == pytest.approx(by_r["correlations"], abs=FITTED)


def test_the_number_kept_and_bic_are_those_of_r(items, by_r):
    assert retained(items, np.random.default_rng(1)) == by_r["kept"] == 4
    best, bic = fewest_by_bic(items, 5)
    assert best == int(np.argmin(by_r["bic"])) + 1
    assert [bic[number] for number in range(1, 6)] == pytest.approx(by_r["bic"], abs=DEVIANCE)
