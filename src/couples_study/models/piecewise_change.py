"""``model = "piecewise_change"``: what a dated event does from its day on, and whether it is over some days later.

Every person is compared with that person's own days, events at their own dates, by the calendar. The effect of an event
is a broken line over the days since: free on the day itself and at the knots, straight between them, level after the
last. Where somebody has several events their effects add up. Couples are the clusters, and only those with an event
count for the degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Evidence, FigureData, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError, listed
from couples_study.measures import Frames, Panel
from couples_study.measures.units import factor, sides_of
from couples_study.models.concerns import SAME_REPORTER, few_couples
from couples_study.models.counting import counts_of
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, panel_for, too_few
from couples_study.models.relation import PARTNER, Asked, Fitted, fit_relation, held, looks_of
from couples_study.privacy import SMALLEST_CELL

OPTIONS = frozenset({"predictor", "knots", "since", "covariates", "test"})
DROP, AVERAGE = "drop", "average"
LEAD = 3
EVENT_DATES = Concern(
    code="event_dates",
    sentence="An event on a day without an answer is not known, and its effect is then counted among the usual days.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The broken line over the days since an event, by the days at which it may bend; 0 is the day itself."""

    nodes: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(DROP if node == 0 else f"day.{node}" for node in self.nodes)

    def hats(self, since: np.ndarray) -> np.ndarray:
        """The basis (n, nodes) at ``since`` days after an event; nothing before it, the last node's value after it."""
        inside = np.clip(since, 0, self.nodes[-1])
        columns = [np.interp(inside, self.nodes, row) for row in np.eye(len(self.nodes))]
        return np.column_stack(columns) * (since >= 0)[:, None]

    def weights(self, name: str) -> np.ndarray:
        """The weights of a term over the nodes: one of them, or the mean of the days after the event's own."""
        if name == AVERAGE:
            return self.hats(np.arange(1, self.nodes[-1] + 1)).mean(axis=0)
        return np.eye(len(self.nodes))[self.names.index(name)]


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = [] if question.predictor else ["predictor, the column with 1 on the day of the event"]
    knots = list(question.knots)
    if not knots or knots != sorted(set(knots)) or knots[0] < 1:
        faults.append("knots, days after the event in ascending order")
    else:
        known = (*Shape(nodes=(0, *question.knots)).names, AVERAGE)
        faults += [f"test among {listed(known)}, not {name!r}" for name in question.test if name not in known]
    if sides_of(question.smallest_effect.unit, where)[1] is not None:
        faults.append('a unit such as "within SD per event"')
    if faults:
        raise StudyFileError(
            where, expected="a dated event and the days after it", found=f"missing: {'; '.join(faults)}",
            do="see piecewise_change in docs/study-file.md",
        )  # fmt: skip


def _tested(question: Question) -> tuple[str, ...]:
    return question.test or (AVERAGE,)


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    days = ", ".join(str(knot) for knot in question.knots)
    before = f" + the {question.since} days before" if question.since else ""
    return Plan(
        equation=f"{question.outcome}[t] = own level + sum over events of {question.predictor}: a line through day 0 "
        f"and days {days} after, level from then on{before} + covariates + error",
        formula=f"{question.outcome} ~ " + " + ".join(Shape(nodes=(0, *question.knots)).names)
        + " | persons | couples: couple_id",
        estimator="person fixed effects, bias-reduced couple-clustered variance, t with df by couples with an event",
        tested=_tested(question),
    )  # fmt: skip


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The effect on the day of the event and at the knots, and other ways of asking."""
    panel = panel_for(id, question, question.outcome, frames)
    if isinstance(panel, NotTestable):
        return panel
    asked = Asked(panel=panel, within=True)
    event = asked.value(str(question.predictor))
    if not np.isin(event[np.isfinite(event)], (0.0, 1.0)).all():
        return NotTestable(id=id, reason="no_variation", detail="The event's column holds more than 0 and 1.")
    shape = Shape(nodes=(0, *question.knots))
    refused = _refused(id, question, asked, event, shape)
    if refused is not None:
        return refused
    found = _fit(id, question, asked, event, shape, question.since)
    if isinstance(found, NotTestable):
        return found
    unit = factor(question.smallest_effect.unit, lambda k: panel.sd(question.outcome, k), lambda _: 1.0, "unit")
    planned, names = plan(question, setting), _tested(question)
    same = (SAME_REPORTER,) if DROP in names and not str(question.predictor).startswith(PARTNER) else ()
    return Evidence(
        id=id, model="piecewise_change", unit=question.smallest_effect.unit,
        tested=tuple(_term(found, shape, name, unit) for name in names),
        coefficients=(*found.linear.terms(), *(_term(found, shape, n, 1.0) for n in names if n == AVERAGE)),
        counts=counts_of(panel, found.rows, setting),
        equation=planned.equation, formula=planned.formula, estimator=planned.estimator,
        concerns=(*same, EVENT_DATES, *few_couples(int(found.linear.df) + 1)),
        sensitivity=() if setting.brief else _beside(id, question, asked, event, shape, unit),
        facts={"events": float((event[found.rows] == 1).sum()), "couples_with_event": found.linear.df + 1},
        figure=None if setting.brief else _figure(question, asked, event, found, shape, setting),
    )  # fmt: skip


def _pairs(asked: Asked, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every (row, days since) of each event of the row's person, before (negative) and after, by the calendar."""
    time = asked.panel.frame["time"].to_numpy()
    rows = pd.DataFrame({"person": asked.panel.own, "row": np.arange(len(time)), "time": time})
    events = rows[event == 1][["person", "time"]].rename(columns={"time": "date"})
    pairs = rows.merge(events, on="person")
    return pairs["row"].to_numpy(), (pairs["time"] - pairs["date"]).to_numpy()


def _refused(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    asked: Asked,
    event: np.ndarray,
    shape: Shape,
) -> NotTestable | None:
    """Rule R0: couples with an event, and couples who were still followed so many days after it."""
    couple = asked.panel.frame["couple_id"].to_numpy()
    told = np.isfinite(asked.value(question.outcome))
    row, since = _pairs(asked, event)
    of = couple[row][told[row] & (since >= 0)]
    if len(np.unique(of)) < FEWEST_COUPLES:
        return too_few(id, len(np.unique(of)), "had such an event")
    last = max(shape.nodes[-1] if n == AVERAGE else shape.nodes[shape.names.index(n)] for n in _tested(question))
    followed = len(np.unique(couple[row][told[row] & (since >= last)]))
    if followed < FEWEST_COUPLES:
        return NotTestable(
            id=id, reason="too_short",
            detail=f"{followed} couples were followed for {last} days after an event; {FEWEST_COUPLES} are needed.",
        )  # fmt: skip
    return None


def _fit(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    asked: Asked,
    event: np.ndarray,
    shape: Shape,
    lead: int | None,
    *,
    own_trend: bool = False,
) -> Fitted | NotTestable:
    """Person fixed effects on the broken line; knots that nobody reached are left out."""
    row, since = _pairs(asked, event)
    n = len(event)
    hats = shape.hats(since)
    columns = {
        name: np.where(np.isfinite(event), np.bincount(row, weights=hats[:, place], minlength=n), np.nan)
        for place, name in enumerate(shape.names)
        if hats[:, place].any()
    }
    if lead:
        near = (since < 0) & (since >= -lead)
        columns["before"] = np.minimum(np.bincount(row, weights=near * 1.0, minlength=n), 1.0)
    y = asked.value(question.outcome)
    columns |= held(question, asked)
    if own_trend:
        y, columns = _detrended(y, columns, asked.panel)
    found = fit_relation(id, asked, y, columns)
    if isinstance(found, NotTestable):
        return found
    person = asked.panel.own[found.rows]
    touched = np.isin(person, np.unique(person[event[found.rows] == 1]))
    couples = len(np.unique(asked.panel.frame["couple_id"].to_numpy()[found.rows][touched]))
    return replace(found, linear=replace(found.linear, df=float(max(couples - 1, 1))))


def _detrended(
    y: np.ndarray, columns: dict[str, np.ndarray], panel: Panel
) -> tuple[np.ndarray, dict[str, np.ndarray]]:  # fmt: skip
    """Everything minus the person's own straight line over time, on the rows where all is known."""
    values = np.column_stack([y, *columns.values()])
    whole = np.isfinite(values).all(axis=1)
    left = np.full_like(values, np.nan)
    time = panel.frame["time"].to_numpy(dtype=np.float64)
    for rows in pd.Series(np.flatnonzero(whole)).groupby(panel.own[whole]).apply(np.asarray):
        if len(rows) > 2:
            X = np.column_stack([np.ones(len(rows)), time[rows]])
            left[rows] = values[rows] - X @ np.linalg.lstsq(X, values[rows], rcond=None)[0]
    kept = {name: left[:, i] for i, name in enumerate(columns, start=1)}
    spread = {name: np.nanstd(column) for name, column in kept.items()}
    return left[:, 0], {name: column for name, column in kept.items() if spread[name] > 1e-8}


def _term(found: Fitted, shape: Shape, name: str, unit: float) -> Term:
    weights = dict(zip(shape.names, shape.weights(name), strict=True))
    return found.linear.term(found.weights(**weights) * unit, name)


def _beside(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    asked: Asked,
    event: np.ndarray,
    shape: Shape,
    unit: float,
) -> tuple[Sensitivity, ...]:
    """With the days before apart, with a trend of each person's own, and without covariates."""
    bare = question.model_copy(update={"covariates": ()})
    tried = {
        f"with the {LEAD} days before apart": _fit(id, question, asked, event, shape, LEAD),
        "with a trend of each person's own": _fit(id, question, asked, event, shape, question.since, own_trend=True),
        "without covariates": _fit(id, bare, asked, event, shape, question.since),
    }
    names = _tested(question)
    return tuple(
        Sensitivity.of(_term(fit, shape, name, unit), label if len(names) == 1 else f"{label}: {name}")
        for label, fit in tried.items()
        if not isinstance(fit, NotTestable)
        for name in names
    )


def _figure(
    question: Question, asked: Asked, event: np.ndarray, found: Fitted, shape: Shape, setting: Setting
) -> FigureData:  # fmt: skip
    """The effect at each node with its interval; nodes that fewer than five couples reached are not drawn."""
    row, since = _pairs(asked, event)
    couple = asked.panel.frame["couple_id"].to_numpy()[row]
    used = np.isin(row, found.rows)
    drawn = []
    for node, name in zip(shape.nodes, shape.names, strict=True):
        there = used & (since >= node)
        if name not in found.linear.names or len(np.unique(couple[there])) < SMALLEST_CELL:
            continue
        term = _term(found, shape, name, 1.0)
        drawn.append((float(node), term.estimate, term.conf_low, term.conf_high, int(there.sum())))
    return FigureData(
        kind="bins", title=question.outcome,
        x_label=f"Days since: {setting.label(str(question.predictor)).partition(',')[0]}",
        y_label=f"{setting.label(question.outcome)}: difference from usual",
        frames={"bins": pd.DataFrame(drawn, columns=["x", "y", "low", "high", "n"])},
        notes={"n": len(found.rows), "couples": found.couples},
    )  # fmt: skip


MODEL = Model(
    name="piecewise_change",
    summary="what a dated event does from its day on, and whether it is over some days later",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: str(question.predictor).startswith(PARTNER),
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational" if DROP in _tested(question) else "lagged",
    looks=lambda question: looks_of(question.predictor),
)
