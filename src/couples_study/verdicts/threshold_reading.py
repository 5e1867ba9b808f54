"""Rule R8 put into the common form of a verdict: the headline, with 6a and 6b as its readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.verdict import (
    CONTRADICTED,
    INCONCLUSIVE,
    SUPPORTED,
    JudgedSensitivity,
    JudgedTerm,
    Verdict,
)
from couples_study.verdicts.case import Case, ReadingCase
from couples_study.verdicts.common import causal_verdict, smallest_of
from couples_study.verdicts.interval import bounds
from couples_study.verdicts.rules import ALPHA, ONE_SIDED
from couples_study.verdicts.threshold_conditions import JUMP
from couples_study.verdicts.threshold_designs import judge_between, judge_dose, judge_necessity
from couples_study.verdicts.threshold_rule import SubVerdict, ThresholdDecision, judge_threshold

STATEMENTS = {
    "6a": "Fewer than the stated number is not enough.",
    "6b": "More than the stated number adds little.",
}
NEED_STATEMENTS = {
    "6a": "Couples below the stated number lose what they have.",
    "6b": "Couples from the stated number on keep what they have.",
}
RULES: Mapping[str, Callable[[Mapping[str, float]], ThresholdDecision]] = MappingProxyType({
    "threshold_between": judge_between, "threshold_necessity": judge_necessity, "threshold_dose": judge_dose,
})  # fmt: skip


def judge_threshold_reading(reading: ReadingCase, case: Case, evidence: Evidence, multiplier: float) -> Verdict:
    """The verdict of R8 on one reading; 6a, which is what the words claim, is the headline."""
    if evidence.model == "threshold":
        decision = judge_threshold(evidence.facts, necessity=_need_shown(case, multiplier))
    else:
        decision = RULES[evidence.model](evidence.facts)
    p_adjusted = min(1.0, multiplier * p_of_threshold(evidence))
    subs = (decision.minimum, decision.plateau)
    statements = NEED_STATEMENTS if evidence.model == "threshold_necessity" else STATEMENTS
    parts = tuple(_sub(sub, statements, reading, case, evidence, p_adjusted) for sub in subs)
    headline = parts[0]
    return Verdict(
        id=reading.id,
        statement=reading.statement,
        verdict=headline.verdict,
        reason=headline.reason,
        direction=_direction(evidence),
        magnitude=_magnitude(evidence),
        strength=reading.strength,
        verdict_causal=causal_verdict(headline.verdict, reading.strength, case),
        status=case.status,
        sentence="",
        rule=case.rule_in_words,
        unit=evidence.unit,
        smallest_effect=smallest_of(reading.question),
        terms=_terms(evidence),
        counts=evidence.counts,
        concerns=evidence.concerns,
        sensitivity=_sensitivity(evidence),
        readings=parts,
    )


def _need_shown(case: Case, multiplier: float) -> bool | None:
    """Whether another reading of the case shows that couples below lose and the others keep; None where none asks."""
    asked = [
        reading.found
        for reading in case.readings
        if isinstance(reading.found, Evidence) and reading.found.model == "threshold_necessity"
    ]
    if not asked:
        return None
    return all(
        judge_necessity(found.facts).minimum.verdict == SUPPORTED and multiplier * p_of_threshold(found) < ALPHA
        for found in asked
    )


def p_of_threshold(evidence: Evidence) -> float:
    """The p-value that stands for a reading in a multiplicity set: of the break, or of the difference in trends."""
    if evidence.model == "threshold_necessity":
        return next(term.p_value for term in evidence.tested if term.term == "trend.difference")
    return evidence.facts["jump_p"] if evidence.facts["six_model"] == JUMP else evidence.facts["kink_p"]


def _sub(
    sub: SubVerdict,
    statements: Mapping[str, str],
    reading: ReadingCase,
    case: Case,
    evidence: Evidence,
    p_adjusted: float,
) -> Verdict:
    """A sub-claim; its ``sentence`` names facts in braces, which the report fills in and rounds."""
    verdict, reason = sub.verdict, sub.reason
    if verdict == SUPPORTED and p_adjusted >= ALPHA:
        verdict, reason = INCONCLUSIVE, "multiplicity"
    return Verdict(
        id=f"{reading.id}_{sub.reading}",
        statement=statements[sub.reading],
        verdict=verdict,
        reason=reason,
        direction=_direction(evidence),
        magnitude=_magnitude(evidence),
        strength=reading.strength,
        verdict_causal=causal_verdict(verdict, reading.strength, case),
        status=case.status,
        sentence="; ".join(sub.parts),
        rule=case.rule_in_words,
        unit=evidence.unit,
        smallest_effect=smallest_of(reading.question),
        counts=evidence.counts,
    )


def _direction(evidence: Evidence) -> str:
    """Where the outcome goes on the way to the stated number; below it, where losses are asked for."""
    low, high = (evidence.facts[f"{LEADING[evidence.model]}_{bound}"] for bound in ("low90", "high90"))
    return "positive" if low > 0 else "negative" if high < 0 else "undetermined"


LEADING = {
    "threshold": "slope_low", "threshold_between": "slope_low", "threshold_dose": "step_to",
    "threshold_necessity": "loss_below",
}  # fmt: skip


def _magnitude(evidence: Evidence) -> str:
    if evidence.model == "threshold_necessity":
        low, high, limit = (evidence.facts[name] for name in ("loss_below_low90", "loss_below_high90", "smallest_loss"))
    else:
        low, high, limit = (evidence.facts[name] for name in ("total_low90", "total_high90", "limit_total"))
    if low >= limit or high <= -limit:
        return "at_least_smallest"
    return "below_smallest" if -limit < low and high < limit else "undetermined"


def _terms(evidence: Evidence) -> tuple[JudgedTerm, ...]:
    judged = []
    for term in evidence.tested:
        low, high = bounds(term, ONE_SIDED)
        judged.append(
            JudgedTerm(
                term=term.name,
                estimate=term.estimate,
                std_error=term.std_error,
                df=term.df,
                statistic=term.statistic,
                p_value=term.p_value,
                p_adjusted=None,
                conf_low=low,
                conf_high=high,
                conf_level=ONE_SIDED,
                unit=term.unit,
            )
        )
    return tuple(judged)


def _sensitivity(evidence: Evidence) -> tuple[JudgedSensitivity, ...]:
    """Other ways to ask give a slope, not a verdict on a threshold: they agree, disagree, or leave it open."""
    sign = 1.0 if evidence.tested[0].estimate > 0 else -1.0
    return tuple(
        JudgedSensitivity(
            label=row.label,
            estimate=row.estimate,
            conf_low=row.conf_low,
            conf_high=row.conf_high,
            conf_level=row.conf_level,
            unit=row.unit,
            verdict=SUPPORTED
            if min(sign * row.conf_low, sign * row.conf_high) > 0
            else CONTRADICTED
            if max(sign * row.conf_low, sign * row.conf_high) < 0
            else INCONCLUSIVE,
        )
        for row in evidence.sensitivity
    )
