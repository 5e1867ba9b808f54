"""Other estimators of the same question, by model and name: what a multiverse may choose instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.core.errors import AnalysisError
from couples_study.measures import Frames
from couples_study.models.apim import by_couple, plan, weights_of
from couples_study.models.apim_design import default_tests, design_of
from couples_study.models.clustered import gee, influence_of
from couples_study.models.concerns import MEASUREMENT_ERROR
from couples_study.models.counting import counts_of
from couples_study.models.model import FEWEST_COUPLES, Setting, full_rank, panel_for, too_few

Estimator = Callable[[str, Question, Frames, Setting], Evidence | NotTestable]


def marginal_apim(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The actor-partner model by generalised estimating equations, couples as clusters, persons' means held."""
    panel = panel_for(id, question, question.outcome, frames, once=question.centering != "person" and question.lag == 0)
    if isinstance(panel, NotTestable):
        return panel
    design = design_of(question, panel, setting, hold_means=True)
    if design.couples() < FEWEST_COUPLES:
        return too_few(id, design.couples(), "complete rows for this model")
    if not full_rank(design.X):
        return NotTestable(id=id, reason="collinear", detail="Some predictors do not vary here or are sums of others.")
    try:
        fit = gee(design.y, design.X, design.names, design.couple)
    except AnalysisError as error:
        return NotTestable(id=id, reason="analysis_failed", detail=f"The model could not be fitted ({error.found}).")
    tests = question.test or default_tests(question, setting)
    weights = [weights_of(words, question, panel, design) for words in tests]
    added = influence_of(fit, design.y, design.X, design.couple, np.mean(weights, axis=0)) if setting.influence else {}
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="apim",
        unit=question.smallest_effect.unit,
        tested=tuple(fit.term(one, words) for one, words in zip(weights, tests, strict=True)),
        coefficients=fit.terms(),
        counts=counts_of(panel, design.row[design.rows_behind(tests)], setting),
        equation=planned.equation,
        formula=planned.formula,
        estimator=fit.estimator,
        concerns=(MEASUREMENT_ERROR,) if question.lag == 1 else (),
        influence=by_couple(added, design, panel),
    )


ESTIMATORS: Mapping[tuple[str, str], Estimator] = MappingProxyType({("apim", "marginal"): marginal_apim})
