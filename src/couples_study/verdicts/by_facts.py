"""Rules that rest on several conditions: one decision, with each condition as a reading of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from couples_study.contracts.evidence import Evidence, Sensitivity
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import INCONCLUSIVE, SUPPORTED, JudgedSensitivity, JudgedTerm, Verdict
from couples_study.verdicts.case import Case, ReadingCase
from couples_study.verdicts.common import causal_verdict, smallest_of
from couples_study.verdicts.interval import bounds
from couples_study.verdicts.ranks import judged_area_row, judged_rank_row, judged_spread_row
from couples_study.verdicts.rules import ALPHA, direction_of, rule_one
from couples_study.verdicts.shares import judged_share_row

ROWS: Mapping[str, Callable[[Sensitivity, Question], str]] = MappingProxyType(
    {
        "R2": judged_share_row,
        "R3": judged_share_row,
        "R12": judged_rank_row,
        "R13": judged_area_row,
        "R14": judged_spread_row,
    }
)
CAPPED = "measurement_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition judged: ``part`` is its sentence, which names facts in braces for the report to fill in."""

    code: str
    statement: str
    verdict: str
    reason: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict of a rule, its reason, and its conditions."""

    verdict: str
    reason: str
    magnitude: str
    conditions: tuple[Condition, ...]
    direction: str | None = None  # where no sign of a term tells it


def capped(decision: Decision, evidence: Evidence) -> Decision:
    """Nothing is decided where measurement error alone can make what is seen."""
    if not any(concern.code == CAPPED for concern in evidence.concerns):
        return decision
    held = tuple(replace(one, verdict=INCONCLUSIVE, reason=CAPPED) for one in decision.conditions)
    return replace(decision, verdict=INCONCLUSIVE, reason=CAPPED, magnitude="undetermined", conditions=held)


def verdict_of(
    decision: Decision, reading: ReadingCase, case: Case, evidence: Evidence, multiplier: float, rule: str
) -> Verdict:
    """A decision in the common form; support has to stand the correction for the set it belongs to."""
    p_adjusted = min(1.0, multiplier * evidence.facts.get("p_value", 0.0))
    verdict, reason = decision.verdict, decision.reason
    if verdict == SUPPORTED and p_adjusted >= ALPHA:
        verdict, reason = INCONCLUSIVE, "multiplicity"
    return Verdict(
        id=reading.id,
        statement=reading.statement,
        verdict=verdict,
        reason=reason,
        direction=decision.direction or direction_of(evidence.tested[0]),
        magnitude=decision.magnitude,
        strength=reading.strength,
        verdict_causal=causal_verdict(verdict, reading.strength, case),
        status=case.status,
        sentence="",
        rule=rule,
        unit=evidence.unit,
        smallest_effect=smallest_of(reading.question),
        terms=_terms(evidence, multiplier),
        counts=evidence.counts,
        concerns=evidence.concerns,
        sensitivity=_sensitivity(evidence, reading),
        readings=tuple(_reading(condition, reading, case, evidence) for condition in decision.conditions),
    )


def _reading(condition: Condition, reading: ReadingCase, case: Case, evidence: Evidence) -> Verdict:
    return Verdict(
        id=f"{reading.id}_{condition.code}",
        statement=condition.statement,
        verdict=condition.verdict,
        reason=condition.reason,
        direction="undetermined",
        magnitude="undetermined",
        strength=reading.strength,
        verdict_causal=causal_verdict(condition.verdict, reading.strength, case),
        status=case.status,
        sentence=condition.part,
        rule="",
        unit=evidence.unit,
        smallest_effect=smallest_of(reading.question),
        counts=evidence.counts,
    )


def _terms(evidence: Evidence, multiplier: float) -> tuple[JudgedTerm, ...]:
    return tuple(
        JudgedTerm(
            term=term.name,
            estimate=term.estimate,
            std_error=term.std_error,
            df=term.df,
            statistic=term.statistic,
            p_value=term.p_value,
            p_adjusted=min(1.0, multiplier * term.p_value),
            conf_low=term.conf_low,
            conf_high=term.conf_high,
            conf_level=1 - ALPHA,
            unit=term.unit,
        )
        for term in evidence.tested
    )


def _sensitivity(evidence: Evidence, reading: ReadingCase) -> tuple[JudgedSensitivity, ...]:
    """Each row by rule R1, or as a share or rank: what it says of the number it asks again, not of the decision."""
    smallest, claimed = reading.question.smallest_effect.value, reading.question.direction
    of_row = ROWS.get(reading.question.rule)
    return tuple(
        JudgedSensitivity(
            label=row.label,
            estimate=row.estimate,
            conf_low=row.conf_low,
            conf_high=row.conf_high,
            conf_level=row.conf_level,
            unit=row.unit,
            verdict=of_row(row, reading.question)
            if of_row
            else rule_one(row, claimed=claimed, smallest=smallest).verdict,
        )
        for row in evidence.sensitivity
    )


def oriented(evidence: Evidence, name: str, level: float, sign: float = 1.0) -> tuple[float, float]:
    """The interval of a tested term, turned round where the claim predicts less."""
    term = next(term for term in evidence.tested if term.term == name)
    low, high = bounds(term, level)
    return (low, high) if sign > 0 else (-high, -low)
