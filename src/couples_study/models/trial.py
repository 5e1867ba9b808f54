"""``model = "trial"``: couples randomised to arms, compared at fixed weeks, as areas, changes, and gains of modules.

By intention to treat: everyone counts in the arm drawn for them. What adherence would have done is asked with the arm
as instrument, never by picking those who kept at it.
"""

from __future__ import annotations

import numpy as np

from couples_study.contracts.evidence import Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames
from couples_study.measures.units import factor, sides_of
from couples_study.models.concerns import few_couples
from couples_study.models.model import FEWEST_COUPLES, Model, Setting
from couples_study.models.weekly.adjusted import Profile, adjusted_contrast, regressors
from couples_study.models.weekly.arrays import Weekly, weekly_of
from couples_study.models.weekly.compliance import complier_effect
from couples_study.models.weekly.estimands import profile_of
from couples_study.models.weekly.robustness import NOTHING, robustness

OPTIONS = frozenset({
    "arm", "contrast", "reference", "estimand", "begins", "at", "since", "modules", "covariates", "moderator",
    "stratum", "adherence", "test",
})  # fmt: skip
TERMS = ("contrast", "interaction")
FEWEST_IN_ARM = FEWEST_COUPLES // 2  # so that a contrast rests on at least `FEWEST_COUPLES`


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    absent = [name for name in ("arm", "at") if getattr(question, name) is None]
    if len(question.contrast) != 2:
        absent.append("contrast = [first arm, second arm]")
    if question.estimand == "foundation" and (len(question.modules) != 2 or question.reference is None):
        absent.append("modules = [[from, to], [from, to]] and reference (an arm without modules)")
    if question.estimand == "change" and (question.since is None or question.since >= (question.at or 0)):
        absent.append("since, before at")
    if (question.moderator is None) != (question.stratum is None):
        absent.append("moderator and stratum, both or neither")
    if absent:
        raise StudyFileError(
            where,
            expected="arm, contrast, at (weeks since the start), and what the estimand needs",
            found=f"missing: {'; '.join(absent)}",
            do="see trial in docs/study-file.md",
        )
    strange = sorted(set(question.test) - set(TERMS))
    if strange or ("interaction" in question.test and question.moderator is None):
        raise StudyFileError(
            where, expected='test = "contrast", or "interaction" with a moderator', found=", ".join(question.test),
            do="mend test",
        )  # fmt: skip
    if {"within SD", "between SD"} & set(sides_of(question.smallest_effect.unit, where)):
        raise StudyFileError(
            where, expected='"SD per arm" (baseline standard deviations) or raw units', found="another unit",
            do='write unit = "SD per arm"',
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    y, (first, second) = question.outcome, question.contrast
    held = " + ".join(["baseline", *(question.covariates or ())])
    times = {
        "end": f"at week {question.at}",
        "area": f"averaged over weeks 0 to {question.at} (trapezoids)",
        "change": f"of the change from week {question.since} to {question.at}",
        "foundation": f"of the gains over weeks {_span(question, 0)} ({first}) and {_span(question, 1)} ({second}), "
        f"less the same difference in {question.reference}",
    }
    cells = f"{question.arm}:{question.moderator}" if question.moderator else str(question.arm)
    inside = f", where {question.moderator} is {question.stratum}, and its interaction" if question.moderator else ""
    return Plan(
        equation=f"{y}[week] = arm[week] + {held} + error; {first} minus {second} {times[question.estimand]}{inside}",
        formula=f"{y} ~ 0 + {cells} + {held} | couple_id",
        estimator="analysis of covariance by week, both partners' rows, bias-reduced couple-clustered variance, "
        "t with G-1 df; by intention to treat",
        tested=question.test or TERMS[:1],
        notes=("Answers of a week that are missing are taken as missing at random given arm and baseline.",),
    )


def _span(question: Question, number: int) -> str:
    return "-".join(str(week) for week in question.modules[number]) if question.modules else "?"


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Compare the arms, and ask again in the other ways that a reader will ask for."""
    panel = frames.panel_with(question.outcome)
    told = question.adherence is not None and panel is not None and question.adherence in panel.columns
    columns = [question.outcome, *([question.adherence or ""] if told else [])]
    weekly = weekly_of(id, question, frames, setting, columns)
    return weekly if isinstance(weekly, NotTestable) else evidence(id, question, weekly, setting)


def gate(id: str, question: Question, weekly: Weekly) -> NotTestable | None:  # noqa: A002 (id is the contract's word)
    """What must be there before arms are compared: the arms, baselines, and enough couples in each."""
    wanted = [*question.contrast, *([question.reference] if question.reference else [])]
    absent = [name for name in wanted if name not in weekly.arms]
    if absent:
        return NotTestable(id=id, reason="needs_arms", detail=f"This study has no arm {', '.join(absent)}.")
    if not np.isfinite(weekly.baseline(question.outcome)).any():
        return NotTestable(id=id, reason="needs_baseline", detail="Nothing was asked before the programme began.")
    for name in wanted:
        inside = weekly.arm == weekly.arms.index(name)
        if question.moderator:
            inside &= weekly.labels[question.moderator] == 1
        asked = np.isfinite(weekly.at(question.outcome, question.at or 0)).any(axis=1)
        there = int((inside & asked).sum())
        if there < FEWEST_IN_ARM:
            return NotTestable(
                id=id,
                reason="too_few_couples",
                detail=f"{there} couples have an answer at week {question.at} in arm {name}; at least {FEWEST_IN_ARM} "
                "in each arm are needed before a verdict means anything.",
            )
    return None


def cells_of(question: Question, weekly: Weekly) -> tuple[np.ndarray, dict[str, int], dict[str, int]]:
    """The cell of each couple, and by arm the number of its cell in the stratum and outside of it."""
    if question.moderator is None:
        numbers = {name: number for number, name in enumerate(weekly.arms)}
        return weekly.arm, numbers, {}
    inside = np.maximum(weekly.labels[question.moderator], 0)
    return (
        weekly.arm * 2 + inside,
        {name: 2 * number + 1 for number, name in enumerate(weekly.arms)},
        {name: 2 * number for number, name in enumerate(weekly.arms)},
    )


def evidence(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    weekly: Weekly,
    setting: Setting,
    *,
    brief: bool = False,
) -> Evidence | NotTestable:
    """The contrast with everything that belongs beside it; ``brief`` leaves out what no rule reads."""
    refused = gate(id, question, weekly)
    if refused is not None:
        return refused
    terms, profile = contrasts(question, weekly)
    unit = unit_of(question, weekly)
    planned = plan(question, setting)
    weeks = sorted({week for by_week in profile.values() for week in by_week if week > 0})
    named = {term.name: term for term in terms}
    shown = NOTHING if brief else robustness(question, weekly, profile, cells_of(question, weekly)[0], unit)
    rows = list(shown.rows)
    if not brief and question.estimand == "end":
        rows.append(_area(question, weekly))
        rows += _compliers(question, weekly, unit) if question.adherence in weekly.answers else []
    return Evidence(
        id=id,
        model="trial",
        unit=question.smallest_effect.unit,
        tested=tuple(named[name] for name in question.test or TERMS[:1]),
        coefficients=terms,
        counts=weekly.counts(question.outcome, weeks),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=(*shown.concerns, *few_couples(weekly.couples)),
        sensitivity=tuple(rows),
        facts={"baseline_sd": weekly.baseline_sd(question.outcome), **shown.facts},
    )


def unit_of(question: Question, weekly: Weekly) -> float:
    """What an estimate is divided by to be in the unit of the smallest effect."""
    spread = weekly.baseline_sd(question.outcome)
    return 1.0 / factor(question.smallest_effect.unit, lambda kind: spread, lambda kind: 1.0, "unit")


def contrasts(question: Question, weekly: Weekly) -> tuple[tuple[Term, ...], Profile]:
    """The contrast and, with a moderator, its interaction, in the unit of the smallest effect; and the weights."""
    cell, inside, outside = cells_of(question, weekly)
    right = regressors(weekly, question.outcome, cell)
    profile = profile_of(question, weekly, inside)
    unit = unit_of(question, weekly)
    effect = adjusted_contrast(weekly, question.outcome, profile, right)
    terms = [effect.term("contrast", unit)]
    if outside:
        other = adjusted_contrast(weekly, question.outcome, profile_of(question, weekly, outside), right)
        terms.append(effect.plus(other, -1.0).term("interaction", unit))
    return tuple(terms), profile


def _area(question: Question, weekly: Weekly) -> Sensitivity:
    """The same contrast over the whole time up to its week, as the area under the curve."""
    found = contrasts(question.model_copy(update={"estimand": "area"}), weekly)[0][0]
    return Sensitivity.of(found, f"area under the curve, averaged over weeks 0 to {question.at}")


def _compliers(question: Question, weekly: Weekly, unit: float) -> list[Sensitivity]:
    found = complier_effect(question, weekly)
    return [Sensitivity.of(found.term("complier", unit), "per full adherence, arm as instrument")] if found else []


MODEL = Model(
    name="trial",
    summary="randomised arms compared at weeks, as areas, changes and gains of modules",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: frozenset(),
)
