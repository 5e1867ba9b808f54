"""``model = "paired"``: two columns of the same row: before and after, this kind and that kind, each person's own pair.

The difference of two answers, or the ratio of the shares that say yes to each, over all rows in which both stand, with
couples as clusters. Each row is its own comparison, so what a person's answers have in common falls out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Counts, Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames, Panel, panel_of
from couples_study.measures.units import STANDARD
from couples_study.models.clustered import by_influences, term_of
from couples_study.models.concerns import SAME_REPORTER, few_couples
from couples_study.models.counting import counts_of
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, too_few

OPTIONS = frozenset({"predictor", "among"})
RATIO = "log share ratio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Both answers (n,) of the rows numbered ``rows``, with their couples' codes."""

    first: np.ndarray
    second: np.ndarray
    couple: np.ndarray
    rows: np.ndarray


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if not question.predictor or question.predictor == question.outcome:
        faults.append("predictor, the column that outcome is compared with")
    if question.distribution not in ("gaussian", "binomial"):
        faults.append('distribution = "gaussian" (a difference) or "binomial" (a ratio of shares)')
    unit = question.smallest_effect.unit
    if question.distribution == "binomial" and unit != RATIO:
        faults.append(f'the unit "{RATIO}"')
    if question.distribution == "gaussian" and (unit == RATIO or " per " in unit or unit == "between SD"):
        faults.append('a unit such as "points", "SD" or "within SD"')
    if question.rule not in ("R1", "R5"):
        faults.append('rule = "R1" (a difference) or "R5" (none)')
    if faults:
        raise StudyFileError(
            where, expected="two columns of one row and what matters of their difference",
            found=f"missing: {'; '.join(faults)}", do="see paired in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    among = f", among {question.among} = 1" if question.among else ""
    asked = (
        f"log(share of {question.outcome} / share of {question.predictor})"
        if question.distribution == "binomial"
        else f"mean of {question.outcome} - {question.predictor}"
    )
    return Plan(
        equation=f"{asked}, row by row{among}",
        formula=f"{question.outcome} - {question.predictor} ~ 1 | couples: couple_id",
        estimator="mean over rows, couple-clustered variance, t with G-1 df",
        tested=("difference",),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The difference or ratio over all complete rows, and of persons' own averages."""
    frame = frames.panel_with(question.outcome)
    frame = frames.people.assign(time=0) if frame is None else frame
    lacking = tuple(name for name in question.columns() if name not in frame)
    if lacking:
        return NotTestable(
            id=id, reason="another_rhythm", missing_columns=lacking,
            detail=f"{', '.join(lacking)} and {question.outcome} do not stand in the same rows.",
        )  # fmt: skip
    panel = panel_of(frame[frame[question.among].eq(1)] if question.among else frame)
    pairs = _pairs(question, panel)
    couples = len(np.unique(pairs.couple))
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, "rows with both answers")
    if question.distribution == "binomial" and min(pairs.first.sum(), pairs.second.sum()) <= 0:
        return NotTestable(id=id, reason="no_variation", detail="Nobody says yes to one of the two.")
    scale = _scale(question, panel)
    term = _difference(question, pairs, scale)
    planned = plan(question, setting)
    repeated = len(pairs.rows) > panel.frame["person_id"].iloc[pairs.rows].nunique()
    return Evidence(
        id=id,
        model="paired",
        unit=question.smallest_effect.unit,
        tested=(term,),
        coefficients=(_difference(question, pairs, 1.0), *_means(pairs, question)),
        counts=_counts(panel, pairs, setting, repeated=repeated),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=(SAME_REPORTER, *few_couples(couples)),
        sensitivity=_persons(question, panel, pairs, scale) if repeated else (),
    )


def _pairs(question: Question, panel: Panel) -> Pairs:
    first, second = panel.value(question.outcome), panel.value(str(question.predictor))
    rows = np.flatnonzero(np.isfinite(first) & np.isfinite(second))
    return Pairs(
        first=first[rows], second=second[rows], rows=rows,
        couple=pd.factorize(panel.frame["couple_id"].to_numpy()[rows])[0],
    )  # fmt: skip


def _scale(question: Question, panel: Panel) -> float:
    unit = question.smallest_effect.unit
    return 1.0 / panel.sd(question.outcome, unit) if unit in STANDARD else 1.0


def _difference(question: Question, pairs: Pairs, scale: float) -> Term:
    """Mean difference times ``scale``; or the logarithm of the ratio of shares, with the delta method."""
    one = np.ones((len(pairs.first), 1))
    if question.distribution == "gaussian":
        found, _ = by_influences(pairs.first - pairs.second, one, ("difference",), pairs.couple)
        return term_of("difference", float(found.params[0]) * scale, float(np.sqrt(found.cov[0, 0])) * scale, found.df)
    first, of_first = by_influences(pairs.first, one, ("difference",), pairs.couple)
    second, of_second = by_influences(pairs.second, one, ("difference",), pairs.couple)
    parts = of_first[:, 0] / first.params[0] - of_second[:, 0] / second.params[0]
    ratio = float(np.log(first.params[0] / second.params[0]))
    return term_of("difference", ratio, float(np.sqrt(parts @ parts)), first.df)


def _means(pairs: Pairs, question: Question) -> list[Term]:
    one = np.ones((len(pairs.first), 1))
    found = []
    for name, values in ((question.outcome, pairs.first), (str(question.predictor), pairs.second)):
        linear, _ = by_influences(values, one, (f"mean.{name}",), pairs.couple)
        if linear.cov[0, 0] > 0:
            found.append(linear.terms()[0])
    return found


def _counts(panel: Panel, pairs: Pairs, setting: Setting, *, repeated: bool) -> Counts:
    if repeated:
        return counts_of(panel, pairs.rows, setting)
    frame = panel.frame.iloc[pairs.rows]
    return Counts(couples=frame["couple_id"].nunique(), people=frame["person_id"].nunique(), n_obs=len(frame))


def _persons(question: Question, panel: Panel, pairs: Pairs, scale: float) -> tuple[Sensitivity, ...]:
    """The same where every person counts alike, however many rows there are of each."""
    own = pd.DataFrame({"a": pairs.first, "b": pairs.second, "couple": pairs.couple}).groupby(panel.own[pairs.rows])
    each = own.mean()
    alone = Pairs(
        first=each["a"].to_numpy(), second=each["b"].to_numpy(), rows=pairs.rows[: len(each)],
        couple=each["couple"].to_numpy().astype(np.int64),
    )  # fmt: skip
    return (Sensitivity.of(_difference(question, alone, scale), "every person counted once"),)


MODEL = Model(
    name="paired",
    summary="two columns of the same row",
    options=OPTIONS,
    repeated=lambda question: False,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "descriptive",
    looks=lambda question: frozenset({("own", 0)}),
)
