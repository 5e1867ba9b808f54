"""Rule R9: as many strands as were named, made of the items said to make them, and no two of them one."""

from __future__ import annotations

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.by_facts import Condition, Decision

AGREE, OUT_OF_PLACE, APART, TOO_FEW = 0.90, 0.10, 0.85, 2
WORDS = (
    "Supported if parallel analysis keeps as many factors as were named (or more) in both halves, the halves' factors "
    "agree (Tucker's coefficient .90 or more for each) with at most one item in ten out of place, and the correlation "
    "of no two strands may be .85 or more (95%); contradicted if one or two factors are enough in both halves, or two "
    "strands are shown to correlate above .85 (95%)."
)


def judge_structure(evidence: Evidence) -> Decision:
    """R9: the number, the agreement, and whether the strands are apart."""
    facts = evidence.facts
    kept = (facts["kept_first"], facts["kept_second"])
    conditions = (
        _one(
            "number", "There are as many strands as were named.", min(kept) >= facts["strands"],
            max(kept) <= TOO_FEW < facts["strands"], ("fewer_strands", "number_open"),
            "parallel analysis keeps {kept_first} and {kept_second} in the halves, {strands} were named",
        ),
        _agreement(evidence),
        _one(
            "apart", "No two strands are one.", facts["closest_high95"] < APART, facts["named_low95"] > APART,
            ("strands_are_one", "apart_open"),
            "the closest two correlate {closest}, at most {closest_high95} (95%)",
        ),
    )  # fmt: skip
    worst = next(
        (one for kind in (CONTRADICTED, INCONCLUSIVE) for one in conditions if one.verdict == kind), conditions[0]
    )
    return Decision(
        verdict=worst.verdict, reason=worst.reason, magnitude="undetermined", conditions=conditions,
        direction="undetermined",
    )  # fmt: skip


def _agreement(evidence: Evidence) -> Condition:
    facts = evidence.facts
    if "congruence" not in facts:
        return _one("agreement", "The halves agree.", False, False, ("", "agreement_open"), "no proper factors")
    agree = facts["congruence"] >= AGREE and facts["misplaced"] <= OUT_OF_PLACE * facts["items"]
    part = "the least of Tucker's coefficients is {congruence}, at most {misplaced} of {items} items out of place"
    return _one(
        "agreement",
        "The halves agree with each other and with what was named.",
        agree,
        False,
        ("", "agreement_open"),
        part,
    )


def _one(code: str, statement: str, holds: bool, refuted: bool, reasons: tuple[str, str], part: str) -> Condition:
    verdict = CONTRADICTED if refuted else SUPPORTED if holds else INCONCLUSIVE
    reason = reasons[0] if refuted else "all_hold" if holds else reasons[1]
    return Condition(code=code, statement=statement, verdict=verdict, reason=reason, part=part)
