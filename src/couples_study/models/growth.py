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
from couples_study.models.missing_data import PatternMixture, inverse_probability
from couples_study.models.model import Model, Setting, too_few
from couples_study.models.terms import contrast, pieces_of, split
from couples_study.models.weekly.adjusted import regressed
from couples_study.models.weekly.arrays import Weekly, weekly_of
from couples_study.models.weekly.robustness import informative, last_before

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
    beside = ([], {}) if setting.brief else missing_beside(question, weekly, weights)
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
        sensitivity=(
            *(
                Sensitivity.of(_term(fit, w, words), f"errors of the model itself: {words}")
                for w, words in zip(weights, question.test, strict=True)
            ),
            *beside[0],
        ),
        facts={"baseline_sd": weekly.baseline_sd(question.outcome), "log_likelihood": float(fit.llf), **beside[1]},
    )


def rows_of(question: Question, weekly: Weekly) -> Rows:
    """Answered person-weeks up to ``at``, with the gains of each arm as columns that rise from 0 to 1 over a piece."""
    told, weeks = told_until(question, weekly)
    couple, slot, place = np.nonzero(np.isfinite(told))
    last = float(weeks[-1])
    X = columns_of(question, weekly, (couple, slot, weeks[place].astype(np.float64)), last)
    Z = pd.DataFrame({"intercept": X["intercept"], "week": np.clip(weeks[place], 0, None) / last})
    return Rows(y=told[couple, slot, place], X=X, Z=Z, couple=couple, slot=slot, week=weeks[place].astype(int))


def told_until(question: Question, weekly: Weekly) -> tuple[np.ndarray, np.ndarray]:
    """Answers (C, 2, W) of the weeks up to ``at``, and these weeks."""
    last = min(question.at or int(weekly.weeks.max()), int(weekly.weeks.max()))
    inside = weekly.weeks <= last
    return weekly.answers[question.outcome][:, :, inside], weekly.weeks[inside]


def columns_of(
    question: Question, weekly: Weekly, at: tuple[np.ndarray, np.ndarray, np.ndarray], last: float
) -> pd.DataFrame:
    """The fixed columns of person-weeks ``at`` (couple, slot, week): level, role, what is held, gains of arms."""
    couple, slot, week = at
    arm = weekly.arm[couple]
    edges = [0.0, *[float(knot) for knot in question.knots if knot < last], last]
    columns: dict[str, np.ndarray] = {"intercept": np.ones(len(week))}
    if weekly.told_apart:
        columns["role"] = slot - 0.5
    for name, held in weekly.steady.items():
        columns[name] = np.where(np.isfinite(held), held, np.nanmean(held))[couple, slot]
    for number, (start, stop) in enumerate(pairwise(edges), start=1):
        ramp = np.clip((week - start) / (stop - start), 0.0, 1.0)
        for code, name in enumerate(weekly.arms):
            columns[f"gain.{number}[{name}]"] = ramp * (arm == code)
    return pd.DataFrame(columns)


def fitted(question: Question, rows: Rows) -> DyadicResults:
    """The mixed model: level and slope of each partner, correlated; weeks hang together as ``residual`` says."""
    Z = rows.Z[["intercept"]] if question.random == ("intercept",) else rows.Z
    return DyadicMixedLM(
        rows.y, rows.X, groups=rows.couple, role=rows.slot, time=rows.week, exog_re=Z, re_by="partner",
        residual=question.residual or RESIDUAL,
    ).fit()  # fmt: skip


def missing_beside(
    question: Question, weekly: Weekly, weights: list[np.ndarray]
) -> tuple[list[Sensitivity], dict[str, float]]:
    """The marginal model, missing answers shifted in it, and weighted; and how far a shift would tip the first test.

    The mixed model takes a missing week as missing at random given all others. Without its covariance the same columns
    give marginal gains (independence, bias-reduced couple-clustered errors), and these can be asked what else missing
    answers might have been. ``weights`` are those of the tests, in the unit of the smallest effect.
    """
    told, weeks = told_until(question, weekly)
    shape = (weekly.couples, told.shape[1] * told.shape[2])
    place = tuple(one.ravel() for one in np.indices(told.shape))
    X = columns_of(question, weekly, (place[0], place[1], weeks[place[2]].astype(np.float64)), float(weeks[-1]))
    there = np.broadcast_to(weekly.member[:, :, None], told.shape)
    design = X.to_numpy().reshape(*shape, -1) * there.reshape(shape)[:, :, None]
    y, missing = told.reshape(shape), (~np.isfinite(told) & there).astype(np.float64).reshape(shape)
    chances = _chances(weekly, question.outcome, told, weeks).reshape(shape)
    sd, rows, facts = weekly.baseline_sd(question.outcome), [], {}
    for along, words in zip(weights, question.test, strict=True):
        mixture = PatternMixture(random=regressed(y, design, along), slope=regressed(missing, design, along * sd))
        rows.append(Sensitivity.of(mixture.random.term(words), f"marginal model (GEE): {words}"))
        rows += mixture.rows(1.0, f"marginal model, {words}: missing answers")
        weighted = regressed(y, design, along, chances)
        rows.append(Sensitivity.of(weighted.term(words), f"weighted by the inverse chance of an answer: {words}"))
        tip = mixture.tipping_point(1.0)
        if tip is not None and "tipping_point" not in facts:
            facts["tipping_point"] = tip
    return rows, facts


def _chances(weekly: Weekly, column: str, told: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """Weights (C, 2, W) by the chance of an answer given arm, baseline and the last answer before; 1 at baseline."""
    weights = np.ones(told.shape)
    arms = np.broadcast_to(
        (weekly.arm[:, None, None] == np.arange(len(weekly.arms))), (*told.shape[:2], len(weekly.arms))
    )
    before = weekly.baseline(column)
    before = np.where(np.isfinite(before), before - np.nanmean(before), 0.0)
    for place in np.flatnonzero(weeks > 0):
        known = np.concatenate(
            [arms, before[..., None], last_before(weekly, column, int(weeks[place]))[..., None]], axis=-1
        )
        seen = np.isfinite(told[:, :, place])[weekly.member]
        weights[:, :, place][weekly.member] = inverse_probability(seen, informative(known[weekly.member]))
    return weights


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
