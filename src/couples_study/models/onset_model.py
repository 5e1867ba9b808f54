"""``model = "onset"``: how soon couples improve reliably and for good, against an arm that waits; and what comes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.contracts.evidence import Concern, Evidence, FigureData, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import AnalysisError, StudyFileError
from couples_study.core.seeds import child
from couples_study.measures import Frames
from couples_study.models.concerns import few_couples
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, too_few
from couples_study.models.onset.analysis import ArmTimes, arm_times, change_of, difference, sequence, share_by, timing_facts
from couples_study.models.onset.change import ReliableChange, Times
from couples_study.models.onset.hazard import hazard_ratios, stretches
from couples_study.models.onset.picture import incidence, kaplan_meier
from couples_study.models.weekly.arrays import Weekly, weekly_of

OPTIONS = frozenset({
    "arm", "contrast", "begins", "at", "early", "who", "after", "stated", "tolerance", "adherence",
})  # fmt: skip
NORMAL95 = float(stats.norm.isf(0.025))
RELIABLE = 0.80
SELECTED = Concern(
    code="short_baseline",
    sentence="There is one baseline only: couples who joined on a bad week look improved when it has passed.",
)


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    one_arm = question.after is not None
    wanted = 1 if one_arm else 2
    faults = [] if question.arm else ["arm"]
    if len(question.contrast) != wanted:
        faults.append("contrast = [arm]" if one_arm else "contrast = [arm, arm that waits]")
    if question.rule not in ("R1", "R7") or (one_arm and question.rule != "R7"):
        faults.append('rule = "R7" (or "R1" for the hazard ratio of two arms)')
    if question.rule == "R7" and not one_arm and question.at is None:
        faults.append("at, the week by which most should have improved")
    if faults:
        raise StudyFileError(
            where, expected="the arms to look at, the rule and its weeks", found=f"missing: {'; '.join(faults)}",
            do="see onset in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    y = question.outcome
    criterion = (
        f"{y} at least {question.stated:g}" if question.stated is not None
        else f"{y} above baseline by 1.96 standard errors of a difference (retest reliability)"
    )  # fmt: skip
    if question.after is not None:
        return Plan(
            equation=f"gap = week of {y} minus week of {question.after}; both: {criterion}, two weeks running",
            formula=f"interval-censored gap | {question.arm} = {question.contrast[0]} | couples: couple_id",
            estimator="Turnbull's estimate, couples resampled; order against simultaneous change simulated from each "
            "person's own common change and the reliabilities; hazard 4-8 weeks after against 0-3 and 9+",
            tested=("excess",),
        )
    return Plan(
        equation=f"week of lasting improvement: {criterion}, two weeks running, {question.who} partners",
        formula=f"(left, right] ~ {question.arm} | couples: couple_id",
        estimator="Turnbull's estimate, Wilson and Newcombe intervals; who is not seen to improve did not; beside it "
        "complementary log-log hazard ratio, couple-clustered",
        tested=("hazard",) if question.rule == "R1" else ("net",),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Times of improvement, and what was asked of them."""
    columns = [question.outcome, *([question.after] if question.after else [])]
    weekly = weekly_of(id, question, frames, setting, columns)
    if isinstance(weekly, NotTestable):
        return weekly
    return evidence(id, question, weekly, setting)


def evidence(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    weekly: Weekly,
    setting: Setting,
    *,
    brief: bool = False,
) -> Evidence | NotTestable:
    """The evidence from weekly arrays; ``brief`` leaves out what no rule reads."""
    absent = [name for name in question.contrast if name not in weekly.arms]
    if absent:
        return NotTestable(id=id, reason="needs_arms", detail=f"This study has no arm {', '.join(absent)}.")
    smallest = min(int((weekly.arm == weekly.arms.index(name)).sum()) for name in question.contrast)
    if smallest < FEWEST_COUPLES:
        return too_few(id, smallest, "been in the smallest arm")
    rng = np.random.default_rng(child(setting.seed, "onset", id))
    change = change_of(question, weekly, question.outcome)
    if change is None:
        return NotTestable(
            id=id, reason="needs_reliability",
            detail="With one baseline and no stated reliability nobody can say which change is more than noise.",
        )  # fmt: skip
    if question.after is not None:
        return _order(id, question, weekly, change, setting, rng)
    last = int(change.weeks[-1])
    active, control = (arm_times(question, weekly, change, name) for name in question.contrast)
    facts = {"reliability": change.reliability, "error": change.error}
    hazard = None if brief and question.rule == "R7" else _hazard(active, control)
    if question.rule == "R1":
        if hazard is None:
            return NotTestable(id=id, reason="too_few_events", detail="Too few couples improved to compare hazards.")
        tested: tuple[Term, ...] = (hazard,)
    else:
        facts |= timing_facts(question, active, control, last, rng)
        tested = (_as_term("net", facts, ""),)
    rows = _variants(question, weekly, change, last, rng) if question.rule == "R7" and not brief else []
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="onset",
        unit=question.smallest_effect.unit,
        tested=tested,
        coefficients=(*tested, *((hazard,) if hazard is not None and question.rule == "R7" else ())),
        counts=weekly.only(question.contrast).counts(question.outcome, [int(week) for week in change.weeks]),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=_concerns(question, weekly, change),
        sensitivity=tuple(rows),
        facts=facts,
        figure=None if brief else _figure(question, active, control, setting),
    )


def _as_term(name: str, facts: dict[str, float], prefix: str) -> Term:
    value, low, high = (facts[f"{prefix}{name}{end}"] for end in ("", "_low95", "_high95"))
    error = (high - low) / (2 * NORMAL95)
    return Term(
        term=name, role=None, estimate=value, std_error=error, df=None, statistic=value / error if error > 0 else 0.0,
        p_value=facts["p_value"], conf_low=low, conf_high=high,
    )  # fmt: skip


def _hazard(active: ArmTimes, control: ArmTimes) -> Term | None:
    """The log hazard ratio of the first arm; None where hardly anyone improved in one of them."""
    left, right = (np.concatenate([getattr(one.seen, end) for one in (active, control)]) for end in ("left", "right"))
    if min(int(one.seen.seen.sum()) for one in (active, control)) < 5:
        return None
    rows = stretches(Times(left=left, right=right), np.arange(len(left)))
    first = (rows.couple < len(active.seen.left)).astype(np.float64)
    try:
        return hazard_ratios(rows, {"hazard": first})["hazard"]
    except AnalysisError:
        return None


def _variants(
    question: Question, weekly: Weekly, change: ReliableChange, last: int, rng: np.random.Generator
) -> list[Sensitivity]:
    """The net share by other definitions: one look, the first partner, dropout as censoring."""
    rows = []
    other = "either" if question.who == "both" else "both"
    for label, asked, looks in (
        ("one look instead of two weeks running", question, 1),
        (f"{other} partner{'s' if other == 'both' else ''} improved", question.model_copy(update={"who": other}), 2),
    ):
        first, second = (arm_times(asked, weekly, change, name, looks).never for name in question.contrast)
        rows.append(_net(label, question, first, second, last, rng))
    first, second = (arm_times(question, weekly, change, name).seen for name in question.contrast)
    rows.append(_net("dropout as censoring, not as no improvement", question, first, second, last, rng))
    return rows


def _net(
    label: str, question: Question, first: Times, second: Times, last: int, rng: np.random.Generator
) -> Sensitivity:
    shares = [share_by(times, float(question.at or 4), last, rng) for times in (first, second)]
    low, high = difference(shares[0], shares[1], 0.95)
    return Sensitivity(label=label, estimate=shares[0].value - shares[1].value, conf_low=low, conf_high=high)


def _concerns(question: Question, weekly: Weekly, change: ReliableChange) -> tuple[Concern, ...]:
    found = []
    if int((weekly.weeks <= 0).sum()) < 2 and question.stated is None:
        found.append(SELECTED)
    if change.reliability < RELIABLE:
        found.append(
            Concern(
                code="unreliable_change",
                sentence=f"The retest correlation of {question.outcome} is {change.reliability:.2f}: only large "
                "changes can be told from noise, so improvements are missed.",
            )
        )
    return (*found, *few_couples(weekly.only(question.contrast).couples))


def _order(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    weekly: Weekly,
    later: ReliableChange,
    setting: Setting,
    rng: np.random.Generator,
) -> Evidence | NotTestable:
    earlier = change_of(question, weekly, question.after or "")
    if earlier is None:
        return NotTestable(id=id, reason="needs_reliability", detail=f"{question.after} has no known reliability.")
    inside = weekly.arm == weekly.arms.index(question.contrast[0])
    arm = weekly.where(inside)
    changes = tuple(replace(change, improved=change.improved[inside]) for change in (earlier, later))
    found = sequence(arm, (question.after or "", question.outcome), (changes[0], changes[1]), rng)
    if found.couples < FEWEST_COUPLES:
        return too_few(id, found.couples, "an improvement in either domain")
    planned = plan(question, setting)
    curve = pd.DataFrame({"gap": found.grid.astype(np.float64), "share": np.cumsum(found.p[:-1])})
    facts = {**found.facts, "reliability": later.reliability, "reliability_after": earlier.reliability}
    return Evidence(
        id=id,
        model="onset",
        unit=question.smallest_effect.unit,
        tested=(_as_term("excess", facts, ""), _as_term("gap", facts, "")),
        coefficients=(_as_term("excess", facts, ""), _as_term("gap", facts, "")),
        counts=arm.counts(question.outcome, [int(week) for week in later.weeks]),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=_concerns(question, weekly, later),
        facts=facts,
        figure=FigureData(
            kind="gap", title="How much later?", x_label="weeks between the two improvements",
            y_label="share by then", frames={"gap": curve}, notes={"people": found.people, "couples": found.couples},
        ),
    )  # fmt: skip


def _figure(question: Question, active: ArmTimes, control: ArmTimes, setting: Setting) -> FigureData:
    """Kaplan-Meier curves of both arms, and where couples separated the cumulative incidence of both events."""
    frames = {name: kaplan_meier(arm.seen) for name, arm in zip(question.contrast, (active, control), strict=True)}
    if np.isfinite(active.gone).any():
        frames["incidence"] = incidence(active.seen, active.gone)
    return FigureData(
        kind="onset", title="How soon do couples improve?", x_label="weeks since the programme began",
        y_label="share of couples improved", frames=frames,
        notes={"arms": list(question.contrast), "by": question.at, "label": setting.label(question.outcome)},
    )  # fmt: skip


MODEL = Model(
    name="onset",
    summary="time to reliable, lasting improvement against a waiting arm, and what improves first",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "descriptive",
    looks=lambda question: frozenset(),
)
