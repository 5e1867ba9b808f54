"""The likelihood against dense matrices, and its gradient against differences, for every structure."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from tests.models.dyadic_data import diary, model

from couples_study.models.dyadic.residual import STRUCTURES

ROUNDING = 1e-11  # relative
DIFFERENCES = 1e-6  # relative, central differences


def dense_criterion(ours: Any, theta: np.ndarray, scale: float) -> float:
    """Minus twice the log-likelihood from whole covariance matrices, written out from the model's definition."""
    design, options, y = ours.design, ours.options, ours.columns.y[ours.design.order]
    XX, Xy, yy, logdet = 0.0, 0.0, 0.0, 0.0
    for kind, (L, natural, _) in zip(design.kinds, ours.likelihood.space.unpack(theta), strict=True):
        s_aa, s_ab, s_bb, *rho = natural
        S = np.array([[s_aa, s_ab], [s_ab, s_bb]])
        for couple in range(len(kind.couples)):
            mine = kind.couple == couple
            slot, day, rows = kind.slot[mine], kind.day[mine], kind.rows[mine]
            R = np.zeros((len(rows), len(rows)))
            for i, j in itertools.product(range(len(rows)), repeat=2):
                if slot[i] != slot[j] and not options.paired:
                    continue
                lag = day[i] - day[j]
                decay = rho[slot[i]] ** lag if lag >= 0 else rho[slot[j]] ** -lag
                R[i, j] = S[slot[i], slot[j]] * (decay if options.ar else lag == 0)
            V = scale * (kind.Z[mine] @ L @ L.T @ kind.Z[mine].T + R)
            X, inverse = design.X[rows], np.linalg.inv(V)
            logdet += np.linalg.slogdet(V)[1]
            XX, Xy, yy = XX + X.T @ inverse @ X, Xy + X.T @ inverse @ y[rows], yy + y[rows] @ inverse @ y[rows]
    n, p = design.X.shape
    value = logdet + yy - Xy @ np.linalg.solve(XX, Xy) + (n - p if options.reml else n) * np.log(2 * np.pi)
    return value + (np.linalg.slogdet(XX)[1] if options.reml else 0.0)


CASES = [
    {"residual": residual, "dyads": dyads, "rho": rho, "G": G, "reml": reml}
    for residual, dyads, (rho, G, reml) in itertools.product(
        STRUCTURES,
        ("distinguishable", "indistinguishable", "mixed"),
        (("shared", "unstructured", True), ("partner", "diagonal", False)),
    )
]


@pytest.mark.parametrize("random", [None, ["one", "within"]], ids=["no effects", "partner slopes"])
@pytest.mark.parametrize("options", CASES, ids=lambda options: " ".join(str(value) for value in options.values()))
def test_dense_and_gradient(options: dict[str, Any], random: list[str] | None) -> None:
    frame = diary()
    ours = model(frame, random, re_by="partner", exchangeable=frame["couple"] % 2 == 0, **options)
    rng = np.random.default_rng(11)
    full = np.append(0.5 * rng.normal(size=ours.likelihood.space.size), 0.3)
    value, gradient = ours.likelihood.with_scale(full)
    assert value == pytest.approx(dense_criterion(ours, full[:-1], np.exp(full[-1])), rel=ROUNDING)
    steps = 1e-5 * np.eye(len(full))
    slopes = [(ours.likelihood.with_scale(full + h)[0] - ours.likelihood.with_scale(full - h)[0]) / 2e-5 for h in steps]
    np.testing.assert_allclose(gradient, slopes, rtol=DIFFERENCES, atol=DIFFERENCES * np.abs(gradient).max())


def test_profiled_gradient_and_hessian() -> None:
    ours = model(diary(), ["fa", "fb", "wa", "wb"], residual="un@ar1")
    theta = ours.fit().theta + 0.05
    steps = 1e-5 * np.eye(len(theta))
    slopes = [(ours.loglike(theta + h) - ours.loglike(theta - h)) / 2e-5 for h in steps]
    np.testing.assert_allclose(ours.score(theta), slopes, rtol=1e-5, atol=1e-5)
    assert np.allclose(ours.hessian(theta), ours.hessian(theta).T)


def test_long_gaps_and_negative_rho() -> None:
    frame = diary(couples=15, days=9)
    frame["day"] = frame["day"] ** 2
    ours = model(frame, ["fa", "fb"], residual="un@ar1")
    theta = ours.fit().theta
    for rho in (-0.7, 0.1, 0.9):
        theta[-1] = np.arctanh(rho)
        assert ours.likelihood.with_scale(np.r_[theta, 0.1])[0] == pytest.approx(
            dense_criterion(ours, theta, np.exp(0.1)), rel=ROUNDING
        )
