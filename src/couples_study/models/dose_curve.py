"""``model = "dose_curve"``: what each step of a dose adds: seconds of a hug, minutes of talk.

Days are compared with the same person's own. No shape is assumed: every step has a level of its own, and the rule looks
at a difference of two (rule R1, or R5 for "no more"). Beside that stand the losses of simple shapes (a line, a
logarithm, a rise that ends at one of the steps) on couples that the fit has not seen. They say where the curve may
level off and decide nothing: a place that is picked from a curve would be "significant" in most studies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Evidence, FigureData, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.core.seeds import child
from couples_study.measures import Frames
from couples_study.measures.units import sides_of
from couples_study.models.model import FEWEST_COUPLES, Model, Setting
from couples_study.models.relation import (
    ESTIMATOR,
    Asked,
    Fitted,
    asked_of,
    departures,
    fit_relation,
    held,
    relation_evidence,
    variants,
)
from couples_study.models.terms import contrast
from couples_study.privacy import SMALLEST_CELL

OPTIONS = frozenset({"exposure", "steps", "test", "covariates", "lag"})
FOLDS = 10
AT = "at."


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = [] if question.exposure and question.exposure != question.outcome else ["exposure, the dose"]
    if len(question.steps) < 2 or list(question.steps) != sorted(set(question.steps)):
        faults.append("steps, two or more numbers in order: where each step of the dose begins")
    if not question.test:
        faults.append(f'test, such as "{AT}20 - {AT}10"')
    if question.rule not in ("R1", "R5"):
        faults.append('rule = "R1" (adds) or "R5" (adds nothing)')
    outcome, dose = sides_of(question.smallest_effect.unit, where)
    if outcome == "between SD" or dose is not None:
        faults.append('a unit such as "within SD per step"')
    if faults:
        raise StudyFileError(
            where, expected="a dose, its steps and which of them are compared", found=f"missing: {'; '.join(faults)}",
            do="see dose_curve in docs/study-file.md",
        )  # fmt: skip
    for words in question.test:
        contrast(words, _names(question), f"{where}, test")


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    when = "[t-1]" if question.lag else "[t]"
    steps = ", ".join(f"{step:g}" for step in question.steps)
    return Plan(
        equation=f"{question.outcome} = a level for {question.exposure}{when} from each of {steps} + covariates "
        "(departures from own mean) + error",
        formula=f"{question.outcome} ~ factor({question.exposure}) | persons | couples: couple_id",
        estimator=ESTIMATOR[True],
        tested=question.test,
    )


def _names(question: Question) -> tuple[str, ...]:
    return tuple(f"{AT}{step:g}" for step in question.steps)


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The level at every step against the first, the differences asked about, and how simple shapes fare."""
    asked = asked_of(id, question, frames)
    if isinstance(asked, NotTestable):
        return asked
    y = asked.value(question.outcome)
    dose = asked.value(str(question.exposure), question.lag)
    place = _place(dose, question)
    refused = _too_few_at(id, question, asked, place, np.isfinite(y))
    if refused is not None:
        return refused
    columns = {name: np.where(place >= 0, place == n, np.nan) for n, name in enumerate(_names(question)) if n}
    covariates = held(question, asked)
    fitted = fit_relation(id, asked, y, {**columns, **covariates})
    if isinstance(fitted, NotTestable):
        return fitted
    per = (
        asked.sd(question.outcome, sides_of(question.smallest_effect.unit, "unit")[0] or "")
        if _scaled(question)
        else 1.0
    )
    others = [] if setting.brief else list(variants(id, asked, y, columns, covariates))
    seed = child(setting.seed, "dose", id)
    rows = tuple(
        Sensitivity.of(_read(again, words, question, per), label if len(question.test) == 1 else f"{label}: {words}")
        for label, again in others
        for words in question.test
    )
    return relation_evidence(
        id, "dose_curve", question, asked, fitted, setting, plan(question, setting),
        tested=tuple(_read(fitted, words, question, per) for words in question.test),
        sensitivity=rows,
        facts={} if setting.brief else _losses(asked, fitted, y, dose, covariates, question, seed),
        figure=None if setting.brief else _figure(question, asked, fitted, dose, place, setting),
    )  # fmt: skip


def _scaled(question: Question) -> bool:
    return sides_of(question.smallest_effect.unit, "unit")[0] is not None


def _place(dose: np.ndarray, question: Question) -> np.ndarray:
    """The step of every row, -1 below the first and where nothing is known."""
    known = np.isfinite(dose)
    found = np.searchsorted(np.asarray(question.steps), np.where(known, dose, -np.inf), side="right") - 1
    return np.where(known, found, -1)


def _too_few_at(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    asked: Asked,
    place: np.ndarray,
    answered: np.ndarray,
) -> NotTestable | None:
    """Rule R0 at every step that is compared."""
    couple = asked.panel.frame["couple_id"].to_numpy()
    wanted = [n for n, name in enumerate(_names(question)) if any(name in words.split() for words in question.test)]
    for n in wanted:
        couples = len(np.unique(couple[answered & (place == n)]))
        if couples < FEWEST_COUPLES:
            return NotTestable(
                id=id, reason="positivity",
                detail=f"Too few couples have days with {question.exposure} from {question.steps[n]:g} on, up to the "
                f"next step; at least {FEWEST_COUPLES} are needed.",
            )  # fmt: skip
    return None


def _read(fitted: Fitted, words: str, question: Question, per: float) -> Term:
    weights = dict(zip(_names(question), contrast(words, _names(question), "test"), strict=True))
    return fitted.linear.term(fitted.weights(**weights) / per, words)


def _shapes(question: Question) -> Mapping[str, Callable[[np.ndarray], np.ndarray]]:
    """Simple curves by name."""
    found: dict[str, Callable[[np.ndarray], np.ndarray]] = {"line": lambda dose: dose, "logarithm": np.log1p}
    for step in question.steps[1:-1]:
        found[f"to_{step:g}"] = lambda dose, step=step: np.minimum(dose, step)  # type: ignore[misc]
    return found


def _losses(
    asked: Asked, fitted: Fitted, y: np.ndarray, dose: np.ndarray, covariates: Mapping[str, np.ndarray],
    question: Question, seed: np.random.SeedSequence,
) -> dict[str, float]:  # fmt: skip
    """By shape, the mean squared error on couples left out, less that of no dose at all; below zero it predicts."""
    rows = fitted.rows
    person = asked.panel.own[rows]
    couple = pd.factorize(asked.panel.frame["couple_id"].to_numpy()[rows])[0]
    fold = np.random.default_rng(seed).permutation(np.arange(couple.max() + 1) % FOLDS)[couple]
    target = departures(y[rows][:, None], person)[:, 0]
    rest = np.column_stack([column[rows] for column in covariates.values()]) if covariates else np.empty((len(rows), 0))
    levels = np.column_stack([_place(dose[rows], question) == n for n in range(1, len(question.steps))]).astype(float)
    designs = {"steps": levels} | {name: shape(dose[rows])[:, None] for name, shape in _shapes(question).items()}
    none = _loss(target, departures(rest, person) if covariates else rest, fold)
    return {
        f"loss.{name}": _loss(target, departures(np.column_stack([design, rest]), person), fold) - none
        for name, design in designs.items()
    }


def _loss(y: np.ndarray, X: np.ndarray, fold: np.ndarray) -> float:
    squares = 0.0
    for one in range(FOLDS):
        out = fold == one
        beta = np.linalg.lstsq(X[~out], y[~out], rcond=None)[0] if X.shape[1] else np.empty(0)
        squares += float(((y[out] - X[out] @ beta) ** 2).sum())
    return squares / len(y)


def _figure(
    question: Question, asked: Asked, fitted: Fitted, dose: np.ndarray, place: np.ndarray, setting: Setting
) -> FigureData:
    """Every step's level against the first, where enough couples stand behind it."""
    couple = asked.panel.frame["couple_id"].to_numpy()[fitted.rows]
    at, value = place[fitted.rows], dose[fitted.rows]
    rows = []
    for n, name in enumerate(_names(question)):
        couples = len(np.unique(couple[at == n]))
        if couples < SMALLEST_CELL:
            continue
        ends = (0.0, 0.0, 0.0)
        if n:
            term = fitted.linear.term(fitted.weights(**{name: 1.0}), name)
            ends = (term.estimate, term.conf_low, term.conf_high)
        rows.append((float(value[at == n].mean()), *ends, couples))
    return FigureData(
        kind="bins", title=f"{setting.label(question.outcome)} over {setting.label(str(question.exposure))}",
        x_label=setting.label(str(question.exposure)),
        y_label=f"{setting.label(question.outcome)}, against the first step",
        frames={"bins": pd.DataFrame(rows, columns=["x", "y", "low", "high", "n"])}, notes={"couples": fitted.couples},
    )  # fmt: skip


MODEL = Model(
    name="dose_curve",
    summary="what each step of a dose adds",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "lagged" if question.lag == 1 else "associational",
    looks=lambda question: frozenset({("own", question.lag)}),
)
