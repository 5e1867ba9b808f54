"""Rules R2 and R3: does the share go beyond what a word such as "most" means, or lie where it was stated to lie?"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.hypothesis import ABOVE, BELOW, Question
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.by_facts import Condition, Decision
from couples_study.verdicts.shares import judged_share

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "R2": (
            "Most: supported if the 95% interval of the share lies above .50, contradicted if it lies below; in the "
            "same way many .30 and often .20, and the other way round few .25 and rare .20."
        ),
        "R3": (
            "Supported if the 90% interval of the share lies within the stated share plus/minus the smallest "
            "difference that matters; contradicted if the 95% interval lies wholly outside."
        ),
    }
)


def judge_share(evidence: Evidence, question: Question) -> Decision:
    """The share itself and, where there is a placebo, whether it is more than assent to anything."""
    facts = evidence.facts
    verdict = judged_share(
        question, {level: (facts[f"share_low{level}"], facts[f"share_high{level}"]) for level in (95, 90)}
    )
    part = "{share}, 95% from {share_low95} to {share_high95}"
    reasons = {SUPPORTED: "all_hold", CONTRADICTED: "prevalence_elsewhere", INCONCLUSIVE: "prevalence_open"}
    conditions = [
        Condition(code="share", statement=_said(question), verdict=verdict, reason=reasons[verdict], part=part)
    ]
    if "beyond" in facts:
        conditions.append(_beyond(question, facts))
    worst = next(
        (one for kind in (CONTRADICTED, INCONCLUSIVE) for one in conditions if one.verdict == kind), conditions[0]
    )
    return Decision(verdict=worst.verdict, reason=worst.reason, magnitude="undetermined", conditions=tuple(conditions))


def _beyond(question: Question, facts: Mapping[str, float]) -> Condition:
    """A placebo that gets as much assent makes the share a matter of saying yes."""
    small = question.smallest_effect.value
    holds, refuted = facts["beyond_low95"] > 0, facts["beyond_high90"] < small
    verdict = CONTRADICTED if refuted else SUPPORTED if holds else INCONCLUSIVE
    reason = "as_of_anything" if refuted else "all_hold" if holds else "placebo_open"
    return Condition(
        code="beyond", statement="More say so than of something that is not claimed.", verdict=verdict, reason=reason,
        part="{beyond} more than the {placebo} who say it of the other thing",
    )  # fmt: skip


def _said(question: Question) -> str:
    if question.rule == "R3":
        return f"The share is {question.stated:g}, give or take {question.smallest_effect.value:g}."
    word = str(question.quantifier)
    where = f"above {ABOVE[word]:g}" if word in ABOVE else f"below {BELOW[word]:g}"
    return f"{word.capitalize()}: the share is {where}."
