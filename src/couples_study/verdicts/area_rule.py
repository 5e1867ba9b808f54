"""Rule R13: does a checklist tell who has it, by as much as was stated?"""

from __future__ import annotations

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.by_facts import Condition, Decision
from couples_study.verdicts.ranks import judged_area

WORDS = (
    "Supported if the 95% interval of the area under the curve lies above the stated area; contradicted if it lies "
    "below the area that refutes."
)
REASONS = {SUPPORTED: "all_hold", CONTRADICTED: "area_elsewhere", INCONCLUSIVE: "area_open"}


def judge_area(evidence: Evidence, question: Question) -> Decision:
    """R13 on the area; sensitivity and specificity at the cut-off are told and not judged."""
    verdict = judged_area(question, evidence.facts["area_low95"], evidence.facts["area_high95"])
    condition = Condition(
        code="area",
        statement="The signs tell those who have it from those who do not.",
        verdict=verdict,
        reason=REASONS[verdict],
        part="an area of {area}, 95% from {area_low95} to {area_high95}; with {cut} signs or more, sensitivity "
        "{sensitivity} and specificity {specificity}",
    )
    return Decision(verdict=verdict, reason=condition.reason, magnitude="undetermined", conditions=(condition,))
