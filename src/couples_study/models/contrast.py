"""``model = "contrast"``: is one effect larger than another? Two standardised effects in one model, and the difference.

Rule R4: rule R1 on the difference. Both predictors stand in the same equation, so that what they share is counted for
neither; each is scaled by its own standard deviation, without which the larger unit would win.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from couples_study.contracts.evidence import Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames
from couples_study.measures.units import factor, sides_of
from couples_study.models.model import Model, Setting
from couples_study.models.relation import (
    ESTIMATOR,
    PARTNER,
    Asked,
    Fitted,
    asked_of,
    fit_relation,
    held,
    is_within,
    looks_of,
    relation_evidence,
    variants,
)
from couples_study.models.terms import contrast

OPTIONS = frozenset({"predictors", "centering", "lag", "covariates", "test"})


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    if len(question.predictors) < 2 or question.outcome in question.predictors:
        raise StudyFileError(
            where, expected="predictors = [the larger, the smaller]", found=", ".join(question.predictors) or "none",
            do="name two or more, none of them the outcome",
        )  # fmt: skip
    kinds = sides_of(question.smallest_effect.unit, where)
    if not is_within(question) and "within SD" in kinds:
        raise StudyFileError(
            where, expected='"SD" or raw units, since there is one row per person here',
            found=repr(question.smallest_effect.unit), do='write for instance "SD per SD"',
        )  # fmt: skip
    for words in question.test:
        contrast(words, question.predictors, f"{where}, test")


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    when = "[t-1]" if question.lag else "[t]" if is_within(question) else ""
    part = " (departures from own mean)" if is_within(question) else ""
    right = " + ".join(f"{name}{when}" for name in question.predictors)
    return Plan(
        equation=f"{question.outcome} = {right} + covariates{part} + error; compared: {_tests(question)[0]}",
        formula=f"{question.outcome} ~ {' + '.join(question.predictors)}"
        + (" | persons" if is_within(question) else "") + " | couples: couple_id",
        estimator=ESTIMATOR[is_within(question)],
        tested=_tests(question),
    )  # fmt: skip


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Fit once, and read the difference of effects that are each in the question's unit."""
    asked = asked_of(id, question, frames)
    if isinstance(asked, NotTestable):
        return asked
    y = asked.value(question.outcome)
    columns = {name: asked.value(name, question.lag) for name in question.predictors}
    covariates = held(question, asked)
    fitted = fit_relation(id, asked, y, {**columns, **covariates})
    if isinstance(fitted, NotTestable):
        return fitted
    scales = _scales(question, asked)
    tests = _tests(question)
    others = list(variants(id, asked, y, columns, covariates))
    rows = tuple(
        Sensitivity.of(_read(again, words, scales), label if len(tests) == 1 else f"{label}: {words}")
        for label, again in others for words in tests
    )  # fmt: skip
    return relation_evidence(
        id, "contrast", question, asked, fitted, setting, plan(question, setting),
        tested=tuple(_read(fitted, words, scales) for words in tests),
        sensitivity=rows,
        facts=_facts(fitted, scales, columns),
        own=not all(name.startswith(PARTNER) for name in question.predictors),
    )  # fmt: skip


def _tests(question: Question) -> tuple[str, ...]:
    return question.test or (f"{question.predictors[0]} - {question.predictors[1]}",)


def _scales(question: Question, asked: Asked) -> dict[str, float]:
    """What each coefficient is multiplied with to be in the question's unit."""
    return {
        name: factor(
            question.smallest_effect.unit,
            lambda kind: asked.sd(question.outcome, kind),
            lambda kind, name=name: asked.sd(name, kind),  # type: ignore[misc]
            "unit",
        )
        for name in question.predictors
    }


def _read(fitted: Fitted, words: str, scales: Mapping[str, float]) -> Term:
    names = list(scales)
    weights = dict(zip(names, contrast(words, names, "test"), strict=True))
    return fitted.linear.term(fitted.weights(**{name: scales[name] * weights[name] for name in names}), words)


def _facts(fitted: Fitted, scales: Mapping[str, float], columns: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Each effect in the question's unit, and how far the first two predictors go together."""
    effects = dict(zip(fitted.linear.names, fitted.linear.params, strict=True))
    first, second = (columns[name][fitted.rows] for name in list(columns)[:2])
    return {f"effect.{name}": float(effects[name] * scale) for name, scale in scales.items()} | {
        "pearson_r.predictors": float(np.corrcoef(first, second)[0, 1])
    }


MODEL = Model(
    name="contrast",
    summary="whether one standardised effect is larger than another",
    options=OPTIONS,
    repeated=is_within,
    partners=lambda question: any(name.startswith(PARTNER) for name in question.predictors),
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "lagged" if question.lag == 1 else "associational",
    looks=lambda question: looks_of(*question.predictors, lag=question.lag),
)
