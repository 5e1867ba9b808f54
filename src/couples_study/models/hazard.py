"""``model = "hazard"``: does what was so at one wave bring an event by the next, or sooner by the hour?

Grouped proportional hazards: a complementary log-log regression of person-intervals at risk, so that the coefficient is
a log hazard ratio whatever the length of the interval (Prentice and Gloeckler, 1978). Couples are the clusters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Counts, Evidence, FigureData, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import AnalysisError, StudyFileError
from couples_study.measures import Frames, Panel
from couples_study.measures.units import factor, sides_of
from couples_study.models.apim_design import covariate_values
from couples_study.models.at_risk import Risk, by_hours, over_waves
from couples_study.models.bins import partial_bins
from couples_study.models.concerns import SAME_REPORTER, few_couples
from couples_study.models.counting import counts_of
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, full_rank, panel_for, too_few
from couples_study.models.onset.hazard import Stretches, baseline_steps, hazard_ratios
from couples_study.models.relation import PARTNER, looks_of

OPTIONS = frozenset({"predictor", "covariates", "stated", "knots", "window", "lag", "arm", "contrast"})
FEWEST_EVENTS = 30
FEWEST_EITHER = 5  # events with and without a predictor of two values
DOUBLING = "doubling"
UNDER_WAY = Concern(
    code="under_way",
    sentence="What was not yet an event at one wave may have been under way, and have moved the predictor already.",
)
ONLY_ENDED = Concern(
    code="only_ended",
    sentence="Occasions of which nobody said how long they lasted are left out, those that never ended among them.",
)


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if (question.predictor is None) == (question.arm is None):
        faults.append("predictor, or arm with contrast = [arm, other arm], and not both")
    if question.arm is not None and len(question.contrast) != 2:
        faults.append("contrast = [arm, other arm]")
    if question.contrast and question.arm is None:
        faults.append("arm, since contrast names two arms")
    if question.knots and (list(question.knots) != sorted(set(question.knots)) or question.knots[0] <= 0):
        faults.append("knots, the ends of the stretches of time, in ascending order")
    if not question.knots and (question.window or question.lag):
        faults.append("knots, since window and lag belong to an outcome that is a length of time")
    if question.knots and question.arm is not None:
        faults.append("no arm beside knots")
    if question.knots and sides_of(question.smallest_effect.unit, where)[1] not in (None, "within SD"):
        faults.append('"within SD" or raw units, since occasions are compared with a person\'s own')
    if question.stated is not None and not 0 < question.stated < 1:
        faults.append("stated as a share between 0 and 1")
    if sides_of(question.smallest_effect.unit, where)[0] is not None:
        faults.append('a unit such as "log hazard ratio per SD"')
    if faults:
        raise StudyFileError(
            where, expected="an event, and what may bring it", found=f"missing: {'; '.join(faults)}",
            do="see hazard in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    named = question.predictor or f"{question.contrast[0]} against {question.contrast[1]}"
    x = f"lowest {question.stated:g} of {named}" if question.stated is not None else named
    if question.knots:
        edges = ", ".join(str(knot) for knot in question.knots)
        event, step, when = f"{question.outcome} ended in this stretch, not before", f"ends at {edges}", ""
        x = f"{x} ({_days(question)}, departure from own mean) + own mean"
    else:
        event, step = f"first {question.outcome} by the next wave, none so far", "a step per wave"
        when = " at this wave"
    held = "".join(f" + {name}" for name in question.covariates or ())
    return Plan(
        equation=f"cloglog P({event}) = baseline ({step}) + {x}{when}{held}",
        formula=f"event ~ 0 + step + {named}{held} + offset(log(length)) | couples: couple_id",
        estimator="complementary log-log regression, couple-clustered variance, t with G-1 df",
        tested=(named,),
    )


def _days(question: Question) -> str:
    last = "the day before" if question.lag else "the day"
    return last if not question.window else f"mean of {question.window} days up to {last}"


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The log hazard ratio, and the same asked in other ways."""
    panel = panel_for(id, question, question.outcome, frames)
    if isinstance(panel, NotTestable):
        return panel
    risk = by_hours(panel, question.outcome, question.knots) if question.knots else over_waves(panel, question.outcome)
    asked = _Asked(id=id, question=question, panel=panel, risk=risk)
    columns = asked.columns(str(question.predictor))
    found = asked.fit(columns)
    if isinstance(found, NotTestable):
        return found
    return _evidence(asked, columns, found, setting)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """The tested term, all terms in raw units, and which rows at risk were used."""

    tested: Term
    terms: tuple[Term, ...]
    used: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    id: str
    question: Question
    panel: Panel
    risk: Risk

    @property
    def name(self) -> str:
        return str(self.question.predictor) if self.question.arm is None else str(self.question.contrast[0])

    def columns(self, predictor: str, earlier: int = 0) -> dict[str, np.ndarray]:
        """Predictor and covariates for every row at risk; ``earlier`` waves before."""
        question, panel = self.question, self.panel
        if question.arm is not None:
            labels = panel.frame[question.arm].astype("str").to_numpy()
            x = np.select([labels == name for name in question.contrast], [1.0, 0.0], np.nan)
        else:
            x = self._told(predictor, question.lag + earlier)
        found = {self.name: x}
        if question.knots:
            found = _split(self.name, x, panel, self.risk.row)
        elif question.stated is not None:
            there = x[self.risk.row]
            found = {self.name: np.where(np.isfinite(x), x <= np.nanquantile(there, question.stated), np.nan) * 1.0}
        found |= {name: self._held(name) for name in question.covariates or ()}
        return {name: values[self.risk.row] for name, values in found.items()}

    def _told(self, predictor: str, lag: int) -> np.ndarray:
        """The predictor for every row of the panel: of the day, or the mean of the days of the window."""
        who = "partner" if predictor.startswith(PARTNER) else "own"
        column, window = predictor.removeprefix(PARTNER), self.question.window or 1
        days = np.stack([self.panel.value(column, who, lag + back) for back in range(window)])
        there = np.isfinite(days)
        enough = there.sum(axis=0) >= (window + 1) // 2
        mean = np.where(there, days, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
        if self.question.smallest_effect.unit.endswith(f"per {DOUBLING}"):
            mean = np.log2(np.where(mean > 0, mean, np.nan))
        return np.where(enough, mean, np.nan)

    def _held(self, name: str) -> np.ndarray:
        """A covariate: of the day, or over waves as it was first, since what comes later may be an effect."""
        values = covariate_values(name, self.panel)
        if self.question.knots:
            return values
        order = np.argsort(self.panel.frame["time"].to_numpy(), kind="stable")
        told = pd.Series(values[order], index=order)
        return told.groupby(self.panel.own[order]).transform("first").sort_index().to_numpy(dtype=np.float64)

    def fit(self, columns: Mapping[str, np.ndarray]) -> _Fit | NotTestable:
        """The hazard over complete rows at risk, or why it can not be told."""
        complete = np.all([np.isfinite(column) for column in columns.values()], axis=0)
        risk = self.risk.keep(complete)
        columns = {name: column[complete] for name, column in columns.items()}
        refused = _refused(self.id, risk, columns[self.name], arm=self.question.arm is not None)
        if refused is not None:
            return refused
        rows = Stretches(couple=risk.couple, start=risk.step, width=risk.width, event=risk.event)
        if not full_rank(np.column_stack([baseline_steps(rows.start, rows.event), *columns.values()])):
            return NotTestable(
                id=self.id, reason="collinear",
                detail="Some predictors do not vary here or are sums of others: their effects can not be told apart.",
            )  # fmt: skip
        terms = hazard_ratios(rows, columns)
        by = factor(self.question.smallest_effect.unit, lambda _: 1.0, self._sd(columns[self.name], risk.row), "unit")
        return _Fit(tested=self.scaled(terms[self.name], by), terms=tuple(terms.values()), used=complete)

    def scaled(self, term: Term, by: float) -> Term:
        numbers = {name: getattr(term, name) * by for name in ("estimate", "std_error", "conf_low", "conf_high")}
        return Term(term=self.name, role=None, df=term.df, statistic=term.statistic, p_value=term.p_value, **numbers)

    def _sd(self, x: np.ndarray, rows: np.ndarray) -> Callable[[str], float]:
        """Of the column over all waves; of the departures that were used, one an occasion, by the hour."""
        if self.question.knots:
            return lambda kind: float(np.std(x[np.unique(rows, return_index=True)[1]], ddof=1))
        return lambda kind: self.panel.sd(self.name.removeprefix(PARTNER), kind)


def _split(name: str, x: np.ndarray, panel: Panel, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Departure from the person's own mean over the occasions at risk, and that mean (Mundlak, 1978)."""
    used = np.unique(rows)
    seen = pd.Series(x[used]).groupby(panel.own[used]).mean()
    mean = seen.reindex(panel.own).to_numpy(dtype=np.float64)
    return {name: x - mean, f"{name}.between": mean - float(seen.mean())}


def _refused(id: str, risk: Risk, x: np.ndarray, *, arm: bool) -> NotTestable | None:  # noqa: A002 (the contract's word)
    """Rule R0: couples, events, and events on both sides of a predictor of two values."""
    if arm and len(np.unique(x)) < 2:
        return NotTestable(id=id, reason="needs_arms", detail="This study has not both of the arms compared.")
    couples, events = len(np.unique(risk.couple)), int(risk.event.sum())
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, "been at risk with all that this model needs")
    values = np.unique(x)
    if len(values) < 2:
        return NotTestable(id=id, reason="no_variation", detail="The predictor has the same value everywhere.")
    least = events if len(values) > 2 else min(int(risk.event[x == value].sum()) for value in values)
    if events < FEWEST_EVENTS or least < FEWEST_EITHER:
        return NotTestable(
            id=id, reason="too_few_events",
            detail=f"{FEWEST_EVENTS} events are needed, and {FEWEST_EITHER} with and without what may bring them.",
        )  # fmt: skip
    return None


def _evidence(asked: _Asked, columns: dict[str, np.ndarray], found: _Fit, setting: Setting) -> Evidence:
    question, planned = asked.question, plan(asked.question, setting)
    rows = asked.risk.keep(found.used)
    own = question.arm is None and not asked.name.startswith(PARTNER)
    concerns = (ONLY_ENDED,) if question.knots else (UNDER_WAY,) if question.arm is None else ()
    same = (SAME_REPORTER,) if own and question.knots and not question.lag else ()
    couples = len(np.unique(rows.couple))
    return Evidence(
        id=asked.id, model="hazard", unit=question.smallest_effect.unit, tested=(found.tested,),
        coefficients=found.terms, counts=_counts(asked, rows, setting), equation=planned.equation,
        formula=planned.formula, estimator=planned.estimator,
        concerns=(*same, *concerns, *few_couples(couples)),
        sensitivity=() if setting.brief else _beside(asked, columns),
        facts={"events": float(rows.event.sum()), "at_risk": float(len(rows.row)),
               "hazard_ratio": float(np.exp(found.tested.estimate))},
        figure=None if setting.brief else _figure(asked, columns[asked.name][found.used], rows, setting),
    )  # fmt: skip


def _counts(asked: _Asked, rows: Risk, setting: Setting) -> Counts:
    return counts_of(asked.panel, np.unique(rows.row), setting)


def _beside(asked: _Asked, columns: dict[str, np.ndarray]) -> tuple[Sensitivity, ...]:
    """Without covariates; with the partner's word for it; and what was so a wave earlier, before it was under way."""
    question, name = asked.question, asked.name
    tried = {}
    if question.covariates:
        tried["without covariates"] = {n: c for n, c in columns.items() if n not in question.covariates}
    if question.arm is None:
        other = name.removeprefix(PARTNER) if name.startswith(PARTNER) else f"{PARTNER}{name}"
        tried["as the other partner tells it"] = asked.columns(other)
        if not question.knots:
            tried["a wave earlier"] = asked.columns(name, earlier=1)
    found = []
    for label, again in tried.items():
        try:
            fit = asked.fit(again)
        except AnalysisError:  # too few events are left for this way of asking, which only informs
            continue
        if not isinstance(fit, NotTestable):
            found.append(Sensitivity.of(fit.tested, label))
    return tuple(found)


def _figure(asked: _Asked, x: np.ndarray, rows: Risk, setting: Setting) -> FigureData:
    question = asked.question
    what = "ended in a stretch" if question.knots else "first time by the next wave"
    slope = np.polyfit(x, rows.event, 1)[0]
    return partial_bins(
        x=x, y=rows.event.astype(np.float64), couple=rows.couple, title=asked.name,
        x_label=setting.label(asked.name.removeprefix(PARTNER)),
        y_label=f"Share of those at risk: {question.outcome}, {what}",
        slope=float(slope),
    )  # fmt: skip


MODEL = Model(
    name="hazard",
    summary="how soon an event comes, over waves or by the hour",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: str(question.predictor).startswith(PARTNER),
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "lagged" if not question.knots or question.lag else "associational",
    looks=lambda question: looks_of(question.predictor, lag=question.lag),
)
