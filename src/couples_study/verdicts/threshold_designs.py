"""Rule R8 where the design is another one than a diary's days: needed to keep what one has, and assigned by lot.

Between couples the rule is the diary's own (`judge_threshold`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.threshold_conditions import BIC_MARGIN, Condition, Z, conditions, too_small
from couples_study.verdicts.threshold_rule import (
    WHOLE_COUNTS,
    SubVerdict,
    ThresholdDecision,
    joined,
    judge_threshold,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


SMOOTH = ("linear", "log", "saturating", "parabola")


def judge_between(facts: Mapping[str, float]) -> ThresholdDecision:
    """The diary's rule on couples' averages, which are not whole numbers."""
    found = judge_threshold(facts)
    minimum, plateau = (
        replace(sub, parts=tuple(part for part in sub.parts if part != WHOLE_COUNTS))
        for sub in (found.minimum, found.plateau)
    )
    return joined(minimum, plateau, found.conditions)


def judge_dose(facts: Mapping[str, float]) -> ThresholdDecision:
    """The steps up to and beyond the assigned number, and the diary's conditions of support on the assigned number.

    People scatter around the number they are told and five numbers are few, so a smooth curve may lie as near as a
    break: none refutes here. 6a is contradicted where the step up to the stated number is shown to be smaller than
    what matters, 6b where the step beyond it is shown to be larger, both where the whole way is worth too little.
    Support needs a step up that matters and is above zero (95%), a step beyond that is equivalent to none (90%), a
    break that the tests see, and strong evidence against a line, a logarithm, saturation and a parabola.
    """
    equal = facts["equal"]
    smooth = min(facts[f"bic_{name}"] for name in SMOOTH)
    stated = min(facts[f"bic_{name}_at_stated"] for name in ("plateau", "step", "slopes"))
    asked = (
        *conditions(facts, ("effect", "break_exists", "levels_off")),
        Condition(
            code="beats_smooth",
            holds=smooth - stated > BIC_MARGIN and all(facts[f"z_{name}"] > 0.0 for name in SMOOTH),
            asks="smooth curves fit clearly worse and predict unseen couples worse than a break at {stated}",
        ),
        Condition(
            code="step_to", holds=facts["step_to_low95"] > 0.0 and facts["step_to"] >= equal,
            asks="couples assigned {stated} do better than those assigned the next lower number, by what matters",
        ),
        Condition(
            code="step_beyond", holds=-equal < facts["step_beyond_low90"] and facts["step_beyond_high90"] < equal,
            asks="couples assigned the next higher number do no better than those assigned {stated}",
        ),
    )  # fmt: skip
    small = too_small(facts)
    minimum = _of("6a", asked, "no_step" if facts["step_to_high90"] < equal else None, small)
    plateau = _of("6b", asked, "step_beyond" if facts["step_beyond_low90"] > equal else None, small)
    return joined(minimum, plateau, asked)


DOSE_PARTS = {
    "no_step": "being assigned {stated} touches is worth no more than being assigned the next lower number",
    "step_beyond": "being assigned more than {stated} touches is worth more",
    "below_smallest": "the whole way from none to twice {stated} is worth less than what matters",
    "6a": "being assigned {stated} touches does what the next lower number does not",
    "6b": "being assigned more than {stated} touches does no more",
}


def _of(reading: str, asked: tuple[Condition, ...], against: str | None, small: bool) -> SubVerdict:
    """A reading of the dose arm: refuted, supported with every condition, or open."""
    refuted = "below_smallest" if small else against
    if refuted is not None:
        return SubVerdict(reading=reading, verdict=CONTRADICTED, reason=refuted, parts=(DOSE_PARTS[refuted],))
    failed = [condition for condition in asked if not condition.holds]
    if not failed:
        return SubVerdict(reading=reading, verdict=SUPPORTED, reason="all_hold", parts=(DOSE_PARTS[reading],))
    parts = tuple(f"not shown that {condition.asks}" for condition in failed)
    return SubVerdict(reading=reading, verdict=INCONCLUSIVE, reason=failed[0].code, parts=parts)


def judge_necessity(facts: Mapping[str, float]) -> ThresholdDecision:
    """Do couples below the stated value lose, couples from it on keep, and does the stated value divide them?

    6a, needed, is contradicted where couples below lose less than matters (they keep what they have: one-sided 5%) and
    supported only if they lose (95%) at least the smallest loss, more than couples from it on (95%), with a change at
    the stated value that describes the couples' trends better than a straight line over the average count and than an
    S-curve. 6b, enough, is supported where couples from it on neither lose nor gain what matters (90%) while the others
    lose more than they do, with that change; where nobody loses, nothing is shown to be enough.
    """
    loss = facts["smallest_loss"]
    asked = (
        Condition(
            code="loses_below", holds=facts["loss_below_high95"] < 0.0 and facts["loss_below"] <= -loss,
            asks="couples below {stated} lose what matters within half a year",
        ),
        Condition(
            code="keeps_from", holds=-loss < facts["loss_from_low90"] and facts["loss_from_high90"] < loss,
            asks="couples from {stated} on keep what they have",
        ),
        Condition(
            code="parts", holds=facts["loss_gap_high95"] < 0.0, asks="couples below {stated} lose more than the others"
        ),
        Condition(
            code="divides_there",
            holds=facts["z_linear"] > Z and facts["z_log"] > Z and facts["bic_margin_s_curve"] > BIC_MARGIN,
            asks="the loss ends at {stated}, rather than shrinking touch by touch",
        ),
    )  # fmt: skip
    return joined(_needed(facts, asked), _enough(facts, asked), asked)


def _needed(facts: Mapping[str, float], asked: tuple[Condition, ...]) -> SubVerdict:
    if facts["loss_below_low90"] > -facts["smallest_loss"]:
        part = "couples who average fewer than {stated} touches keep what they have"
        return SubVerdict(
            reading="6a", verdict=CONTRADICTED, reason="maintained_below", parts=(part,), need=CONTRADICTED
        )
    failed = [condition for condition in asked if not condition.holds]
    if not failed:
        part = "couples below {stated} touches lose within half a year, couples from {stated} on do not"
        return SubVerdict(reading="6a", verdict=SUPPORTED, reason="all_hold", parts=(part,), need=SUPPORTED)
    return SubVerdict(
        reading="6a", verdict=INCONCLUSIVE, reason=failed[0].code,
        parts=tuple(f"not shown that {condition.asks}" for condition in failed),
    )  # fmt: skip


def _enough(facts: Mapping[str, float], asked: tuple[Condition, ...]) -> SubVerdict:
    failed = [condition for condition in asked if condition.code != "loses_below" and not condition.holds]
    if not failed:
        part = "couples who average {stated} touches or more keep what they have"
        return SubVerdict(reading="6b", verdict=SUPPORTED, reason="maintained_from", parts=(part,))
    if facts["loss_from_high95"] < -facts["smallest_loss"]:
        part = "couples who average {stated} touches or more lose too"
        return SubVerdict(reading="6b", verdict=CONTRADICTED, reason="loses_from", parts=(part,))
    return SubVerdict(
        reading="6b", verdict=INCONCLUSIVE, reason=failed[0].code,
        parts=tuple(f"not shown that {condition.asks}" for condition in failed),
    )  # fmt: skip
