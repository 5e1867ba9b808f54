"""A real diary of both partners against nlme, lmerTest and clubSandwich (script.R, output.json).

Missing days are absent rows, so days are 1 to 10 apart and the AR(1) must see it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from couples_study.models.dyadic import DyadicMixedLM

HERE = Path(__file__).parent
DATA = HERE.parents[2] / ".." / "shared" / "data" / "barkalifa_diary" / "diary.csv"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="third-party data are not in a folder beside the repository")

FIXED = ["m", "f", "own_w_m", "own_w_f", "other_w_m", "other_w_f"]
ESTIMATE = 5e-4  # of a standard error
ERROR = 5e-4  # relative
DF = 3e-3  # relative


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    wide = pd.read_csv(DATA)
    parts = [
        pd.DataFrame({
            "couple": wide["ID"], "role": role, "day": wide["DIARYDAY"], "y": wide[f"{own}_Anx."],
            "own": wide[f"{own}_Con."], "other": wide[f"{other}_Con."],
        })
        for role, own, other in (("man", "M", "W"), ("woman", "W", "M"))
    ]  # fmt: skip
    long = pd.concat(parts, ignore_index=True).dropna().reset_index(drop=True)
    long["m"] = (long["role"] == "man").astype(float)
    long["f"] = 1 - long["m"]
    for name in ("own", "other"):
        within = long[name] - long.groupby(["couple", "role"])[name].transform("mean")
        long[f"{name}_w_m"], long[f"{name}_w_f"] = within * long["m"], within * long["f"]
    return long


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return json.loads((HERE / "output.json").read_text())


def fit(rows: pd.DataFrame, random: list[str], residual: str) -> Any:
    return DyadicMixedLM(
        rows["y"], rows[FIXED], groups=rows["couple"], role=rows["role"], time=rows["day"], exog_re=rows[random],
        residual=residual,
    ).fit()  # fmt: skip


def test_ar_against_nlme(rows: pd.DataFrame, expected: dict[str, Any]) -> None:
    result, theirs = fit(rows, ["m", "f"], "role@ar1"), expected["ar"]
    assert len(rows) == expected["n"]
    assert -1e-5 < result.llf - theirs["logLik"] < 1e-3
    assert np.max(np.abs(result.params - theirs["estimate"]) / result.bse) < ESTIMATE
    np.testing.assert_allclose(result.bse, theirs["se"], rtol=ERROR)
    shown = result.variance_parameters.set_index("parameter")["estimate"]
    assert shown["rho"] == pytest.approx(theirs["phi"], abs=1e-4)
    table = result.robust_table()
    np.testing.assert_allclose(table["std_error"], theirs["cr2"]["se"], rtol=1e-3)
    np.testing.assert_allclose(table["df"], theirs["cr2"]["df"], rtol=DF)
    np.testing.assert_allclose(table["p_value"], theirs["cr2"]["p"], atol=1e-3)


def test_slopes_against_lmertest(rows: pd.DataFrame, expected: dict[str, Any]) -> None:
    result, theirs = fit(rows, ["m", "f", "own_w_m", "own_w_f"], "iid"), expected["plain"]
    assert -1e-6 < result.llf - theirs["logLik"] < 1e-3
    assert np.max(np.abs(result.params - theirs["estimate"]) / result.bse) < ESTIMATE
    np.testing.assert_allclose(result.bse, theirs["se"], rtol=ERROR)
    np.testing.assert_allclose(result.df, theirs["df"], rtol=DF)
    np.testing.assert_allclose(result.pvalues, theirs["p"], atol=1e-3)
