"""The trial and growth models against clubSandwich and lme4 on the same rows (script.R, output.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from couples_study.contracts.hypothesis import Hypothesis
from couples_study.models import growth, trial
from couples_study.models.weekly.arrays import Weekly

HERE = Path(__file__).parent
ALGEBRA = 1e-9  # the same closed formula: only rounding differs
OPTIMUM = 2e-4  # two optimisers of one likelihood, in points on a 0-100 scale
ARMS = ("emotional_first", "physical_first", "simultaneous", "wait_list")
WORDS = {
    "id": "T", "statement": "A test.", "outcome": "phys", "arm": "arm", "begins": 1,
    "smallest_effect": {"value": 1.0, "unit": "points per arm", "why": "a test"},
}  # fmt: skip


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return json.loads((HERE / "output.json").read_text())


@pytest.fixture(scope="module")
def weekly() -> Weekly:
    """The arrays, filled cell by cell and without the code that reads a study."""
    rows = pd.read_csv(HERE / "weekly.csv")
    weeks = np.sort(rows["week"].unique())
    phys = np.full((rows["couple"].max() + 1, 2, len(weeks)), np.nan)
    phys[rows["couple"], rows["slot"], np.searchsorted(weeks, rows["week"])] = rows["phys"]
    first = rows.drop_duplicates("couple").sort_values("couple")
    member = np.zeros(phys.shape[:2], dtype=bool)
    member[rows["couple"], rows["slot"]] = True
    return Weekly(
        weeks=weeks, arm=first["arm"].map(ARMS.index).to_numpy(), arms=ARMS, answers={"phys": phys}, member=member,
        gone=np.full(len(phys), np.inf), told_apart=True,
        labels={"concern": first["concern"].eq("physical").to_numpy().astype(int)},
    )  # fmt: skip


def asked(**keys: Any) -> Hypothesis:
    return Hypothesis.model_validate({**WORDS, "model": "trial", "contrast": list(ARMS[:2]), "at": 16, **keys})


def same(term: Any, theirs: dict[str, float]) -> None:
    assert term.estimate == pytest.approx(theirs["estimate"], abs=ALGEBRA)
    assert term.std_error == pytest.approx(theirs["se"], abs=ALGEBRA)
    assert term.df == theirs["df"]
    assert term.p_value == pytest.approx(theirs["p"], abs=ALGEBRA)


def test_the_contrast_at_a_week(weekly: Weekly, expected: dict[str, Any]) -> None:
    (term,), _ = trial.contrasts(asked(), weekly)
    same(term, expected["end"])


def test_the_contrast_in_a_stratum_and_its_interaction(weekly: Weekly, expected: dict[str, Any]) -> None:
    (inside, interaction), _ = trial.contrasts(asked(moderator="concern", stratum="physical"), weekly)
    same(inside, expected["stratum"])
    same(interaction, expected["interaction"])


def test_growth(weekly: Weekly, expected: dict[str, Any]) -> None:
    question = Hypothesis.model_validate(
        {
            **WORDS, "model": "growth", "knots": [6], "at": 12, "residual": "iid",
            "test": ["gain.2[emotional_first] - gain.1[physical_first]"],
        }
    )  # fmt: skip
    fit = growth.fitted(question, growth.rows_of(question, weekly))
    theirs = expected["growth"]
    assert fit.llf == pytest.approx(theirs["logLik"], abs=OPTIMUM)
    np.testing.assert_allclose(fit.params, theirs["estimate"], atol=OPTIMUM)
    np.testing.assert_allclose(fit.bse, theirs["se"], atol=OPTIMUM)
