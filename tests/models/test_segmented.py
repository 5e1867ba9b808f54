"""A broken line against the published fits of two classic data sets, and against lines whose break is known."""

import numpy as np
import pandas as pd
import pytest
from tests.shared_data import SHARED, needs_shared

from couples_study.core.errors import AnalysisError
from couples_study.models.threshold.segmented import broken_line

PRINTED = 5e-6  # the references are printed to five decimals
PRINTED_DOWN = 6e-4  # and these to three


@needs_shared
def test_the_stagnant_band_height_data() -> None:
    data = pd.read_csv(SHARED / "data" / "breakpoints" / "stagnant.csv")
    found = broken_line(data["x"].to_numpy(), data["y"].to_numpy())
    assert found.place == pytest.approx(0.04111, abs=PRINTED)
    assert found.place_se == pytest.approx(0.02283, abs=PRINTED)
    assert found.slope_below == pytest.approx(-0.42208, abs=PRINTED)
    assert found.slope_above == pytest.approx(-1.02057, abs=2 * PRINTED)


@needs_shared
def test_the_births_by_age_data_with_a_binomial_outcome() -> None:
    data = pd.read_csv(SHARED / "data" / "breakpoints" / "down.csv").astype(float)
    found = broken_line(
        data["age"].to_numpy(), data["cases"].to_numpy(), family="binomial", trials=data["births"].to_numpy()
    )
    assert found.place == pytest.approx(31.081, abs=PRINTED_DOWN)
    assert found.place_se == pytest.approx(0.724, abs=PRINTED_DOWN)
    assert found.slope_below == pytest.approx(-0.0134, abs=PRINTED_DOWN)
    assert found.slope_above == pytest.approx(0.2608, abs=PRINTED_DOWN)


def test_an_exact_broken_line_is_found_exactly_and_moves_with_its_units() -> None:
    x = np.linspace(0.0, 10.0, 41)
    y = 1.0 + 2.0 * x - 1.5 * np.maximum(x - 6.1, 0.0) + 1e-3 * np.sin(40 * x)
    found = broken_line(x, y)
    assert found.place == pytest.approx(6.1, abs=0.01)
    moved = broken_line(3.0 * x - 4.0, 5.0 - 2.0 * y)
    assert moved.place == pytest.approx(3.0 * found.place - 4.0, abs=1e-6)
    assert moved.slope_above == pytest.approx(-2.0 * found.slope_above / 3.0, abs=1e-6)
    assert moved.place_se == pytest.approx(3.0 * found.place_se, rel=1e-4)


def test_what_cannot_be_fitted_is_refused() -> None:
    x = np.arange(10.0)
    with pytest.raises(AnalysisError, match="family"):
        broken_line(x, x, family="poisson")
    with pytest.raises(AnalysisError, match="3 values"):
        broken_line(np.tile(np.arange(3.0), 4), np.arange(12.0))
