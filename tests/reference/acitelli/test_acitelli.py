"""Acitelli's couples: the actor-partner models as printed and as nlme::gls gives them (script.R, output.json).

Cross-sectional couples are the one-day case: no random effects, residual ``un``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from couples_study.models.dyadic import DyadicMixedLM, distinguishability

HERE = Path(__file__).parent
DATA = HERE.parents[2] / ".." / "shared" / "data" / "acitelli" / "acipair.csv"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="third-party data are not in a folder beside the repository")

GLS = 1e-5  # nlme::gls stops near the optimum
LOGLIK = 1e-6


@pytest.fixture(scope="module")
def couples() -> pd.DataFrame:
    frame = pd.read_csv(DATA)
    husband = (frame["Gender_A"].str.strip() == "Husband").astype(float)
    for name, dummy in (("husband", husband), ("wife", 1 - husband)):
        frame[name] = dummy
        frame[f"{name}_actor"], frame[f"{name}_partner"] = dummy * frame["OtherPos_A"], dummy * frame["OtherPos_P"]
    return frame


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return json.loads((HERE / "output.json").read_text())


def fit(frame: pd.DataFrame, *, same: bool, reml: bool, columns: list[str] | None = None) -> Any:
    frame = frame.assign(one=1.0)
    apart = [f"{role}{part}" for part in ("", "_actor", "_partner") for role in ("husband", "wife")]
    fixed = columns or (["one", "OtherPos_A", "OtherPos_P"] if same else apart)
    return DyadicMixedLM(
        frame["Satisfaction_A"], frame[fixed], groups=frame["CoupleID"], role=frame["Gender_A"], residual="un",
        dyads="indistinguishable" if same else "distinguishable", reml=reml,
    ).fit()  # fmt: skip


def variances(result: Any) -> pd.Series:
    return result.variance_parameters.set_index("parameter")["estimate"]


@pytest.mark.parametrize("name", ["interchangeable", "interchangeable_ml", "distinguishable", "distinguishable_ml"])
def test_against_gls(name: str, couples: pd.DataFrame, expected: dict[str, Any]) -> None:
    reml = not name.endswith("_ml")
    ours, theirs = fit(couples, same=name.startswith("inter"), reml=reml), expected[name]
    n, p = theirs["n"], len(theirs["estimate"])
    assert ours.llf == pytest.approx(theirs["logLik"], abs=LOGLIK)
    np.testing.assert_allclose(ours.params, theirs["estimate"], atol=GLS)
    se = np.array(theirs["se"]) * (1.0 if reml else np.sqrt((n - p) / n))
    np.testing.assert_allclose(ours.bse, se, rtol=GLS)
    assert variances(ours)["corr(same day)"] == pytest.approx(theirs["rho"], abs=GLS)


def test_printed_interchangeable(couples: pd.DataFrame) -> None:
    result = fit(couples, same=True, reml=True)
    assert np.round(result.params, 7).tolist() == [0.6697541, 0.4004231, 0.2879705]
    assert np.round(result.bse.iloc[1:], 7).tolist() == [0.0473141, 0.0473141]
    assert round(variances(result)["corr(same day)"], 5) == 0.46934
    assert round(variances(result)["sd(residual)"], 5) == 0.41737
    assert round(result.llf, 4) == -148.3591
    assert round(fit(couples, same=True, reml=False).llf, 3) == -141.442


def test_printed_distinguishable(couples: pd.DataFrame) -> None:
    result = fit(couples, same=False, reml=True)
    shown = np.round(result.params[["husband_actor", "wife_actor", "husband_partner", "wife_partner"]], 7)
    assert shown.tolist() == [0.4243866, 0.3777000, 0.2616498, 0.3214782]
    parts = variances(result)
    assert round(parts["corr(same day)"], 5) == round(0.4751092, 5)
    assert parts["sd(residual[Wife])"] / parts["sd(residual[Husband])"] == pytest.approx(1.203894, abs=2e-6)


def test_printed_distinguishability(couples: pd.DataFrame, expected: dict[str, Any]) -> None:
    large, small = fit(couples, same=False, reml=False), fit(couples, same=True, reml=False)
    test = distinguishability(small, large)
    assert round(large.llf, 4) == -137.8035
    assert (round(test.statistic, 3), test.df, round(test.p_value, 2)) == (7.277, 4, 0.12)
    assert test.statistic == pytest.approx(expected["test"]["statistic"], abs=LOGLIK)
    assert test.p_value == pytest.approx(expected["test"]["p"], abs=LOGLIK)


def test_printed_icc(couples: pd.DataFrame) -> None:
    result = fit(couples, same=True, reml=True, columns=["one"])
    assert round(variances(result)["corr(same day)"], 5) == 0.61847
