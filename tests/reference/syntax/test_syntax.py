"""What `results.syntax` writes is what was run (script.R), and the programs agree with us (output.json)."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from couples_study.core.errors import AnalysisError

HERE = Path(__file__).parent
LOGLIK = 2e-3  # the programs' own stopping rules; glmmTMB's residual of nearly zero beside AR(1) costs most
ESTIMATE = 2e-3  # of a standard error

spec = importlib.util.spec_from_file_location("syntax_bundle", HERE / "generate.py")
bundle = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
spec.loader.exec_module(bundle)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", bundle.CASES)
def test_other_programs_agree(name: str) -> None:
    program = bundle.CASES[name][0]
    result = bundle.model(bundle.diary(), name).fit()
    assert result.syntax(program) in (HERE / "script.R").read_text()
    theirs = json.loads((HERE / "output.json").read_text())[name]
    assert -1e-5 < result.llf - theirs["logLik"] < LOGLIK
    assert np.max(np.abs(np.asarray(result.params) - theirs["estimate"]) / result.bse) < ESTIMATE


@pytest.mark.parametrize(("program", "words"), [("sas", "type=un@ar(1)"), ("spss", "COVTYPE(UN_AR1)")])
def test_the_field_s_own_model(program: str, words: str) -> None:
    model = bundle.model(bundle.diary(), "nlme AR").with_options(residual="un@ar1")
    text = model.fit().syntax(program)
    assert words in text
    assert "not in this program" not in text
    assert "same-day correlation beside AR(1)" in model.fit().syntax("nlme")
    assert "rho per partner" in model.with_options(rho="partner").fit().syntax(program)


def test_unknown_program() -> None:
    with pytest.raises(AnalysisError, match="nlme, lme4"):
        bundle.model(bundle.diary(), "nlme gls").fit().syntax("stata")
