"""``model = "trend"``: does what somebody is or has at the start tell where an answer goes from there?

Two steps that every reader can follow: each person's straight line over time, and these slopes on what was so at the
start, both weighted by how well each line is known. Who is chosen for a high or low answer goes back towards the middle
by itself; what was so at the start is therefore read off waves before ``begins`` and the line off those from ``begins``
on. With ``after`` the question is whether two answers' slopes go together, freed of the error of the slopes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Evidence, FigureData, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames, Panel
from couples_study.measures.units import factor, sides_of
from couples_study.models.bins import partial_bins
from couples_study.models.clustered import Linear, gee, term_of
from couples_study.models.concerns import few_couples
from couples_study.models.counting import counts_of
from couples_study.models.coupled import Correlation, coupled_slopes
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, full_rank, panel_for, too_few
from couples_study.models.slopes import Lines, lines_of

OPTIONS = frozenset({"predictor", "after", "begins", "at", "covariates"})
SLOPE, CORRELATION = "slope", "correlation"
REACH = 2.0  # a line may be drawn on for as long again as it was seen


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if (question.predictor is None) == (question.after is None):
        faults.append("predictor (what was so at the start) or after (a second answer over time), and not both")
    if question.after is not None and question.covariates:
        faults.append("no covariates beside after")
    sides = sides_of(question.smallest_effect.unit, where)
    if question.after is not None and sides != (None, None):
        faults.append('unit = "correlation per pair of slopes", since a correlation has no other')
    if question.after is None and {"within SD", "between SD"} & set(sides):
        faults.append('"SD" or raw units, since there is one line per person')
    if faults:
        raise StudyFileError(
            where, expected="an answer over time and what its trend may go with",
            found=f"missing: {'; '.join(faults)}", do="see trend in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    y = question.outcome
    since = f" from wave {question.begins} on" if question.begins else ""
    if question.after is not None:
        return Plan(
            equation=f"each person's slopes of {y} and {question.after} over time{since}; their correlation over "
            "people, less what errors of the same days add",
            formula=f"cor(slope({y}), slope({question.after}))",
            estimator="moments, couples left out one by one (jackknife), t with G-1 df",
            tested=(CORRELATION,),
        )
    held = "".join(f" + {name}" for name in question.covariates or ())
    span = f" per {question.at} time points" if question.at else " over all the time seen"
    return Plan(
        equation=f"each person's slope of {y}{since}{span} = intercept + {question.predictor} at the start{held} "
        "+ error",
        formula=f"slope({y}) ~ {question.predictor}{held} | couples: couple_id",
        estimator="least squares of slopes weighted by their precision, bias-reduced couple-clustered variance, t with "
        "G-1 df",
        tested=(SLOPE,),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The difference of slopes, or the correlation of two."""
    panel = panel_for(id, question.model_copy(update={"predictor": None, "covariates": ()}), question.outcome, frames)
    if isinstance(panel, NotTestable):
        return panel
    late = panel.frame["time"].to_numpy() >= question.begins
    lines = lines_of(panel.value(question.outcome), panel, late)
    if lines.couples() < FEWEST_COUPLES:
        return too_few(id, lines.couples(), "answered often enough for a line of their own (three times)")
    if question.after is not None:
        return _together(id, question, panel, lines, late, setting)
    return _by_start(id, question, frames, panel, lines, setting)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What was so at the start, by person code of the panel, and the span that a slope is told over."""

    columns: Mapping[str, np.ndarray]
    span: float
    seen: float


def _by_start(
    id: str, question: Question, frames: Frames, panel: Panel, lines: Lines, setting: Setting  # noqa: A002
) -> Evidence | NotTestable:  # fmt: skip
    name = str(question.predictor)
    columns: dict[str, np.ndarray] = {}
    for column in (name, *(question.covariates or ())):
        told = at_start(column, frames, panel, question.begins)
        if told is None:
            return NotTestable(
                id=id, reason="another_rhythm", missing_columns=(column,),
                detail=f"{column} can not be told for each person before the trend begins.",
            )  # fmt: skip
        columns[column] = told
    seen = lines.longest
    start = _Start(columns=columns, span=float(question.at or seen), seen=seen)
    fit = _regressed(id, lines, start, panel)
    if isinstance(fit, NotTestable):
        return fit
    linear, used = fit
    x = start.columns[name][lines.person[used]]
    early = panel.frame["time"].to_numpy() <= max(question.begins, int(panel.frame["time"].min()))
    sd_y = float(panel.frame[question.outcome][early].std())
    by = factor(question.smallest_effect.unit, lambda _: sd_y, lambda _: float(x.std(ddof=1)), "unit")
    weights = np.array([by if one == name else 0.0 for one in linear.names])
    term = linear.term(weights, SLOPE)
    planned = plan(question, setting)
    return Evidence(
        id=id, model="trend", unit=question.smallest_effect.unit, tested=(term,),
        coefficients=(*linear.terms(), linear.term(1.0 * (weights != 0), SLOPE)),
        counts=counts_of(panel, lines.rows_of(used), setting), equation=planned.equation, formula=planned.formula,
        estimator=planned.estimator,
        concerns=(*_drawn_on(start), *few_couples(lines.couples())),
        sensitivity=() if setting.brief else _beside(id, lines, start, panel, name, by, bool(question.covariates)),
        facts={"span": start.span, "seen": seen, "mean_slope": float(np.average(lines.slope, weights=lines.weight))},
        figure=None if setting.brief else _figure(question, lines, start, used, panel, setting),
    )  # fmt: skip


def at_start(column: str, frames: Frames, panel: Panel, begins: int) -> np.ndarray | None:
    """A column by person code: steady as it is, else the mean of the person's answers before ``begins``.

    None where it was not told before: a later answer may be an effect of the trend.
    """
    codes = pd.factorize(panel.frame["person_id"])[1]
    varies = any(column in names for names in frames.varying.values())
    if not varies:
        return _of_people(column, frames, codes)
    if column not in panel.frame:
        return _of_people(column, frames, codes) if column in frames.varying.get("person_waves", ()) else None
    before = panel.frame[panel.frame["time"] < begins]
    if before.empty:
        return None
    return before.groupby("person_id")[column].mean().reindex(codes).to_numpy(dtype=np.float64)


def _of_people(column: str, frames: Frames, codes: pd.Index) -> np.ndarray | None:
    if column not in frames.people:
        return None
    return frames.people.set_index("person_id")[column].reindex(codes).to_numpy(dtype=np.float64)


def _regressed(
    id: str, lines: Lines, start: _Start, panel: Panel, *, weighted: bool = True  # noqa: A002
) -> tuple[Linear, np.ndarray] | NotTestable:  # fmt: skip
    """Slopes over the span on what was so at the start, and which lines had all that."""
    X = np.column_stack([np.ones(len(lines.slope)), *(one[lines.person] for one in start.columns.values())])
    used = np.isfinite(X).all(axis=1)
    couple = lines.couple[used]
    if len(np.unique(couple)) < FEWEST_COUPLES:
        return too_few(id, len(np.unique(couple)), "all that this model needs")
    root = np.sqrt(lines.weight[used]) if weighted else np.ones(int(used.sum()))
    if not full_rank(X[used]):
        return NotTestable(
            id=id,
            reason="collinear",
            detail="What was so at the start does not vary, or is a sum of what else is held.",
        )
    target = lines.slope[used] * start.span
    names = ("intercept", *start.columns)
    return gee(target * root, X[used] * root[:, None], names, pd.factorize(couple)[0]), used


def _drawn_on(start: _Start) -> tuple[Concern, ...]:
    if start.span <= REACH * start.seen:
        return ()
    return (
        Concern(
            code="drawn_on",
            sentence=f"People were followed for {start.seen:g} time points at most; the straight line is drawn on to "
            f"{start.span:g}.",
        ),
    )


def _beside(
    id: str, lines: Lines, start: _Start, panel: Panel, name: str, by: float, held: bool  # noqa: A002
) -> tuple[Sensitivity, ...]:  # fmt: skip
    """All lines counted alike, time on a logarithmic scale, and without covariates."""
    alone = replace(start, columns={name: start.columns[name]})
    log = lines.on_log_time()
    tried = [("every line counted alike", _regressed(id, lines, start, panel, weighted=False))]
    if log is not None:
        tried.append(("time on a logarithmic scale", _regressed(id, log, replace(start, span=log.longest), panel)))
    if held:
        tried.append(("without covariates", _regressed(id, lines, alone, panel)))
    found = []
    for label, fit in tried:
        if not isinstance(fit, NotTestable):
            linear = fit[0]
            weights = np.array([by if one == name else 0.0 for one in linear.names])
            found.append(Sensitivity.of(linear.term(weights, SLOPE), label))
    return tuple(found)


def _figure(
    question: Question, lines: Lines, start: _Start, used: np.ndarray, panel: Panel, setting: Setting
) -> FigureData:  # fmt: skip
    name = str(question.predictor)
    x, y = start.columns[name][lines.person[used]], lines.slope[used] * start.span
    return partial_bins(
        x=x, y=y, couple=lines.couple[used], title=question.outcome, x_label=f"{setting.label(name)}, at the start",
        y_label=f"Change over {start.span:g} time points: {setting.label(question.outcome)}",
        slope=float(np.polyfit(x, y, 1)[0]),
    )  # fmt: skip


def _together(
    id: str, question: Question, panel: Panel, lines: Lines, late: np.ndarray, setting: Setting  # noqa: A002
) -> Evidence | NotTestable:  # fmt: skip
    """The correlation of two slopes over people, with couples left out one by one."""
    other = panel.value(str(question.after))
    found = coupled_slopes(panel.value(question.outcome), other, panel, late)
    if isinstance(found, str):
        return NotTestable(id=id, reason="no_variation", detail=found)
    if found.couples < FEWEST_COUPLES:
        return too_few(id, found.couples, "lines of both answers")
    planned = plan(question, setting)
    return Evidence(
        id=id, model="trend", unit=question.smallest_effect.unit, tested=(_correlation_term(found),),
        coefficients=(_correlation_term(found),), counts=counts_of(panel, found.rows, setting),
        equation=planned.equation, formula=planned.formula, estimator=planned.estimator,
        concerns=few_couples(found.couples),
        sensitivity=(Sensitivity.of(_correlation_term(found.raw()), "errors of the slopes left in"),),
        facts={"reliability_outcome": found.reliability[0], "reliability_other": found.reliability[1]},
    )  # fmt: skip


def _correlation_term(found: Correlation) -> Term:
    return term_of(CORRELATION, found.value, found.std_error, float(found.couples - 1))


MODEL = Model(
    name="trend",
    summary="where an answer goes from what was so at the start, and whether two trends go together",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational" if question.after is not None else "lagged",
    looks=lambda question: frozenset(),
)
