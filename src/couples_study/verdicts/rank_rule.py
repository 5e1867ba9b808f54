"""Rule R12: is each of the named items among the first of its list?"""

from __future__ import annotations

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.by_facts import Condition, Decision, capped
from couples_study.verdicts.ranks import judged_rank

WORDS = (
    "Supported if the 95% interval of the rank (of each item named) ends at the stated place or before; contradicted "
    "if the interval of one of them begins beyond the place that refutes. The intervals count every comparison with "
    "another item."
)
REASONS = {SUPPORTED: "all_hold", CONTRADICTED: "rank_elsewhere", INCONCLUSIVE: "rank_open"}


def judge_rank(evidence: Evidence, question: Question) -> Decision:
    """R12: one condition for each item whose place is claimed."""
    place = float(question.stated or 1.0)
    conditions = []
    for item in question.test or (question.outcome,):
        low, high = (evidence.facts[f"{item}_{end}"] for end in ("low95", "high95"))
        verdict = judged_rank(question, low, high)
        said = f"{item} comes first." if place == 1 else f"{item} is among the first {place:g}."
        part = f"rank {{{item}_rank}}, 95% from {{{item}_low95}} to {{{item}_high95}}"
        conditions.append(
            Condition(code=item, statement=said, verdict=verdict, reason=REASONS[verdict], part=part)
        )  # fmt: skip
    worst = next(
        (one for kind in (CONTRADICTED, INCONCLUSIVE) for one in conditions if one.verdict == kind), conditions[0]
    )
    decided = Decision(
        verdict=worst.verdict, reason=worst.reason, magnitude="undetermined", conditions=tuple(conditions),
        direction="undetermined",
    )  # fmt: skip
    return capped(decided, evidence)
