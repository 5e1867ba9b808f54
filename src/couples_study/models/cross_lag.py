"""Yesterday's predictor on today's outcome, corrected for measurement error by two indicators of each; or both ways.

Controlling for yesterday's outcome with an imperfect measure leaves part of yesterday in the lagged effect, and turns
"nothing" into "significant". With two indicators of the outcome and of the predictor each serves as instrument for
the other (both ways round, stacked), all as differences from the person's own mean, couples as clusters; what few days
do to such differences is taken out by half series. A question that names no indicators takes the second item that the
glossary knows of a state, where it was answered. Rule R10 asks both directions on the same rows: a cycle, one leading
the other, or neither. With ``after`` predictor and outcome are of one day, and what is held is what the outcome was
earlier on it (``desire_morning``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames, Panel
from couples_study.measures.units import factor, sides_of
from couples_study.models.concerns import few_couples
from couples_study.models.counting import counts_of
from couples_study.models.lagged import (
    Pairs,
    asked_twice,
    best_apart,
    corrected_path,
    indicators_of,
    pairs_of,
    said,
)
from couples_study.models.lagged.beside import TESTED, beside, measured, path_term
from couples_study.models.lagged.both_ways import BothWays
from couples_study.models.lagged.missing import due_pairs, skipped
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, full_rank, panel_for, too_few

OPTIONS = frozenset({"predictor", "after", "indicators", "lag", "shows"})
FEWEST_PAIRS = 3  # of a person; a mean of fewer leaves nothing to hold a day against
SAME_DAY = {"outcome.lag1": "outcome.before", TESTED: "predictor"}  # terms of one day, told apart by the hour
ESTIMATOR = (
    "two-stage least squares within persons, short-series bias taken out by half series, couple-clustered variance, "
    "t with G-1 df"
)
BOTH = ("forward", "backward", "difference")


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    if question.predictor is None:
        raise StudyFileError(where, expected='predictor = "..."', found="none", do="name the column of the day before")
    if question.after is None and question.lag != 1:
        raise StudyFileError(
            where, expected='lag = 1, or after = "..." for what the outcome was earlier on the same day',
            found=f"lag = {question.lag}", do="use model apim for the same day",
        )  # fmt: skip
    if question.after is not None and (question.lag or question.rule == "R10"):
        raise StudyFileError(
            f"{where}, after", expected='lag = 0 and rule = "R1"', found=f"lag = {question.lag}, rule {question.rule}",
            do="leave out lag and rule, or after",
        )  # fmt: skip
    for name, columns in question.indicators.items():
        if name not in (question.outcome, question.predictor, question.after) or len(columns) < 2:
            raise StudyFileError(
                f"{where}, indicators",
                expected="two indicators or more each for outcome, predictor and after",
                found=f"{name}: {len(columns)}",
                do='write indicators = { close = ["close_1", "close_2"] }',
            )
    if question.rule not in ("R1", "R10") or ("shows" in question.keys_set() and question.rule != "R10"):
        raise StudyFileError(
            where, expected='rule = "R1" (one path) or "R10" (both ways, with shows)', found=question.rule,
            do="choose one of them",
        )  # fmt: skip
    sides_of(question.smallest_effect.unit, where)


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    y, x = question.outcome, question.predictor
    if question.after is not None:
        return _of_one_day(question, setting)
    names = [f"{name} from {_sources(question, name, setting)}" for name in (y, x) if name]
    swapped = f"; and the same with {x} and {y} exchanged, on the same rows" if question.rule == "R10" else ""
    return Plan(
        equation=f"{y}[t] = own {y}[t-1] + {x}[t-1] + study_day + weekend + error, all minus the person's mean; "
        + "; ".join(names)
        + swapped,
        formula=f"{y} ~ 0 + {y}.lag1 + {x}.lag1 + study_day + weekend | instruments: other indicator | couple_id",
        estimator=ESTIMATOR,
        tested=BOTH if question.rule == "R10" else (TESTED,),
    )


def _of_one_day(question: Question, setting: Setting) -> Plan:
    y, x, before = question.outcome, question.predictor, question.after
    parts = "; ".join(f"{name} from {_sources(question, name, setting)}" for name in (before, x) if name)
    return Plan(
        equation=f"{y}[t] = {before}[t] + {x}[t] + study_day + weekend + error, all minus the person's mean; {parts}",
        formula=f"{y} ~ 0 + {before} + {x} + study_day + weekend | instruments: other indicator | couple_id",
        estimator=ESTIMATOR,
        tested=(SAME_DAY[TESTED],),
    )


def _sources(question: Question, name: str, setting: Setting) -> str:
    second = setting.glossary.second(name) if name not in question.indicators else None
    parts = indicators_of(question, name)
    return (
        " and ".join(parts[:2])
        + "".join(f" (or {one})" for one in parts[2:])
        + (f" (and {second} where it was asked)" if second else "")
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Fit the corrected lag, or both, and the other ways to ask beside it."""
    question = asked_twice(question, setting.glossary, frames)
    panel = panel_for(id, question, indicators_of(question, question.outcome)[0].removeprefix("partner."), frames)
    if isinstance(panel, NotTestable):
        return panel
    question = best_apart(question, setting.glossary, panel)
    both, known = question.rule == "R10", setting.glossary
    ways = [pairs_of(question, panel, both=both, known=known)]
    if both:
        ways.append(pairs_of(question, panel, reverse=True, both=True, known=known))
    for pairs in ways:
        refused = _refused(id, pairs)
        if refused is not None:
            return refused
    return _both_ways(id, question, panel, ways, setting) if both else _one_way(id, question, panel, ways[0], setting)


def _refused(id: str, pairs: Pairs) -> NotTestable | None:  # noqa: A002 (id is the contract's word)
    _, person, times = np.unique(pairs.person, return_inverse=True, return_counts=True)
    couples = len(np.unique(pairs.couple[times[person] >= FEWEST_PAIRS]))
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, f"a partner with {FEWEST_PAIRS} complete pairs of days")
    for i in (0, 1):
        W = pd.DataFrame(np.column_stack([pairs.own[:, i], pairs.other[:, i], pairs.steady]))
        if not full_rank((W - W.groupby(person).transform("mean")).to_numpy()):
            return NotTestable(id=id, reason="collinear", detail="Some columns do not vary within persons here.")
    return None


def _one_way(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    panel: Panel,
    pairs: Pairs,
    setting: Setting,
) -> Evidence:
    path = corrected_path(pairs)
    sds = _spreads(question, panel)
    unit = _unit(question, sds)
    facts, concerns, rows = beside("forward", pairs, path, unit, sign=_sign(question), brief=setting.brief)
    more = _of_skipped(question, panel, pairs, (unit, sds[question.outcome]), setting)
    planned = plan(question, setting)
    tested, *rest = _named(question, path_term(path, unit, TESTED), *path.linear().terms())
    return Evidence(
        id=id,
        model="cross_lag",
        unit=question.smallest_effect.unit,
        tested=(tested,),
        coefficients=tuple(rest),
        counts=counts_of(panel, pairs.row, setting),
        equation=planned.equation,
        formula=planned.formula,
        estimator=path.linear().estimator,
        concerns=(*measured(question, panel), *concerns, *more[1], *few_couples(path.couples)),
        sensitivity=(*rows, *more[0]),
        facts=facts,
    )


def _named(question: Question, *terms: Term) -> tuple[Term, ...]:
    """The terms under the names that they have within a day, where the question is about one."""
    names = {} if question.after is None else SAME_DAY
    return tuple(replace(one, term=names.get(one.term, one.term)) for one in terms)


def _both_ways(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    panel: Panel,
    ways: list[Pairs],
    setting: Setting,
) -> Evidence:
    sds = _spreads(question, panel)
    units = (_unit(question, sds), _unit(question, sds, reverse=True))
    paths = [corrected_path(pairs) for pairs in ways]
    terms = BothWays(forward=paths[0], backward=paths[1], units=units).terms()
    facts = {term.term: term.estimate for term in terms}
    concerns, rows = list(measured(question, panel)), []
    for number, (name, pairs, path, unit) in enumerate(zip(BOTH, ways, paths, units, strict=False)):
        more, minds, others = beside(name, pairs, path, unit, f"{name}: ", sign=_sign(question), brief=setting.brief)
        sd = sds[(question.predictor or "") if number else question.outcome]
        further, doubts = _of_skipped(question, panel, pairs, (unit, sd), setting, f"{name}: ", reverse=number == 1)
        facts |= more
        concerns += [*minds, *doubts]
        rows += [*others, *further]
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="cross_lag",
        unit=question.smallest_effect.unit,
        tested=terms,
        coefficients=terms,
        counts=counts_of(panel, ways[0].row, setting),
        equation=planned.equation,
        formula=planned.formula,
        estimator=paths[0].linear().estimator,
        concerns=(*{one.code: one for one in concerns}.values(), *few_couples(paths[0].couples)),
        sensitivity=tuple(rows),
        facts=facts,
    )


def _sign(question: Question) -> float:
    """The side of zero on which the statement has its path."""
    return -1.0 if question.direction == "negative" else 1.0


def _sd(question: Question, name: str | None, panel: Panel) -> float:
    """The pooled within-person standard deviation of the mean of a construct's indicators."""
    parts = np.mean([said(panel, column, 0) for column in indicators_of(question, name)], axis=0)
    inside = pd.Series(parts) - pd.Series(parts).groupby(panel.own).transform("mean")
    people = len(np.unique(panel.own[np.isfinite(parts)]))
    return float(np.sqrt((inside**2).sum() / max(int(inside.count()) - people, 1)))


def _spreads(question: Question, panel: Panel) -> dict[str, float]:
    """The within-person standard deviations of outcome and predictor."""
    return {name: _sd(question, name, panel) for name in (question.outcome, question.predictor or "")}


def _unit(question: Question, sds: Mapping[str, float], *, reverse: bool = False) -> float:
    """What a raw path is multiplied with to be in the unit of the smallest effect."""
    y, x = question.outcome, question.predictor or ""
    y, x = (x, y) if reverse else (y, x)
    return factor(question.smallest_effect.unit, lambda _: sds[y], lambda _: sds[x], "unit")


def _of_skipped(
    question: Question,
    panel: Panel,
    pairs: Pairs,
    scale: tuple[float, float],
    setting: Setting,
    prefix: str = "",
    *,
    reverse: bool = False,
) -> tuple[list[Sensitivity], list[Concern]]:
    """What skipped evenings could do to a path; no rule reads it. ``scale`` is its unit and its outcome's SD."""
    if setting.brief or question.after is not None:  # an evening that was skipped has no predictor either
        return [], []
    return skipped(due_pairs(question, panel, pairs, reverse=reverse), *scale, prefix)


MODEL = Model(
    name="cross_lag",
    summary="yesterday's predictor on today's outcome, corrected by two indicators",
    options=OPTIONS,
    repeated=lambda question: True,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational" if question.after else "lagged",
    partners=lambda question: any(c.startswith("partner.") for group in question.indicators.values() for c in group),
    looks=lambda question: frozenset(
        ("partner" if column.startswith("partner.") else "own", lag)
        for name, lags in (
            (question.outcome, (0,) if question.after else (0, 1)),
            (question.after, (0,) if question.after else ()),
            (question.predictor, (question.lag,)),
        )
        for column in indicators_of(question, name)
        for lag in lags
    ),
)
