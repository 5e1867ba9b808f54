"""Our numbers against lme4, lmerTest, nlme and clubSandwich on a generated diary with gaps (script.R, output.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from couples_study.models.dyadic import DyadicMixedLM

HERE = Path(__file__).parent
FIXED = ["fa", "fb", "wa", "wb", "ma", "mb"]
SLOPES = ["fa", "fb", "wa", "wb"]

LOGLIK = 1e-6  # lme4 and nlme stop this near the optimum; ours may only be higher
ESTIMATE = 2e-4  # of a standard error: what is left of nlme's stopping rule (lme4's leaves 1e-6)
ERROR = 5e-5  # relative, standard errors
DF = 1e-5  # relative: lmerTest differentiates numerically
KENWARD_ROGER = 2e-3  # relative, standard errors
P = 1e-4  # absolute on p: nlme's estimates are the least exact of these


@pytest.fixture(scope="module")
def diary() -> pd.DataFrame:
    frame = pd.read_csv(HERE / "diary.csv")
    for role in "ab":
        dummy = (frame["role"] == role).astype(float)
        frame[f"f{role}"], frame[f"w{role}"], frame[f"m{role}"] = (
            dummy,
            dummy * frame["within"],
            dummy * frame["between"],
        )
    return frame


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return json.loads((HERE / "output.json").read_text())


def fit(frame: pd.DataFrame, random: list[str], **options: Any) -> Any:
    model = DyadicMixedLM(
        frame["y"], frame[FIXED], groups=frame["couple"], role=frame["role"], time=frame["day"],
        exog_re=frame[random] if random else None, **options,
    )  # fmt: skip
    return model.fit()


CASES = {
    "slopes": (SLOPES, {"residual": "iid"}),
    "slopes_ml": (SLOPES, {"residual": "iid", "reml": False}),
    "diagonal": (SLOPES, {"residual": "iid", "G": "diagonal"}),
    "het": (SLOPES, {"residual": "role"}),
    "ar": (["fa", "fb"], {"residual": "role@ar1"}),
    "ar_gls": ([], {"residual": "role@ar1", "reml": False}),
    "un_gls": ([], {"residual": "un"}),
}


@pytest.mark.parametrize("name", CASES)
def test_estimates_and_errors(name: str, diary: pd.DataFrame, expected: dict[str, Any]) -> None:
    random, options = CASES[name]
    ours, theirs = fit(diary, random, **options), expected[name]
    assert ours.converged
    assert -LOGLIK < ours.llf - theirs["logLik"] < 100 * LOGLIK
    se = np.array(theirs["se"])
    if name == "ar_gls":  # gls scales its errors by n / (n - p) under ML
        se = se * np.sqrt((len(diary) - len(FIXED)) / len(diary))
    np.testing.assert_allclose(ours.bse, se, rtol=ERROR)
    assert np.max(np.abs(ours.params - theirs["estimate"]) / se) < ESTIMATE


@pytest.mark.parametrize("name", ["slopes", "diagonal"])
def test_satterthwaite_df_and_p(name: str, diary: pd.DataFrame, expected: dict[str, Any]) -> None:
    random, options = CASES[name]
    ours, theirs = fit(diary, random, **options), expected[name]
    np.testing.assert_allclose(ours.df, theirs["df"], rtol=DF)
    np.testing.assert_allclose(ours.pvalues, theirs["p"], atol=P)


def test_joint_test(diary: pd.DataFrame, expected: dict[str, Any]) -> None:
    test, theirs = fit(diary, SLOPES, residual="iid").wald_test("wa = wb, ma = mb"), expected["slopes"]["joint"]
    assert test.fvalue == pytest.approx(theirs["F"], rel=ERROR)
    assert test.df_denom == pytest.approx(theirs["df"], rel=DF)
    assert float(test.pvalue) == pytest.approx(theirs["p"], abs=P)


def test_kenward_roger_errors(diary: pd.DataFrame, expected: dict[str, Any]) -> None:
    """pbkrtest weighs by expected information, we by observed: the adjustment agrees to a few percent of itself."""
    gls = fit(diary, SLOPES, residual="iid")
    kr = gls.with_errors("kr")
    np.testing.assert_allclose(kr.bse, expected["slopes"]["kr"]["se"], rtol=KENWARD_ROGER)
    np.testing.assert_allclose(kr.df, gls.df)
    assert (kr.bse > gls.bse).all()


def test_variances_and_random_effects(diary: pd.DataFrame, expected: dict[str, Any]) -> None:
    ours, theirs = fit(diary, SLOPES, residual="iid"), expected["slopes"]
    np.testing.assert_allclose(ours.cov_re["distinguishable"], theirs["cov_re"], atol=2e-4)
    effects = ours.random_effects(fixed_uncertainty=False).set_index(["couple", "term"])
    key = [(int(couple), term) for couple, term in zip(theirs["ranef_couple"], theirs["ranef_term"], strict=True)]
    np.testing.assert_allclose(effects.loc[key, "estimate"], theirs["ranef"], atol=1e-3)
    np.testing.assert_allclose(effects.loc[key, "std_error"], theirs["ranef_sd"], rtol=2e-3)


def test_ar_and_variance_ratio(diary: pd.DataFrame, expected: dict[str, Any]) -> None:
    theirs = expected["ar"]
    shown = fit(diary, ["fa", "fb"], residual="role@ar1").variance_parameters.set_index("parameter")["estimate"]
    assert shown["rho"] == pytest.approx(theirs["phi"], abs=1e-4)
    ratio = shown["sd(residual[b])"] / shown["sd(residual[a])"]
    assert max(ratio, 1 / ratio) == pytest.approx(max(theirs["sd_ratio"], 1 / theirs["sd_ratio"]), abs=2e-4)


@pytest.mark.parametrize("name", ["het", "ar", "un_gls"])
def test_cluster_robust(name: str, diary: pd.DataFrame, expected: dict[str, Any]) -> None:
    random, options = CASES[name]
    table, theirs = fit(diary, random, **options).robust_table(), expected[name]["cr2"]
    np.testing.assert_allclose(table["std_error"], theirs["se"], rtol=DF)
    np.testing.assert_allclose(table["df"], theirs["df"], rtol=DF)
    np.testing.assert_allclose(table["p_value"], theirs["p"], atol=P)
