"""Rule R15: does an effect hold in all couples?"""

from __future__ import annotations

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.by_facts import Condition, Decision, capped

EXCEPTIONS = 0.05
WORDS = (
    "Supported if the lower end of the range that holds 95% of the couples' slopes is shown to be above zero (95%); "
    "contradicted if more than one couple in twenty is shown to have a slope of zero or the other sign (95%), or the "
    "average slope of a group of couples is (95%, all groups counted)."
)


def judge_universal(evidence: Evidence) -> Decision:
    """R15 on the range of slopes, and on every group that was asked about."""
    facts = evidence.facts
    shown, refuted = facts["lowest_low95"] > 0, facts["share_low95"] > EXCEPTIONS
    conditions = [
        Condition(
            code="couples",
            statement="It holds in all couples.",
            verdict=CONTRADICTED if refuted else SUPPORTED if shown else INCONCLUSIVE,
            reason="exceptions_shown" if refuted else "all_hold" if shown else "exceptions_open",
            part="on average {mean}, in 95% of couples above {lowest}; a share of {share} has none or the opposite, "
            "95% from {share_low95} to {share_high95}",
        )
    ]
    if facts["groups"]:
        against = facts["worst_high95"] < 0
        conditions.append(
            Condition(
                code="groups", statement="No group of couples has the opposite on average.",
                verdict=CONTRADICTED if against else SUPPORTED,
                reason="opposite" if against else "all_hold",
                part="the upper limit in the group that has least is {worst_high95}",
            )
        )  # fmt: skip
    worst = next(
        (one for kind in (CONTRADICTED, INCONCLUSIVE) for one in conditions if one.verdict == kind), conditions[0]
    )
    return capped(
        Decision(
            verdict=worst.verdict, reason=worst.reason, magnitude="undetermined", conditions=tuple(conditions)
        ),
        evidence,
    )  # fmt: skip
