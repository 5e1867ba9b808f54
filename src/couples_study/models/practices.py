"""``model = "practices"``: many things that people do on some days, and what each goes with, ranked with honest doubt.

All of them stand in one equation within persons, so that what is done together is credited to none of them twice. The
effects are told as they are estimated and, beside that, drawn towards their mean by as much as chance alone would
scatter them (`pooling`): the one that looks best of many is usually less good than it looks. Their ranks have joint
intervals that count every comparison (`ranks`). Rule R14 asks whether they differ at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Evidence, FigureData, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.core.seeds import child
from couples_study.measures import Frames
from couples_study.measures.units import factor, sides_of
from couples_study.models.clustered import term_of
from couples_study.models.model import Model, Setting
from couples_study.models.pooling import Pooled, pooled
from couples_study.models.ranks import Ranked, p_at_least, ranked
from couples_study.models.relation import (
    ESTIMATOR,
    Asked,
    Fitted,
    asked_of,
    fit_relation,
    held,
    relation_evidence,
    variants,
)

OPTIONS = frozenset({"items", "test", "lag", "autoregression", "covariates", "stated", "tolerance", "centering"})
NORMAL = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """The effects of J practices in the question's unit, their covariance, and each couple's part in them (G, J)."""

    value: np.ndarray
    cov: np.ndarray
    influence: np.ndarray
    couples: int


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if len(set(question.items)) < 3 or len(set(question.items)) < len(question.items):
        faults.append("items, three or more columns, each once")
    if question.outcome in question.items:
        faults.append("an outcome that is not among items")
    if set(question.test) - set(question.items):
        faults.append("test among items")
    if question.rule not in ("R1", "R12", "R14"):
        faults.append('rule = "R1" (each effect), "R12" (a rank) or "R14" (they differ)')
    place = question.stated
    if question.rule == "R12" and (not question.test or place is None or not 1 <= place < len(question.items)):
        faults.append("test and stated: which of them, and among the first how many")
    if question.rule != "R12" and {"stated", "tolerance"} & question.keys_set():
        faults.append('stated and tolerance with rule = "R12" only')
    if question.centering != "person" or (question.autoregression and question.lag == 0):
        faults.append("days compared with the same person's own, and the outcome's own lag with lag = 1 only")
    if question.rule != "R12":
        sides_of(question.smallest_effect.unit, where)
    if faults:
        raise StudyFileError(
            where, expected="three or more practices and what is asked of them", found=f"missing: {'; '.join(faults)}",
            do="see practices in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    when = "[t-1]" if question.lag else "[t]"
    own = f" + {question.outcome}[t-1]" if question.autoregression else ""
    tested = ("spread", *_asked(question)) if question.rule == "R14" else _asked(question)
    return Plan(
        equation=f"{question.outcome} = {f' {when} + '.join(question.items)}{when}{own} + covariates (departures from "
        "own mean) + error; true effects = common mean + spread",
        formula=f"{question.outcome} ~ {' + '.join(question.items)} | persons | couples: couple_id",
        estimator=f"{ESTIMATOR[True]}; pooled by REML; ranks from all differences at once",
        tested=tested,
    )


def _asked(question: Question) -> tuple[str, ...]:
    return question.test or question.items


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """All effects at once, their spread, each drawn to the mean, and the ranks."""
    asked = asked_of(id, question, frames)
    if isinstance(asked, NotTestable):
        return asked
    y = asked.value(question.outcome)
    columns = {name: asked.value(name, question.lag) for name in question.items}
    covariates = held(question, asked)
    if question.autoregression:
        covariates = {"autoregression": asked.value(question.outcome, 1), **covariates}
    fitted = fit_relation(id, asked, y, {**columns, **covariates})
    if isinstance(fitted, NotTestable):
        return fitted
    scales = _scales(question, asked)
    effects = _effects(fitted, scales)
    pool = pooled(effects.value, effects.cov, effects.couples)
    rng = np.random.default_rng(child(setting.seed, "practices", id))
    result = ranked(effects.value, effects.influence, rng)
    others = [] if setting.brief else list(variants(id, asked, y, columns, covariates))
    return relation_evidence(
        id, "practices", question, asked, fitted, setting, plan(question, setting),
        tested=_tested(question, effects, pool, result, fitted.linear.df),
        beside=tuple(_pooled_term(question, name, number, pool) for number, name in enumerate(question.items)),
        sensitivity=tuple(
            row for label, again in others for row in _again(question, again, scales, label)
        ),
        facts=_facts(question, effects, pool, result, fitted.linear.df),
        figure=None if setting.brief else _figure(question, effects, pool, result, fitted.linear.df, setting),
    )  # fmt: skip


def _scales(question: Question, asked: Asked) -> np.ndarray:
    """What each raw coefficient is multiplied with to be in the question's unit."""
    unit = "within SD per within SD" if question.rule == "R12" else question.smallest_effect.unit

    def scale(name: str) -> float:
        return factor(unit, lambda kind: asked.sd(question.outcome, kind), lambda kind: asked.sd(name, kind), "unit")

    return np.array([scale(name) for name in question.items])


def _effects(fitted: Fitted, scales: np.ndarray) -> Effects:
    """The first J coefficients of a fit, in the question's unit."""
    count = len(scales)
    return Effects(
        value=fitted.linear.params[:count] * scales,
        cov=fitted.linear.cov[:count, :count] * np.outer(scales, scales),
        influence=fitted.parts[:, :count] * scales,
        couples=fitted.couples,
    )


def _tested(question: Question, effects: Effects, pool: Pooled, result: Ranked, df: float) -> tuple[Term, ...]:
    """What the rule looks at: ranks (R12), the spread and the effects (R14), or the effects (R1)."""
    numbers = [question.items.index(name) for name in _asked(question)]
    if question.rule == "R12":
        return tuple(_rank_term(question, number, result) for number in numbers)
    told = tuple(_effect(question, number, effects, df) for number in numbers)
    return (_spread_term(pool), *told) if question.rule == "R14" else told


def _effect(question: Question, number: int, effects: Effects, df: float) -> Term:
    return term_of(
        question.items[number], float(effects.value[number]), float(np.sqrt(effects.cov[number, number])), df
    )


def _rank_term(question: Question, number: int, result: Ranked) -> Term:
    return Term(
        term=question.items[number], role=None, estimate=float(result.rank[number]),
        std_error=float(result.spread[number]), df=None, statistic=float(result.rank[number]),
        p_value=p_at_least(result, number, int(question.stated or 1)), conf_low=float(result.low[number]),
        conf_high=float(result.high[number]), unit="rank",
    )  # fmt: skip


def _spread_term(pool: Pooled) -> Term:
    """The spread with the interval that inverts its test; the error is what a normal interval so wide would have."""
    error = max((pool.high95 - pool.low95) / (2 * NORMAL), 1e-12)
    return Term(
        term="spread", role=None, estimate=pool.spread, std_error=error, df=None, statistic=pool.spread / error,
        p_value=pool.p_value, conf_low=pool.low95, conf_high=pool.high95,
    )  # fmt: skip


def _pooled_term(question: Question, name: str, number: int, pool: Pooled) -> Term:
    """A practice's effect drawn to the mean; its test is of none, its error leaves out that of the spread."""
    from scipy import stats

    value, error = float(pool.effects[number]), max(float(pool.errors[number]), 1e-12)
    return Term(
        term=f"pooled.{name}", role=None, estimate=value, std_error=error, df=None, statistic=value / error,
        p_value=float(2 * stats.norm.sf(abs(value / error))), conf_low=value - NORMAL * error,
        conf_high=value + NORMAL * error, unit=question.smallest_effect.unit,
    )  # fmt: skip


def _facts(question: Question, effects: Effects, pool: Pooled, result: Ranked, df: float) -> dict[str, float]:
    """What rules R12 and R14 read."""
    facts = {
        "spread": pool.spread, "spread_low95": pool.low95, "spread_high95": pool.high95,
        "spread_high90": pool.high90, "mean": pool.mean, "mean_error": pool.mean_error,
        "smallest": float(effects.value.min()), "largest": float(effects.value.max()),
    }  # fmt: skip
    numbers = [question.items.index(name) for name in _asked(question)]
    for number, name in enumerate(question.items):
        ends = (result.rank[number], result.low[number], result.high[number])
        facts |= dict(zip((f"{name}_rank", f"{name}_low95", f"{name}_high95"), map(float, ends), strict=True))
    if question.rule == "R12":
        facts["p_value"] = max(p_at_least(result, number, int(question.stated or 1)) for number in numbers)
    if question.rule == "R14":
        p_values = [_effect(question, number, effects, df).p_value for number in numbers]
        one = max(p_values) if question.require == "all" else min(1.0, len(p_values) * min(p_values))
        facts["p_value"] = max(pool.p_value, one)
    return facts


def _again(question: Question, again: Fitted, scales: np.ndarray, label: str) -> list[Sensitivity]:
    """What another fit says: each effect, or their spread; ranks are not asked again."""
    names = list(again.linear.names)[: len(scales)]
    value, cov = again.linear.params[: len(scales)] * scales, again.linear.cov[: len(scales), : len(scales)]
    cov = cov * np.outer(scales, scales)
    if question.rule == "R14":
        pool = pooled(value, cov, again.couples)
        return [Sensitivity(label=label, estimate=pool.spread, conf_low=pool.low95, conf_high=pool.high95)]
    if question.rule == "R12":
        return []
    terms = {name: term_of(name, float(value[n]), float(np.sqrt(cov[n, n])), again.linear.df)
             for n, name in enumerate(names)}  # fmt: skip
    return [Sensitivity.of(terms[name], f"{label}: {name}") for name in _asked(question)]


def _figure(
    question: Question, effects: Effects, pool: Pooled, result: Ranked, df: float, setting: Setting
) -> FigureData:
    """Every practice with its effect, as estimated and pooled, and the rank that all comparisons leave it."""
    rows = []
    for number in np.argsort(-effects.value, kind="stable"):
        term = _effect(question, int(number), effects, df)
        name = question.items[number]
        rows.append({
            "item": setting.glossary[name].label if name in setting.glossary else name, "value": term.estimate,
            "low": term.conf_low, "high": term.conf_high, "pooled": float(pool.effects[number]),
            "rank": int(result.rank[number]), "rank_low": int(result.low[number]),
            "rank_high": int(result.high[number]), "asked": name in _asked(question),
        })  # fmt: skip
    when = " the next day" if question.lag else ""
    unit = "within SD per within SD" if question.rule == "R12" else question.smallest_effect.unit
    return FigureData(
        kind="ranks", title=f"{len(rows)} practices by their effect on {question.outcome}{when}",
        x_label=f"effect, {unit}", y_label="rank", frames={"ranks": pd.DataFrame(rows)}, notes={"items": len(rows)},
    )  # fmt: skip


MODEL = Model(
    name="practices",
    summary="many practices ranked by what they go with",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "lagged" if question.lag == 1 else "associational",
    looks=lambda question: frozenset({("own", question.lag)}),
)
