"""One row per person or couple: raw and adjusted.

With one row per couple this is ordinary least squares with its textbook errors, and the couple-robust ones stand
beside it; with both partners in, couples are clusters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Counts, Evidence, NotTestable, Sensitivity
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames
from couples_study.measures.units import factor, sides_of
from couples_study.models.bins import partial_bins
from couples_study.models.clustered import Linear, gee, ols
from couples_study.models.concerns import few_couples
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, full_rank, too_few
from couples_study.models.terms import contrast

OPTIONS = frozenset({"predictors", "covariates", "level", "test"})


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    if not question.predictors:
        raise StudyFileError(where, expected="predictors = [...]", found="none", do="name at least one")
    both = sorted(set(question.predictors) & set(question.covariates or ()))
    if both or question.outcome in (*question.predictors, *(question.covariates or ())):
        raise StudyFileError(
            where,
            expected="each column once, as outcome, predictor or covariate",
            found=", ".join(both) or question.outcome,
            do="name it in one place",
        )
    if {"within SD", "between SD"} & set(sides_of(question.smallest_effect.unit, where)):
        raise StudyFileError(
            where,
            expected='"SD" or raw units, since there is one row per person or couple here',
            found=repr(question.smallest_effect.unit),
            do='write for instance "SD per SD"',
        )
    for words in question.test:
        contrast(words, _names(question), f"{where}, test")


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    names = [*question.predictors, *(question.covariates or ())]
    one_row = setting.dyads.single or question.level == "couple"
    return Plan(
        equation=f"{question.outcome} = intercept + " + " + ".join(names) + " + error",
        formula=f"{question.outcome} ~ 1 + " + " + ".join(names) + ("" if one_row else " | couples: couple_id"),
        estimator="ordinary least squares" if one_row else "GEE, bias-reduced couple-clustered variance, t with G-1 df",
        tested=question.test or question.predictors,
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Fit the adjusted model, and the raw one beside it."""
    rows = _rows(question, frames)
    couples = int(rows["couple_id"].nunique())
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, "complete rows for this model")
    names = _names(question)
    X = _matrix(rows, names)
    if not full_rank(X):
        return NotTestable(
            id=id,
            reason="collinear",
            detail="Some predictors do not vary here or are sums of others, so their effects can not be told apart.",
        )
    fit = _fit(rows, question, names)
    tests = question.test or question.predictors
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="regression",
        unit=question.smallest_effect.unit,
        tested=tuple(fit.term(_weights(words, question, rows, names), words) for words in tests),
        coefficients=fit.terms(),
        equation=planned.equation,
        formula=planned.formula,
        estimator=fit.estimator,
        counts=Counts(couples=couples, people=_people(rows, frames), n_obs=len(rows)),
        concerns=_concerns(rows, frames, couples),
        sensitivity=() if setting.brief else _sensitivity(tests, question, rows, names),
        facts=_facts(question, rows),
        figure=None if setting.brief else _figure(question, rows, fit, names, setting),
    )


def _names(question: Question) -> list[str]:
    return ["intercept", *question.predictors, *(question.covariates or ())]


def _rows(question: Question, frames: Frames) -> pd.DataFrame:
    columns = [question.outcome, *question.predictors, *(question.covariates or ())]
    rows = frames.people[["couple_id", "person_id", *columns]]
    if question.level == "couple":
        rows = rows.groupby("couple_id", sort=False, as_index=False)[columns].mean()
    return rows.dropna(subset=columns)


def _people(rows: pd.DataFrame, frames: Frames) -> int:
    if "person_id" in rows:
        return int(rows["person_id"].nunique())
    return int(frames.people["couple_id"].isin(rows["couple_id"]).sum())


def _matrix(rows: pd.DataFrame, names: list[str]) -> np.ndarray:
    return np.column_stack([np.ones(len(rows)), rows[names[1:]].to_numpy(dtype=np.float64)])


def _fit(rows: pd.DataFrame, question: Question, names: list[str], *, robust: bool = False) -> Linear:
    y, X = rows[question.outcome].to_numpy(dtype=np.float64), _matrix(rows, names)
    if rows["couple_id"].is_unique and not robust:
        return ols(y, X, names)
    return gee(y, X, names, pd.factorize(rows["couple_id"])[0])


def _weights(words: str, question: Question, rows: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Contrast weights with each coefficient's change of unit in them."""
    weights = contrast(words, names, "test")
    spread = {name: float(rows[name].to_numpy(dtype=np.float64).std(ddof=1)) for name in rows.columns if name in names}
    of_outcome = float(rows[question.outcome].to_numpy(dtype=np.float64).std(ddof=1))
    for position in np.flatnonzero(weights):
        weights[position] *= factor(
            question.smallest_effect.unit,
            {"SD": of_outcome}.__getitem__,
            {"SD": spread[names[position]]}.__getitem__,
            "unit",
        )
    return weights


def _sensitivity(
    tests: tuple[str, ...], question: Question, rows: pd.DataFrame, names: list[str]
) -> tuple[Sensitivity, ...]:
    raw_names = ["intercept", *question.predictors]
    variants = [("raw, without covariates", raw_names, False)] if question.covariates else []
    if rows["couple_id"].is_unique:
        variants.append(("robust standard errors", names, True))
    found = []
    for label, columns, robust in variants:
        fit = _fit(rows, question, columns, robust=robust)
        for words in tests:
            if any(piece not in columns for piece in _named_in(words, names)):
                continue
            term = fit.term(_weights(words, question, rows, columns), words)
            found.append(Sensitivity.of(term, label if len(tests) == 1 else f"{label}: {words}"))
    return tuple(found)


def _named_in(words: str, names: list[str]) -> list[str]:
    return [names[i] for i in np.flatnonzero(contrast(words, names, "test"))]


def _facts(question: Question, rows: pd.DataFrame) -> dict[str, float]:
    """Raw correlations of the outcome with each predictor, over the same rows."""
    return {f"pearson_r.{name}": float(rows[question.outcome].corr(rows[name])) for name in question.predictors}


def _concerns(rows: pd.DataFrame, frames: Frames, couples: int) -> tuple[Concern, ...]:
    same = Concern(
        code="cross_sectional",
        sentence="Everything was measured once, so the data can not tell which came first.",
    )
    return (same, *few_couples(couples))


def _figure(question: Question, rows: pd.DataFrame, fit: Linear, names: list[str], setting: Setting):  # type: ignore[no-untyped-def]
    name = question.predictors[0]
    position = names.index(name)
    X = _matrix(rows, names)
    y = rows[question.outcome].to_numpy(dtype=np.float64)
    partial = y - X @ fit.params + X[:, position] * fit.params[position] + fit.params[0]
    held = ", covariates held" if question.covariates else ""
    return partial_bins(
        x=X[:, position],
        y=partial,
        couple=pd.factorize(rows["couple_id"])[0],
        title=name,
        x_label=setting.label(name),
        y_label=f"{setting.label(question.outcome)}{held}",
        slope=float(fit.params[position]),
    )


MODEL = Model(
    name="regression",
    summary="one row per person or couple, raw and adjusted",
    options=OPTIONS,
    repeated=lambda question: False,
    partners=lambda question: question.level == "couple",
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: frozenset(),
)
