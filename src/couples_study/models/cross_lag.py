"""Yesterday's predictor on today's outcome, corrected for measurement error by two indicators of each.

Controlling for yesterday's outcome with an imperfect measure leaves part of yesterday in the lagged effect, and turns
"nothing" into "significant". With two indicators of the outcome and of the predictor each serves as instrument for
the other (both ways round, stacked), all as differences from the person's own mean, couples as clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Evidence, NotTestable, Sensitivity
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames, Panel
from couples_study.measures.units import factor, sides_of
from couples_study.models.clustered import Linear
from couples_study.models.concerns import MEASUREMENT_ERROR, SHORT_SERIES, few_couples
from couples_study.models.counting import counts_of
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, full_rank, panel_for, too_few

OPTIONS = frozenset({"predictor", "indicators", "lag"})
NAMES = ("outcome.lag1", "predictor.lag1", "study_day", "weekend")
TESTED = "predictor.lag1"
SAME_MINUTE = Concern(
    code="same_minute_items",
    sentence=(
        "The two indicators of the outcome were answered in the same minute. If their errors are correlated, part of "
        "the correction is lost: false paths come up more often the larger that correlation is."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Complete day pairs as differences from person means: ``y`` (n,), regressors and instruments (n, k), codes."""

    y: np.ndarray
    first: np.ndarray
    second: np.ndarray
    names: tuple[str, ...]
    couple: np.ndarray
    row: np.ndarray


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    if question.predictor is None:
        raise StudyFileError(where, expected='predictor = "..."', found="none", do="name the column of the day before")
    if question.lag != 1:
        raise StudyFileError(
            where, expected="lag = 1", found=f"lag = {question.lag}", do="use model apim for the same day"
        )
    for name, columns in question.indicators.items():
        if name not in (question.outcome, question.predictor) or len(columns) != 2:
            raise StudyFileError(
                f"{where}, indicators",
                expected="two indicators each for outcome and predictor",
                found=f"{name}: {len(columns)}",
                do='write indicators = { close = ["close_1", "close_2"] }',
            )
    sides_of(question.smallest_effect.unit, where)


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    y, x = question.outcome, question.predictor
    names = [f"{name} from {' and '.join(_indicators(question, name))}" for name in (y, x) if name]
    return Plan(
        equation=f"{y}[t] = own {y}[t-1] + {x}[t-1] + study_day + weekend + error, all minus the person's mean; "
        + "; ".join(names),
        formula=f"{y} ~ 0 + {y}.lag1 + {x}.lag1 + study_day + weekend | instruments: other indicator | couple_id",
        estimator="two-stage least squares within persons, couple-clustered variance, t with G-1 df",
        tested=(TESTED,),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Fit the corrected lag, and the uncorrected one beside it."""
    panel = panel_for(id, question, _indicators(question, question.outcome)[0].removeprefix("partner."), frames)
    if isinstance(panel, NotTestable):
        return panel
    pairs = _pairs(question, panel)
    couples = len(np.unique(pairs.couple))
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, "complete pairs of days")
    if not (full_rank(pairs.first) and full_rank(pairs.second)):
        return NotTestable(id=id, reason="collinear", detail="Some columns do not vary within persons here.")
    fit = _instrumented(pairs)
    factors = _factors(question, panel, pairs)
    tested = fit.term(factors, TESTED)
    plain = _plain(pairs).term(factors, TESTED)
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="cross_lag",
        unit=question.smallest_effect.unit,
        tested=(tested,),
        coefficients=fit.terms(),
        counts=counts_of(panel, pairs.row, setting),
        equation=planned.equation,
        formula=planned.formula,
        estimator=fit.estimator,
        concerns=_concerns(question, couples),
        sensitivity=(Sensitivity.of(plain, "without correction for measurement error"),),
    )


def _indicators(question: Question, name: str | None) -> tuple[str, ...]:
    return question.indicators.get(name or "", (name or "",))


def _said(panel: Panel, column: str, lag: int) -> np.ndarray:
    who = "partner" if column.startswith("partner.") else "own"
    return panel.value(column.removeprefix("partner."), who, lag)


def _pairs(question: Question, panel: Panel) -> Pairs:
    y_parts, x_parts = _indicators(question, question.outcome), _indicators(question, question.predictor)
    today = np.mean([_said(panel, column, 0) for column in y_parts], axis=0)
    y1, y2 = (_said(panel, column, 1) for column in (y_parts[0], y_parts[-1]))
    x1, x2 = (_said(panel, column, 1) for column in (x_parts[0], x_parts[-1]))
    steady = [panel.frame["time"].to_numpy(dtype=np.float64)]
    if "weekend" in panel.frame and panel.frame["weekend"].nunique() > 1:
        steady.append(panel.frame["weekend"].to_numpy(dtype=np.float64))
    columns = np.column_stack([today, y1, y2, x1, x2, *steady])
    complete = np.isfinite(columns).all(axis=1)
    answers = pd.DataFrame(columns[complete])
    inside = (answers - answers.groupby(panel.own[complete]).transform("mean")).to_numpy()
    today, y1, y2, x1, x2 = inside[:, :5].T
    first, second = (np.column_stack([y, x, inside[:, 5:]]) for y, x in ((y1, x1), (y2, x2)))
    return Pairs(
        y=today,
        first=first,
        second=second,
        names=NAMES[: first.shape[1]],
        couple=pd.factorize(panel.frame["couple_id"])[0][complete],
        row=np.flatnonzero(complete),
    )


def _instrumented(pairs: Pairs) -> Linear:
    """Each indicator as instrument for the other, both ways round: (W1, Z2) and (W2, Z1) stacked."""
    return _solved(
        pairs, ((pairs.first, pairs.second), (pairs.second, pairs.first)), "two-stage least squares within persons"
    )


def _plain(pairs: Pairs) -> Linear:
    """Least squares on the mean of the indicators: what is usually done."""
    mean = (pairs.first + pairs.second) / 2
    return _solved(pairs, ((mean, mean),), "least squares within persons")


def _solved(pairs: Pairs, stacks: tuple[tuple[np.ndarray, np.ndarray], ...], words: str) -> Linear:
    inner = sum(instruments.T @ regressors for regressors, instruments in stacks)
    params = np.linalg.solve(inner, sum(instruments.T @ pairs.y for _, instruments in stacks))
    rows = sum(instruments * (pairs.y - regressors @ params)[:, None] for regressors, instruments in stacks)
    scores = pd.DataFrame(rows).groupby(pairs.couple).sum().to_numpy()
    groups = len(scores)
    bread = np.linalg.inv(inner)
    cov = groups / (groups - 1) * bread @ (scores.T @ scores) @ bread.T
    return Linear(
        names=pairs.names,
        params=params,
        cov=cov,
        df=groups - 1,
        estimator=f"{words}, couple-clustered variance, t with {groups - 1} df",
    )


def _factors(question: Question, panel: Panel, pairs: Pairs) -> np.ndarray:
    """Weights that pick the lagged predictor and put it in the unit of the smallest effect."""

    def sd(name: str | None) -> float:
        parts = np.mean([_said(panel, column, 0) for column in _indicators(question, name)], axis=0)
        inside = pd.Series(parts) - pd.Series(parts).groupby(panel.own).transform("mean")
        people = len(np.unique(panel.own[np.isfinite(parts)]))
        return float(np.sqrt((inside**2).sum() / max(int(inside.count()) - people, 1)))

    weights = np.zeros(len(pairs.names))
    weights[pairs.names.index(TESTED)] = factor(
        question.smallest_effect.unit, lambda kind: sd(question.outcome), lambda kind: sd(question.predictor), "unit"
    )
    return weights


def _concerns(question: Question, couples: int) -> tuple[Concern, ...]:
    single = {question.outcome, question.predictor} - set(question.indicators)
    one_reporter = not any(column.startswith("partner.") for column in _indicators(question, question.outcome))
    found = [MEASUREMENT_ERROR] if single else ([SAME_MINUTE] if one_reporter else [])
    return (*found, SHORT_SERIES, *few_couples(couples))


MODEL = Model(
    name="cross_lag",
    summary="yesterday's predictor on today's outcome, corrected by two indicators",
    options=OPTIONS,
    repeated=lambda question: True,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "lagged",
    partners=lambda question: any(c.startswith("partner.") for group in question.indicators.values() for c in group),
    looks=lambda question: frozenset(
        ("partner" if column.startswith("partner.") else "own", lag)
        for name, lags in ((question.outcome, (0, 1)), (question.predictor, (1,)))
        for column in _indicators(question, name)
        for lag in lags
    ),
)
