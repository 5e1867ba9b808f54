"""``model = "growth"``: all weeks of all arms in one dyadic mixed model, a straight piece between every two knots.

Arms share the level before the programme (they were drawn by lot) and differ in what they gain over each piece
(constrained longitudinal analysis: Liang and Zeger, 2000), so a gain is read off as ``gain.2[emotional_first]``. Every
answered week counts, and a missing one is missing at random given all the others. Errors are couple-cluster-robust:
what couples gain differs in ways that one covariance of levels and slopes does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames
from couples_study.measures.units import factor
from couples_study.models.clustered import term_of
from couples_study.models.concerns import few_couples
from couples_study.models.dyadic import DyadicMixedLM
from couples_study.models.model import Model, Setting, too_few
from couples_study.models.terms import contrast, pieces_of, split
from couples_study.models.weekly.arrays import Weekly, weekly_of

if TYPE_CHECKING:
    from couples_study.models.dyadic.results import DyadicResults

OPTIONS = frozenset({"arm", "begins", "at", "knots", "covariates", "random", "residual", "test"})
RESIDUAL = "un@ar1"
FEWEST_IN_ARM = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One row per answered person-week: outcome (n,), fixed columns ``X``, random columns ``Z``, who and when."""

    y: np.ndarray
    X: pd.DataFrame
    Z: pd.DataFrame
    couple: np.ndarray
    slot: np.ndarray
    week: np.ndarray


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    knots = list(question.knots)
    if question.arm is None or not question.test or not knots or knots != sorted(set(knots)) or knots[0] <= 0:
        raise StudyFileError(
            where,
            expected='arm, knots = weeks in ascending order, and test = ["gain.1[arm] - gain.1[other arm]"]',
            found=f"arm: {question.arm}, knots: {knots}, {len(question.test)} tests",
            do="name what is missing",
        )
    for words in question.test:
        for _, name in pieces_of(words, where):
            stem, role = split(name)
            pieces = {f"gain.{number}" for number in range(1, len(knots) + 2)}
            if stem not in pieces or role is None:
                raise StudyFileError(
                    where, expected=f"terms {', '.join(sorted(pieces))}, each with [arm]", found=name, do="mend test"
                )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    edges = [0, *question.knots]
    pieces = ", ".join(f"from week {edge}" for edge in edges)
    return Plan(
        equation=f"{question.outcome}[week] = one level before week 0 + per arm the gain over each piece ({pieces}) "
        "+ level and slope of each partner + error",
        formula=f"{question.outcome} ~ 1 + {question.arm}:(pieces) + (1 + week | couple_id by partner)",
        estimator=f"dyadic mixed model, REML, residual {question.residual or RESIDUAL}, cluster-robust errors (CR2), "
        "t with their own df",
        tested=question.test,
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Fit the curves of all arms and test what was asked of them."""
    weekly = weekly_of(id, question, frames, setting, [question.outcome])
    if isinstance(weekly, NotTestable):
        return weekly
    return curves(id, question, weekly, setting)


def curves(id: str, question: Question, weekly: Weekly, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The evidence from weekly arrays."""
    named = {str(split(name)[1]) for words in question.test for _, name in pieces_of(words, "test")}
    absent = sorted(named - set(weekly.arms))
    if absent:
        return NotTestable(id=id, reason="needs_arms", detail=f"This study has no arm {', '.join(absent)}.")
    smallest = min(int((weekly.arm == weekly.arms.index(name)).sum()) for name in named)
    if smallest < FEWEST_IN_ARM:
        return too_few(id, smallest, "been in the smallest arm")
    rows = rows_of(question, weekly)
    fit = fitted(question, rows)
    unit = 1.0 / factor(
        question.smallest_effect.unit, lambda _: weekly.baseline_sd(question.outcome), lambda _: 1.0, "unit"
    )
    names = list(rows.X.columns)
    weights = [contrast(words, names, "test") / unit for words in question.test]
    planned = plan(question, setting)
    robust = fit.with_errors("cr2")
    return Evidence(
        id=id,
        model="growth",
        unit=question.smallest_effect.unit,
        tested=tuple(_term(robust, w, words) for w, words in zip(weights, question.test, strict=True)),
        coefficients=tuple(_term(robust, row, name) for row, name in zip(np.eye(len(names)), names, strict=True)),
        counts=weekly.counts(question.outcome, [int(week) for week in weekly.weeks]),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=(*_concerns(fit), *few_couples(weekly.couples)),
        sensitivity=tuple(
            Sensitivity.of(_term(fit, w, words), f"errors of the model itself: {words}")
            for w, words in zip(weights, question.test, strict=True)
        ),
        facts={"baseline_sd": weekly.baseline_sd(question.outcome), "log_likelihood": float(fit.llf)},
    )


def rows_of(question: Question, weekly: Weekly) -> Rows:
    """Answered person-weeks up to ``at``, with the gains of each arm as columns that rise from 0 to 1 over a piece."""
    last = min(question.at or int(weekly.weeks.max()), int(weekly.weeks.max()))
    told = weekly.answers[question.outcome][:, :, weekly.weeks <= last]
    weeks = weekly.weeks[weekly.weeks <= last]
    couple, slot, place = np.nonzero(np.isfinite(told))
    week, arm = weeks[place].astype(np.float64), weekly.arm[couple]
    edges = [0.0, *[float(knot) for knot in question.knots if knot < last], float(last)]
    columns: dict[str, np.ndarray] = {"intercept": np.ones(len(week))}
    if weekly.told_apart:
        columns["role"] = slot - 0.5
    for name, held in weekly.steady.items():
        columns[name] = np.where(np.isfinite(held), held, np.nanmean(held))[couple, slot]
    for number, (start, stop) in enumerate(pairwise(edges), start=1):
        ramp = np.clip((week - start) / (stop - start), 0.0, 1.0)
        for code, name in enumerate(weekly.arms):
            columns[f"gain.{number}[{name}]"] = ramp * (arm == code)
    Z = pd.DataFrame({"intercept": np.ones(len(week)), "week": np.clip(week, 0, None) / last})
    return Rows(
        y=told[couple, slot, place], X=pd.DataFrame(columns), Z=Z, couple=couple, slot=slot, week=week.astype(int)
    )


def fitted(question: Question, rows: Rows) -> DyadicResults:
    """The mixed model: level and slope of each partner, correlated; weeks hang together as ``residual`` says."""
    Z = rows.Z[["intercept"]] if question.random == ("intercept",) else rows.Z
    return DyadicMixedLM(
        rows.y, rows.X, groups=rows.couple, role=rows.slot, time=rows.week, exog_re=Z, re_by="partner",
        residual=question.residual or RESIDUAL,
    ).fit()  # fmt: skip


def _term(fit: DyadicResults, weights: np.ndarray, name: str) -> Term:
    test = fit.t_test(np.atleast_2d(weights))
    return term_of(name, float(test.effect[0]), float(np.ravel(test.sd)[0]), float(np.ravel(test.df_denom)[0]))


def _concerns(fit: DyadicResults) -> tuple[Concern, ...]:
    return tuple(fit.concerns)


MODEL = Model(
    name="growth",
    summary="piecewise growth of all arms over all weeks, in the dyadic mixed model",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: frozenset(),
)
