"""``model = "onset"``: how soon couples improve reliably against an arm that waits, and what comes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from couples_study.contracts.evidence import Evidence, NotTestable, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.core.seeds import child
from couples_study.measures import Frames
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, too_few
from couples_study.models.onset.analysis import arm_times, change_of, sequence, timing_facts
from couples_study.models.onset.beside import arms_figure, compliers, gap_figure, hazard_term, mind, unseen_of, variants
from couples_study.models.onset.change import ReliableChange
from couples_study.models.onset.unseen import Unseen, chances, unseen_order
from couples_study.models.weekly.arrays import Weekly, weekly_of

OPTIONS = frozenset({
    "arm", "contrast", "begins", "at", "early", "who", "after", "stated", "tolerance", "adherence",
})  # fmt: skip
NORMAL95 = 1.959963984540054


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    one_arm = question.after is not None
    wanted = 1 if one_arm else 2
    faults = [] if question.arm else ["arm"]
    if len(question.contrast) != wanted:
        faults.append("contrast = [arm]" if one_arm else "contrast = [arm, arm that waits]")
    if question.rule not in ("R1", "R7") or (one_arm and question.rule != "R7"):
        faults.append('rule = "R7" (or "R1" for the hazard ratio of two arms)')
    if one_arm and question.stated is not None:
        faults.append("no stated value beside after, since the order is judged by what the reliabilities allow")
    if question.rule == "R7" and not one_arm and question.at is None:
        faults.append("at, the week by which most should have improved")
    if question.who == "each":
        faults.append('who = "both" or "either"')
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
    panel = frames.panel_with(question.outcome)
    if question.adherence is not None and panel is not None and question.adherence in panel.columns:
        columns.append(question.adherence)
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
    if question.direction == "negative":
        weekly, question = _turned(weekly, question)
    change = change_of(question, weekly, question.outcome)
    if change is None:
        return NotTestable(
            id=id, reason="needs_reliability",
            detail="With one baseline and no stated reliability nobody can say which change is more than noise.",
        )  # fmt: skip
    look = _order if question.after is not None else _hazards if question.rule == "R1" else _shares
    brief = brief or setting.brief
    found = look(id, question, weekly, change, replace(setting, brief=brief))
    return (
        found if brief or isinstance(found, NotTestable) else _with_the_rest(found, question, weekly, change, setting)
    )


def _turned(weekly: Weekly, question: Question) -> tuple[Weekly, Question]:
    """The same question where less is better: all answers with the other sign, so that improvement is a rise."""
    answers = {name: -values for name, values in weekly.answers.items()}
    stated = None if question.stated is None else -question.stated
    return replace(weekly, answers=answers), question.model_copy(update={"direction": "positive", "stated": stated})


def _shares(id: str, question: Question, weekly: Weekly, change: ReliableChange, setting: Setting) -> Evidence:  # noqa: A002
    """How many improved by the stated week, net of those who wait."""
    active, control = (arm_times(question, weekly, change, name) for name in question.contrast)
    facts = timing_facts(question, active, control, int(change.weeks[-1]), _rng(id, setting))
    return _evidence(id, question, weekly, change, setting, (_as_term("net", facts),), facts)


def _hazards(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    weekly: Weekly,
    change: ReliableChange,
    setting: Setting,
) -> Evidence | NotTestable:
    """The hazard of improving in one arm over that in the other."""
    active, control = (arm_times(question, weekly, change, name) for name in question.contrast)
    term = hazard_term(active, control)
    if term is None:
        return NotTestable(id=id, reason="too_few_events", detail="Too few couples improved to compare hazards.")
    return _evidence(id, question, weekly, change, setting, (term,), {})


def _order(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    weekly: Weekly,
    later: ReliableChange,
    setting: Setting,
) -> Evidence | NotTestable:
    """What comes first, and how much later the other, in one arm."""
    first = question.after or ""
    earlier = change_of(question, weekly, first)
    if earlier is None:
        return NotTestable(id=id, reason="needs_reliability", detail=f"{first} has no known reliability.")
    inside = weekly.arm == weekly.arms.index(question.contrast[0])
    arm = weekly.where(inside)
    before, after = (replace(change, improved=change.improved[inside]) for change in (earlier, later))
    found = sequence(arm, (first, question.outcome), (before, after), _rng(id, setting))
    if found.couples < FEWEST_COUPLES:
        return too_few(id, found.couples, "an improvement in either domain")
    unseen = Unseen()
    if not setting.brief:
        unseen = unseen_order(found.excess, found.lost, chances(arm, (first, question.outcome), found.lost == 0))
    facts = {**found.facts, "reliability_after": earlier.reliability, **unseen.facts}
    tested = (_as_term("excess", facts), _as_term("gap", facts))
    evidence = _evidence(id, question, weekly, later, setting, tested, facts)
    return replace(
        evidence, figure=gap_figure(found), sensitivity=unseen.rows, concerns=(*evidence.concerns, *unseen.concerns)
    )


def _evidence(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    weekly: Weekly,
    change: ReliableChange,
    setting: Setting,
    tested: tuple[Term, ...],
    facts: dict[str, float],
) -> Evidence:
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="onset",
        unit=question.smallest_effect.unit,
        tested=tested,
        coefficients=tested,
        counts=weekly.only(question.contrast).counts(question.outcome, [int(week) for week in change.weeks]),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=mind(question, weekly, change),
        facts={**facts, "reliability": change.reliability, "error": change.error},
    )


def _with_the_rest(
    found: Evidence, question: Question, weekly: Weekly, change: ReliableChange, setting: Setting
) -> Evidence:
    """The hazard ratio, other definitions and the curves, beside a comparison of two arms."""
    if question.after is not None:
        return found
    active, control = (arm_times(question, weekly, change, name) for name in question.contrast)
    hazard = hazard_term(active, control)
    shares = question.rule == "R7"
    unseen = unseen_of(question, weekly, change, (active, control))
    rows = [*variants(question, weekly, change, _rng(found.id, setting)), *compliers(question, weekly, change)]
    return replace(
        found,
        coefficients=(*found.tested, hazard) if shares and hazard is not None else found.coefficients,
        sensitivity=(*rows, *unseen.rows) if shares else unseen.rows,
        concerns=(*found.concerns, *unseen.concerns),
        facts={**found.facts, **unseen.facts},
        figure=arms_figure(question, active, control, setting),
    )


def _rng(id: str, setting: Setting) -> np.random.Generator:  # noqa: A002 (id is the contract's word)
    return np.random.default_rng(child(setting.seed, "onset", id))


def _as_term(name: str, facts: dict[str, float]) -> Term:
    value, low, high = (facts[f"{name}{end}"] for end in ("", "_low95", "_high95"))
    error = (high - low) / (2 * NORMAL95)
    return Term(
        term=name, role=None, estimate=value, std_error=error, df=None, statistic=value / error if error > 0 else 0.0,
        p_value=facts["p_value"], conf_low=low, conf_high=high,
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
