"""Results in statsmodels' idiom: names, tests, intervals, prediction, simulation."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.base.model import LikelihoodModelResults
from tests.models.dyadic_data import FIXED, SLOPES, diary, model

from couples_study.core.errors import AnalysisError, FrameError
from couples_study.models.dyadic import DyadicMixedLM, person_mean_reliability


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return diary(couples=40, days=12)


@pytest.fixture(scope="module")
def result(frame: pd.DataFrame) -> Any:
    return model(frame, SLOPES, residual="un@ar1").fit()


def test_names_and_tests(result: Any) -> None:
    assert isinstance(result._results, LikelihoodModelResults)
    for values in (result.params, result.bse, result.tvalues, result.pvalues, result.df):
        assert list(values.index) == FIXED
    t = result.t_test("wa = wb")
    assert t.df_denom == pytest.approx(result.satterthwaite.df([[0, 0, 1, -1, 0]]))
    assert float(t.pvalue) == pytest.approx(float(2 * stats.t.sf(abs(t.tvalue), t.df_denom)[0]))
    single = result.wald_test("wa = 0")
    assert single.fvalue == pytest.approx(result.tvalues["wa"] ** 2)
    assert float(single.pvalue) == pytest.approx(result.pvalues["wa"])
    assert result.f_test("wa = 0, wb = 0").df_num == 2
    assert result.wald_test("wa = 0, wb = 0", use_f=False).distribution == "chi2"
    assert result.t_test(np.eye(5), use_t=False).distribution == "norm"


def test_intervals_use_satterthwaite(result: Any) -> None:
    half = stats.t.isf(0.025, result.df) * result.bse
    np.testing.assert_allclose(result.conf_int()[0], result.params - half)
    assert list(result.conf_int().index) == FIXED
    assert result.cov_params().shape == (5, 5)
    assert np.all(result.conf_int(0.5)[0] > result.conf_int()[0])


def test_information_criteria(result: Any) -> None:
    assert result.k_parameters == 5 + 10 + 3 + 1
    assert result.aic == pytest.approx(-2 * result.llf + 2 * 19)
    assert result.bic == pytest.approx(-2 * result.llf + np.log(result.nobs - 5) * 19)


def test_summary_says_what_was_fitted(result: Any) -> None:
    text = str(result.summary())
    for words in ("REML", "un@ar1", "corr(same day)", "rho", "Couples", "(-1, 1)"):
        assert words in text


def test_formula_gives_the_same_fit(frame: pd.DataFrame, result: Any) -> None:
    again = DyadicMixedLM.from_formula(
        "y ~ 0 + fa + fb + wa + wb + between", frame, re_formula="0 + fa + fb + wa + wb", groups="couple", role="role",
        time="day",
    ).fit()  # fmt: skip
    assert again.llf == pytest.approx(result.llf, abs=1e-9)
    assert list(again.params.index) == FIXED
    assert list(again.cov_re["distinguishable"].columns) == SLOPES


def test_formulas_do_not_drop_rows(frame: pd.DataFrame) -> None:
    holes = frame.assign(within=frame["within"].where(frame["day"] > 2))
    with pytest.raises(FrameError, match="missing"):
        DyadicMixedLM.from_formula("y ~ within", holes, groups="couple", role="role", time="day")


def test_dates_are_days(frame: pd.DataFrame, result: Any) -> None:
    dated = frame.assign(day=pd.Timestamp("2024-02-27") + pd.to_timedelta(frame["day"], unit="D"))
    assert model(dated, SLOPES, residual="un@ar1").fit().llf == pytest.approx(result.llf, abs=1e-9)
    with pytest.raises(FrameError, match="whole days"):
        model(dated.assign(day=dated["day"] + pd.to_timedelta(frame["couple"], unit="h")), residual="un@ar1")


def test_results_can_be_kept(result: Any) -> None:
    again = pickle.loads(pickle.dumps(result))  # noqa: S301  - our own bytes
    np.testing.assert_array_equal(again.params, result.params)
    np.testing.assert_array_equal(again.pvalues, result.pvalues)


def test_partner_wise_effects_are_role_dummies(frame: pd.DataFrame, result: Any) -> None:
    again = model(frame, ["one", "within"], residual="un@ar1", re_by="partner").fit()
    assert again.llf == pytest.approx(result.llf, abs=1e-7)
    assert list(again.cov_re["distinguishable"].columns) == ["one[a]", "within[a]", "one[b]", "within[b]"]


def test_prediction_levels(frame: pd.DataFrame, result: Any) -> None:
    np.testing.assert_allclose(result.predict(), frame[FIXED] @ result.params)
    some = frame.iloc[5:25]
    new = result.predict(some[FIXED], level="couple", groups=some["couple"], exog_re=some[SLOPES])
    np.testing.assert_allclose(new, result.fittedvalues[5:25])
    np.testing.assert_allclose(result.resid, frame["y"] - result.fittedvalues)
    with pytest.raises(AnalysisError, match="level"):
        result.predict(level="person")
    with pytest.raises(FrameError, match="couples of the fitted sample"):
        result.predict(some[FIXED], level="couple", groups=some["couple"] + 900, exog_re=some[SLOPES])
    with pytest.raises(FrameError, match="groups and exog_re"):
        result.predict(some[FIXED], level="couple")


@pytest.mark.parametrize("dyads", ["distinguishable", "indistinguishable"])
def test_prediction_of_partner_wise_effects(dyads: str, frame: pd.DataFrame) -> None:
    fit = model(frame, ["one", "within"], ["one", "within"], re_by="partner", dyads=dyads, residual="un").fit()
    some = frame.iloc[::7]
    new = fit.predict(
        some[["one", "within"]],
        level="couple",
        groups=some["couple"],
        exog_re=some[["one", "within"]],
        role=some["role"],
    )
    np.testing.assert_allclose(new, fit.fittedvalues[::7])


def test_random_effects_shrink_and_know_their_error(result: Any) -> None:
    table = result.random_effects()
    assert list(table.columns) == ["couple", "term", "estimate", "std_error"]
    assert len(table) == 40 * 4
    narrow = result.random_effects(fixed_uncertainty=False)
    assert (narrow["std_error"] <= table["std_error"] + 1e-12).all()
    sd = np.sqrt(np.diag(result.cov_re["distinguishable"]))
    assert (table.groupby("term")["estimate"].std()[SLOPES] < sd * 1.05).all()


def test_profile_intervals(frame: pd.DataFrame) -> None:
    fit = model(frame, ["fa", "fb"], residual="un@ar1").fit()
    table = fit.variance_intervals(names=("rho", "sd(fa)", "corr(same day)")).set_index("parameter")
    shown = fit.variance_parameters.set_index("parameter")
    assert (table["conf_low"] < table["estimate"]).all()
    assert (table["estimate"] < table["conf_high"]).all()
    wald = 1.96 * shown.loc["rho", "std_error"]
    assert table.loc["rho", "conf_high"] - table.loc["rho", "conf_low"] == pytest.approx(2 * wald, rel=0.1)
    fixed = fit.theta.copy()
    fixed[-1] = np.arctanh(table.loc["rho", "conf_low"])
    assert 2 * (fit.llf - fit.model.loglike(fixed)) >= stats.chi2.isf(0.05, 1) * 0.999


def test_profile_interval_of_a_variance_of_zero(frame: pd.DataFrame) -> None:
    flat = frame.assign(y=frame["y"] - frame.groupby(["couple", "role"])["y"].transform("mean"))
    fit = model(flat, ["fa"], residual="role").fit()
    table = fit.variance_intervals(names=("sd(fa)",)).set_index("parameter")
    assert table.loc["sd(fa)", "conf_low"] == 0.0
    assert 0.0 < table.loc["sd(fa)", "conf_high"] < 1.0


def test_simulation_and_residuals(result: Any) -> None:
    drawn = result.simulate(200, 4)
    np.testing.assert_array_equal(drawn, result.simulate(200, 4))
    np.testing.assert_allclose(drawn.mean(axis=0), result.predict(), atol=0.5)
    assert result.whitened_residuals().std() == pytest.approx(1.0, abs=0.03)
    ranks = result.simulated_residuals(seed=2)
    assert ranks.min() > 0
    assert ranks.max() < 1
    assert ranks.mean() == pytest.approx(0.5, abs=0.1)


def test_robust_row(result: Any) -> None:
    table = result.robust_table()
    assert list(table.index) == FIXED
    assert (table["df"] > 3).all()
    assert (table["df"] <= 40).all()
    assert result.robust.joint_df(np.eye(5)[:2]) > 3


def test_kinds_of_errors(result: Any) -> None:
    robust = result.with_errors("cr2")
    table = result.robust_table()
    np.testing.assert_allclose(robust.bse, table["std_error"])
    np.testing.assert_allclose(robust.pvalues, table["p_value"])
    np.testing.assert_allclose(robust.conf_int()[0], table["conf_low"])
    kr = result.model.fit(cov_type="kr")
    assert (kr.bse >= 0.999 * result.bse).all()
    assert kr.bse["between"] > 1.03 * result.bse["between"]
    assert float(kr.t_test("wa = wb").sd[0]) > float(result.t_test("wa = wb").sd[0])
    with pytest.raises(AnalysisError, match="gls, kr, cr2"):
        result.with_errors("hc3")
    with pytest.raises(AnalysisError, match="REML"):
        result.model.with_options(reml=False).fit(cov_type="kr")


def test_reliability_of_person_means() -> None:
    assert person_mean_reliability(0.5, 28)[1] is None
    value, concern = person_mean_reliability(0.3, 7)
    assert value == pytest.approx(0.3 / (0.3 + 0.1))
    assert concern is not None
    assert concern.code == "person_mean_reliability"


def test_ar_of_each_partner(frame: pd.DataFrame) -> None:
    fit = model(frame, ["fa", "fb"], residual="un@ar1", rho="partner").fit()
    assert fit.converged
    assert {"rho[a]", "rho[b]"} <= set(fit.variance_parameters["parameter"])
    assert fit.llf >= model(frame, ["fa", "fb"], residual="un@ar1").fit().llf - 1e-8


def test_one_person_per_group(frame: pd.DataFrame) -> None:
    alone = frame[frame["role"] == "a"]
    fit = DyadicMixedLM(
        alone["y"], alone[["one", "within"]], groups=alone["couple"], time=alone["day"], exog_re=alone[["one"]],
        residual="role@ar1",
    ).fit()  # fmt: skip
    assert fit.converged
    assert list(fit.variance_parameters["parameter"]) == ["sd(one)", "sd(residual)", "rho"]
