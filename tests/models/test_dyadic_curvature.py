"""The closed forms of how the likelihood bends, against differences; resamples, against fits to the drawn rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.models.dyadic_data import SLOPES, diary, model

from couples_study.models.dyadic.curvature import bend, bent_covariance

STEP = 1e-4
DIFFERENCES = 1e-5  # what central differences of that step leave, relative to the largest entry


def moved(likelihood: Any, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = likelihood.evaluate(point[:-1], float(np.exp(point[-1])))
    return found.gradient, found.solution.scale * found.solution.root @ found.solution.root.T


@pytest.mark.parametrize("noise", [False, True], ids=["slopes vary", "at the boundary"])
@pytest.mark.parametrize(
    "options",
    [
        {"residual": "un@ar1"},
        {"residual": "un", "reml": False},
        {"residual": "role", "re_by": "partner"},
        {"residual": "un", "re_by": "partner", "dyads": "indistinguishable"},
        {"residual": "iid", "G": "diagonal"},
    ],
    ids=lambda options: " ".join(str(value) for value in options.values()),
)
def test_the_closed_form_is_what_differences_give(options: dict[str, Any], *, noise: bool) -> None:
    frame = diary(couples=40, days=10)
    if noise:
        frame = frame.assign(y=np.random.default_rng(1).normal(size=len(frame)))
    result = model(frame, ["one", "within"] if "re_by" in options else SLOPES, **options).fit()
    assert result.convergence.boundary or not noise
    inner, point = result.information.likelihood, result.information.point
    exact = bend(inner, point[:-1], inner.evaluate(point[:-1], float(np.exp(point[-1]))))
    steps = STEP * np.eye(len(point))[exact.at]
    pairs = [(moved(inner, point + step), moved(inner, point - step)) for step in steps]
    hessian = np.array([(up[0] - down[0])[exact.at] for up, down in pairs]) / (2 * STEP)
    slopes = np.array([up[1] - down[1] for up, down in pairs]) / (2 * STEP)
    np.testing.assert_allclose(exact.hessian, hessian, atol=DIFFERENCES * np.abs(hessian).max())
    np.testing.assert_allclose(exact.slopes, slopes, atol=DIFFERENCES * np.abs(slopes).max())


def test_the_fixed_effects_covariance_bends_as_differences_say() -> None:
    """Along straight lines in G: here both kinds of couples at once, as beta is common to them."""
    frame = diary(couples=30, days=8)
    options = {"dyads": "mixed", "exchangeable": (frame["couple"] < 10).to_numpy(), "person": frame["role"]}
    likelihood = (
        model(frame, ["one", "within"], fixed=["one", "within"], residual="un", **options).fit().model.likelihood
    )
    rng = np.random.default_rng(1)
    theta = 0.3 + 0.1 * rng.normal(size=likelihood.space.size)
    seen, unpacked = likelihood.evaluate(theta), likelihood.space.unpack(theta)
    at = bend(likelihood, theta, seen).at
    direction = rng.normal(size=len(at))
    tangent = np.zeros(len(theta))
    tangent[at] = 1e-6 * direction
    ahead, behind = (likelihood.space.unpack(theta + sign * tangent) for sign in (1, -1))
    moves = [(up @ up.T - down @ down.T) / 2e-6 for (up, *_), (down, *_) in zip(ahead, behind, strict=True)]

    def covariance(step: float) -> np.ndarray:
        parts = [
            stratum.fixed_information(L @ L.T + step * move, natural)
            for stratum, (L, natural, _), move in zip(likelihood.strata, unpacked, moves, strict=True)
        ]
        return seen.solution.scale * np.linalg.inv(np.sum(parts, axis=0))

    step = 1e-4
    differences = (covariance(step) - 2 * covariance(0.0) + covariance(-step)) / step**2
    exact = bent_covariance(likelihood, theta, seen, np.outer(direction, direction))
    np.testing.assert_allclose(exact, differences, atol=1e-4 * np.abs(differences).max())


@pytest.mark.parametrize("residual", ["role", "un", "un@ar1"])
def test_a_resample_is_a_fit_to_the_drawn_rows(residual: str) -> None:
    frame = diary(couples=40, days=10, holes=0.2)
    result = model(frame, SLOPES, residual=residual).fit()
    drawn = np.random.default_rng(2).integers(0, 40, size=40)
    again = result.resampler().fit(drawn)
    labels = result.model.design.labels[drawn]
    rows = pd.concat([frame[frame["couple"] == label].assign(couple=i) for i, label in enumerate(labels)])
    alone = model(rows, SLOPES, residual=residual).fit()
    assert again.converged
    assert again.llf == pytest.approx(alone.llf, abs=1e-7)
    np.testing.assert_allclose(again.params, alone.params, atol=1e-4 * alone.bse.max())
    np.testing.assert_allclose(again.bse, alone.bse, rtol=1e-4)
    assert again.scale == pytest.approx(alone.scale, rel=1e-4)


def test_a_resample_of_both_kinds_needs_both() -> None:
    frame = diary(couples=30, days=8)
    options = {"dyads": "mixed", "exchangeable": (frame["couple"] < 10).to_numpy(), "person": frame["role"]}
    result = model(frame, ["one"], fixed=["one", "within"], residual="un", **options).fit()
    assert result.resampler().fit(np.arange(30)).llf == pytest.approx(result.llf, abs=1e-7)
    with pytest.raises(np.linalg.LinAlgError, match="was drawn"):
        result.resampler().fit(np.zeros(30, dtype=int))


def test_few_steps_even_where_slopes_do_not_vary() -> None:
    """With a triangular factor of G alone it took twice as many looks at the likelihood, in some studies twenty times."""
    frame = diary(couples=60, days=14)
    rng = np.random.default_rng(6)
    frame = frame.assign(y=rng.normal(size=len(frame)), more=rng.normal(size=len(frame)))
    result = model(frame, ["one", "within", "more"], residual="un", re_by="partner").fit()
    assert result.converged
    assert result.convergence.boundary
    assert result.convergence.evaluations < 30
