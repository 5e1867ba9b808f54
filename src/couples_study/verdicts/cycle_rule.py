"""Rule R10: a cycle, one leading the other, or neither, from both lagged paths on the same days.

A path is *shown* if its interval lies above zero and it does not rest on uncorrelated errors of items answered in one
minute; it is *absent* if the 90% interval lies below the smallest effect. One *leads* if its path is shown and larger
than the other (Berger, 1982, for the conjunctions). A cycle may have a leader; both may not lead.
"""

from __future__ import annotations

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.by_facts import Condition, Decision, oriented
from couples_study.verdicts.rules import ALPHA, ONE_SIDED

CAPPED = "measurement_error"
WORDS = (
    "A cycle is supported if both lagged paths are shown, contradicted if one is shown to be below the smallest "
    "effect; one leads if its path is shown and larger than the other, and is contradicted if that path is below "
    "the smallest effect or the other is larger; neither, if both are below. A path that rests on uncorrelated errors "
    "of two items answered in one minute is not shown; with one indicator of either construct all is inconclusive."
)


def judge_cycle(evidence: Evidence, question: Question, multiplier: float) -> Decision:
    """R10: the four readings, and the one that ``shows`` asks for as the headline."""
    paths = {name: _state(evidence, question, name, multiplier) for name in ("forward", "backward")}
    low, high = oriented(evidence, "difference", 1 - ALPHA / multiplier)
    x, y = question.predictor, question.outcome
    cycle = _cycle(paths)
    conditions = {
        "cycle": _said("cycle", f"{x} and {y} raise each other.", *cycle),
        "forward": _said(
            "forward", f"{x} leads to {y}, not the other way round.", *_leads(paths["forward"], low, high)
        ),
        "backward": _said(
            "backward", f"{y} leads to {x}, not the other way round.", *_leads(paths["backward"], -high, -low)
        ),
        "neither": _said("neither", f"Neither {x} nor {y} leads to the other.", *_neither(paths)),
    }
    if any(concern.code == CAPPED for concern in evidence.concerns):
        conditions = {
            code: Condition(
                code=code, statement=one.statement, verdict=INCONCLUSIVE, reason=CAPPED, part=one.part
            )
            for code, one in conditions.items()
        }  # fmt: skip
    chosen = conditions[question.shows]
    return Decision(
        verdict=chosen.verdict, reason=chosen.reason, magnitude="undetermined", conditions=tuple(conditions.values())
    )


def p_of_cycle(evidence: Evidence, question: Question) -> float:
    """The p-value that stands for the reading asked for: the larger of its two tests."""
    p = {term.term: term.p_value for term in evidence.tested}
    return max(p["forward"], p["backward"]) if question.shows == "cycle" else max(p[question.shows], p["difference"])


def _state(evidence: Evidence, question: Question, name: str, multiplier: float) -> str:
    """``shown``, ``fragile`` (only with uncorrelated item errors), ``absent`` or ``open``."""
    if oriented(evidence, name, ONE_SIDED)[1] < question.smallest_effect.value:
        return "absent"
    if oriented(evidence, name, 1 - ALPHA / multiplier)[0] <= 0:
        return "open"
    return "shown" if evidence.facts.get(f"{name}_survives", 1.0) == 1.0 else "fragile"


def _cycle(paths: dict[str, str]) -> tuple[str, str]:
    states = set(paths.values())
    if "absent" in states:
        return CONTRADICTED, "one_way_or_none"
    if states == {"shown"}:
        return SUPPORTED, "both_shown"
    return INCONCLUSIVE, "item_errors" if "fragile" in states else "imprecise"


def _leads(state: str, low: float, high: float) -> tuple[str, str]:
    """``low`` and ``high`` bound this path less the other."""
    if state == "absent":
        return CONTRADICTED, "below_smallest"
    if high < 0:
        return CONTRADICTED, "other_leads"
    if state == "shown" and low > 0:
        return SUPPORTED, "leads"
    return INCONCLUSIVE, "item_errors" if state == "fragile" else "imprecise"


def _neither(paths: dict[str, str]) -> tuple[str, str]:
    states = set(paths.values())
    if states == {"absent"}:
        return SUPPORTED, "both_absent"
    return (CONTRADICTED, "one_shown") if "shown" in states else (INCONCLUSIVE, "imprecise")


def _said(code: str, statement: str, verdict: str, reason: str) -> Condition:
    part = "forward path {forward}, backward path {backward}"
    return Condition(code=code, statement=statement, verdict=verdict, reason=reason, part=part)
