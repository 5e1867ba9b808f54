"""The optimum: one from everywhere, the same under every relabelling, honest on a boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import statsmodels.api as sm
from tests.models.dyadic_data import FIXED, SLOPES, diary, model

if TYPE_CHECKING:
    import pandas as pd

ROUNDING = 1e-8
ONE_OPTIMUM = 1e-6  # of log-likelihood
STATSMODELS = 1e-6  # of log-likelihood, at the shared optimum


@pytest.fixture(scope="module")
def standard() -> pd.DataFrame:
    """The standard dyadic diary model's data: 100 couples, 28 days, no holes."""
    return diary(couples=100, days=28, seed=1, holes=0.0)


@pytest.mark.parametrize("residual", ["iid", "un@ar1"])
def test_one_optimum_from_twenty_starts(residual: str, standard: pd.DataFrame) -> None:
    ours = model(standard, SLOPES, residual=residual)
    best = ours.fit()
    rng = np.random.default_rng(3)
    for _ in range(20):
        other = ours.fit(start_params=rng.normal(0, 0.8, size=len(best.theta)))
        assert other.converged
        assert other.llf == pytest.approx(best.llf, abs=ONE_OPTIMUM)
        np.testing.assert_allclose(other.params, best.params, atol=1e-4 * best.bse.max())


def test_statsmodels_at_the_shared_optimum(standard: pd.DataFrame) -> None:
    """Its likelihood is the same function; only its search stops elsewhere."""
    frame = standard[standard["couple"] < 25]
    ours = model(frame, SLOPES, residual="iid").fit()
    stock = sm.MixedLM(frame["y"], frame[FIXED], groups=frame["couple"], exog_re=frame[SLOPES])
    stock.reml, stock.cov_pen, stock.fe_pen, stock._cov_sing = True, None, None, 0  # what its fit() would set
    G = ours.cov_re["distinguishable"].to_numpy() / ours.scale
    at = sm.regression.mixed_linear_model.MixedLMParams.from_components(fe_params=ours.params.to_numpy(), cov_re=G)
    assert stock.loglike(at, profile_fe=False) == pytest.approx(ours.llf, abs=STATSMODELS)


@pytest.mark.parametrize("residual", ["un", "un@ar1"])
@pytest.mark.parametrize("re_by", ["couple", "partner"])
def test_labels_of_exchangeable_partners_do_not_matter(residual: str, re_by: str) -> None:
    frame = diary(couples=40, days=10)
    swap = frame["couple"].isin(np.random.default_rng(1).choice(40, 20, replace=False))
    relabelled = frame.assign(role=np.where(swap, frame["role"].map({"a": "b", "b": "a"}), frame["role"]))
    fits = [
        model(rows, ["one", "within"], ["one", "within", "between"], residual=residual, re_by=re_by,
              dyads="indistinguishable").fit()
        for rows in (frame, relabelled)
    ]  # fmt: skip
    assert fits[0].llf == pytest.approx(fits[1].llf, abs=ROUNDING)
    np.testing.assert_allclose(fits[0].params, fits[1].params, atol=ROUNDING)
    np.testing.assert_allclose(fits[0].bse, fits[1].bse, atol=ROUNDING)
    columns = ["estimate", "std_error"]
    first, second = (result.variance_parameters[columns] for result in fits)
    np.testing.assert_allclose(first["estimate"], second["estimate"], atol=ROUNDING)
    np.testing.assert_allclose(fits[0].fittedvalues, fits[1].fittedvalues, atol=ROUNDING)


def test_units_and_order_do_not_matter() -> None:
    frame = diary(couples=30)
    plain = model(frame, SLOPES, residual="un@ar1").fit()
    turned = frame.sample(frac=1.0, random_state=2)
    turned = turned.assign(y=1e6 + 1000 * turned["y"], couple=-turned["couple"], day=turned["day"] + 700_000)
    other = model(turned, SLOPES, residual="un@ar1").fit()
    expected = 1000 * plain.params + np.array([1e6, 1e6, 0, 0, 0])
    np.testing.assert_allclose(other.params, expected, rtol=1e-7, atol=1e-3)
    n_free = plain.model.likelihood.n_free
    assert other.llf == pytest.approx(plain.llf - n_free * np.log(1000), abs=1e-5)


def test_a_boundary_is_an_optimum_and_is_said() -> None:
    frame = diary(couples=40, days=8, seed=8)
    flat = frame.assign(y=frame["y"] - frame.groupby(["couple", "role"])["y"].transform("mean"))
    result = model(flat, ["fa", "fb"], residual="role").fit()
    assert result.converged
    assert result.convergence.boundary
    assert "boundary_variance" in [concern.code for concern in result.concerns]
    without = model(flat, None, residual="role").fit()
    assert result.llf == pytest.approx(without.llf, abs=1e-6)
    np.testing.assert_allclose(result.bse, without.bse, rtol=1e-4)
    assert np.isfinite(result.df).all()


def test_starts_beyond_sense_are_survived() -> None:
    ours = model(diary(couples=40), ["fa", "fb"], residual="un@ar1")
    best = ours.fit()
    for far in (30.0, -400.0):
        assert ours.fit(start_params=np.full(len(best.theta), far)).llf == pytest.approx(best.llf, abs=ONE_OPTIMUM)


def test_a_standstill_at_zero_variance_is_left() -> None:
    ours = model(diary(couples=40), ["fa", "fb"], residual="iid")
    best = ours.fit()
    stuck = ours.fit(start_params=np.zeros(len(best.theta)))
    assert stuck.convergence.restarts > 0
    assert stuck.llf == pytest.approx(best.llf, abs=ONE_OPTIMUM)


def test_mixed_samples_reduce_to_their_parts() -> None:
    """With separate fixed effects, a mixed sample's ML log-likelihood is nearly that of the two parts alone."""
    frame = diary(couples=40, days=10)
    inside = frame["couple"] < 20
    fixed = ["one", "within", "between"]
    both = frame.assign(**{f"{name}_{k}": frame[name] * (inside == k) for name in fixed for k in (True, False)})
    names = [f"{name}_{k}" for k in (True, False) for name in fixed]
    options: dict[str, Any] = {"residual": "un@ar1", "re_by": "partner", "reml": False}
    whole = model(both, ["one"], names, dyads="mixed", exchangeable=inside, **options).fit()
    first = model(frame[inside], ["one"], fixed, dyads="indistinguishable", **options).fit()
    second = model(frame[~inside], ["one"], fixed, **options).fit()
    assert whole.llf == pytest.approx(first.llf + second.llf, abs=ONE_OPTIMUM)
    np.testing.assert_allclose(whole.params, [*first.params, *second.params], atol=1e-5)


def test_refits_match_fresh_fits() -> None:
    frame = diary(couples=40)
    result = model(frame, SLOPES, residual="un@ar1").fit()
    refitter = result.refitter()
    for y in result.simulate(3, 9):
        quick, fresh = refitter.fit(y), model(frame.assign(y=y), SLOPES, residual="un@ar1").fit()
        assert quick.converged
        assert quick.llf == pytest.approx(fresh.llf, abs=1e-6)
        np.testing.assert_allclose(quick.params, fresh.params, atol=1e-4 * fresh.bse.max())
        np.testing.assert_allclose(quick.bse, fresh.bse, rtol=1e-3)
    assert result.llf == model(frame, SLOPES, residual="un@ar1").fit().llf
