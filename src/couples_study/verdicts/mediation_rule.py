"""Rule R6: does the effect go through the mediator, enough of it, and not by a hidden common cause?"""

from __future__ import annotations

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.by_facts import Condition, Decision

LEAST_SHARE = 0.20
WORDS = (
    "Supported if the indirect effect is above zero, at least 20% of a total effect that is itself shown, and survives "
    "a hidden common cause of residual correlation .15; contradicted if the indirect effect (with the mediator's "
    "measurement error taken out) is shown to be below 20% of the smallest total effect that matters, or the total "
    "effect to be below that smallest effect; otherwise inconclusive."
)


def judge_mediation(evidence: Evidence, question: Question) -> Decision:
    """R6 on oriented percentile bounds: positive is what is claimed."""
    facts, smallest = evidence.facts, question.smallest_effect.value
    through = _one(
        "indirect", "The effect goes through the mediator.", facts["indirect_low95"] > 0,
        facts["mediator_corrected"] == 1.0 and facts["indirect_high90"] < LEAST_SHARE * smallest, "indirect_not_shown",
        "the indirect effect is {indirect} ({product_of_means} by the product of average slopes alone)",
    )  # fmt: skip
    whole = _one(
        "total", "There is an effect to explain.", facts["total_low95"] > 0 and facts["total_high90"] >= smallest,
        facts["total_high90"] < smallest, "total_not_shown", "the total effect is {total}",
    )  # fmt: skip
    much = _one(
        "share", "At least a fifth of the effect goes that way.", facts["share_low90"] > LEAST_SHARE, False,
        "share_open", "a share of {share}, 90% from {share_low90} to {share_high90}",
    )  # fmt: skip
    hidden = _one(
        "hidden_cause", "A weak hidden common cause would not explain it.", facts["survives_rho"] == 1.0, False,
        "hidden_cause", "it would take a residual correlation of {rho_of_zero} to bring the indirect effect to zero",
    )  # fmt: skip
    conditions = (through, whole, much, hidden)
    against = [one for one in (through, whole) if one.verdict == CONTRADICTED]
    magnitude = "below_smallest" if through.verdict == CONTRADICTED else "undetermined"
    if against:
        return Decision(verdict=CONTRADICTED, reason="below_smallest", magnitude=magnitude, conditions=conditions)
    open_ = next((one for one in conditions if one.verdict != SUPPORTED), None)
    if open_ is not None:
        return Decision(verdict=INCONCLUSIVE, reason=open_.reason, magnitude=magnitude, conditions=conditions)
    return Decision(verdict=SUPPORTED, reason="all_hold", magnitude=magnitude, conditions=conditions)


def _one(code: str, statement: str, holds: bool, refuted: bool, reason: str, part: str) -> Condition:
    verdict = CONTRADICTED if refuted else SUPPORTED if holds else INCONCLUSIVE
    said = "below_smallest" if refuted else "all_hold" if holds else reason
    return Condition(code=code, statement=statement, verdict=verdict, reason=said, part=part)
