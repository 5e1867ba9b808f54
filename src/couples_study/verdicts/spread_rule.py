"""Rule R14: do the effects of a list differ, and is each of them (or one) an effect at all?"""

from __future__ import annotations

from couples_study.contracts.evidence import Evidence, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.by_facts import Condition, Decision, capped
from couples_study.verdicts.rules import rule_one

WORDS = (
    "Supported if the spread of the true effects is above zero (95%) and every effect (or, where one may do, one of "
    "them with Bonferroni's correction) is shown in the claimed direction; contradicted if the spread is shown to be "
    "below the smallest effect that matters (90%), or an effect that has to be there is."
)


def judge_spread(evidence: Evidence, question: Question) -> Decision:
    """R14 on the spread and on each effect; only the spread where no effect but that is tested."""
    facts, smallest = evidence.facts, question.smallest_effect.value
    holds, refuted = facts["spread_low95"] > 0, facts["spread_high90"] < smallest
    differ = Condition(
        code="differ",
        statement="The effects differ from each other.",
        verdict=CONTRADICTED if refuted else SUPPORTED if holds else INCONCLUSIVE,
        reason="spread_too_small" if refuted else "all_hold" if holds else "spread_open",
        part="the standard deviation of the true effects is {spread}, 95% from {spread_low95} to {spread_high95}",
    )
    conditions = (differ, _each(evidence, question))
    worst = next(
        (one for kind in (CONTRADICTED, INCONCLUSIVE) for one in conditions if one.verdict == kind), conditions[0]
    )
    magnitude = "at_least_smallest" if facts["spread_low95"] >= smallest else "undetermined"
    return capped(
        Decision(verdict=worst.verdict, reason=worst.reason, magnitude=magnitude, conditions=conditions), evidence
    )


def _each(evidence: Evidence, question: Question) -> Condition:
    """Rule R1 on every effect, joined as the question asks."""
    effects = [term for term in evidence.tested if term.term != "spread"]
    many = len(effects) if question.require == "any" else 1
    kinds = [_ruled(term, question, many) for term in effects]
    order = (CONTRADICTED, INCONCLUSIVE, SUPPORTED)
    kind = next(one for one in (order if question.require == "all" else order[::-1]) if one in kinds)
    said = "Each of them is an effect." if question.require == "all" else "At least one of them is an effect."
    return Condition(
        code="effects", statement=said, verdict=kind,
        reason={SUPPORTED: "all_hold", CONTRADICTED: "one_too_small", INCONCLUSIVE: "one_open"}[kind],
        part="from {smallest} to {largest}, {mean} on average",
    )  # fmt: skip


def _ruled(term: Term, question: Question, many: int) -> str:
    return rule_one(
        term, claimed=question.direction, smallest=question.smallest_effect.value,
        p_adjusted=min(1.0, many * term.p_value),
    ).verdict  # fmt: skip
