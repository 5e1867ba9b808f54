"""Rule R7: do most improve in the stated weeks, and does one domain follow the other by the stated weeks?"""

from __future__ import annotations

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.verdicts.by_facts import Condition, Decision

MOST, LEAST_NET, LEAST_EXCESS = 0.50, 0.10, 0.10
EARLIEST, LATEST = 4.0, 8.0
WORDS = (
    "Supported if more than half improve by the stated week (95%), more than in the arm that waits (95%), and not most "
    "of them earlier (95%); contradicted if fewer than half do (95%) or the net share is below .10 (90%)."
)
ORDER_WORDS = (
    "Supported if the median gap lies within 4 to 8 weeks (95%), the order exceeds what simultaneous improvement would "
    "show (95%), and the hazard peaks 4 to 8 weeks after, above 0 to 3 and above 9 and more (95%); contradicted if the "
    "median gap lies outside, or the order is not above simultaneous improvement by .10 (90%)."
)


def judge_timing(evidence: Evidence, question: Question) -> Decision:
    """R7 for one domain, or for the order of two where the question names ``after``."""
    conditions = _order(evidence) if question.after is not None else _share(evidence)
    verdicts = [one.verdict for one in conditions]
    decisive = next((one for one in conditions if one.verdict == CONTRADICTED), None)
    if decisive is None:
        decisive = next((one for one in conditions if one.verdict == INCONCLUSIVE), None)
    reason = "all_hold" if decisive is None else decisive.reason
    verdict = SUPPORTED if decisive is None else decisive.verdict
    magnitude = "at_least_smallest" if set(verdicts) == {SUPPORTED} else "undetermined"
    return Decision(verdict=verdict, reason=reason, magnitude=magnitude, conditions=tuple(conditions))


def _share(evidence: Evidence) -> list[Condition]:
    facts = evidence.facts
    return [
        _one(
            "most", "Most couples improve by the stated week.", facts["share_low95"] > MOST,
            facts["share_high95"] < MOST, ("fewer_than_half", "half_open"),
            "{share} of couples by week {by}, 95% from {share_low95} to {share_high95}",
        ),
        _one(
            "net", "More improve than among couples who wait.", facts["net_low95"] > 0, facts["net_high90"] < LEAST_NET,
            ("waiting_does_as_well", "net_open"), "{net} more than the {share_control} of those who wait",
        ),
        _one(
            "not_earlier", "Most do not improve earlier than stated.", facts["share_early_high95"] < MOST, False,
            ("", "faster_than_claimed"), "{share_early} before week {early}",
        ),
    ]  # fmt: skip


def _order(evidence: Evidence) -> list[Condition]:
    facts = evidence.facts
    low, high = facts["gap_low95"], facts["gap_high95"]
    peaks = facts["hump_0_3_low95"] > 0 and facts["hump_9_more_low95"] > 0
    return [
        _one(
            "gap", "The median gap is 4 to 8 weeks.", low >= EARLIEST and high <= LATEST,
            high < EARLIEST or low > LATEST, ("gap_elsewhere", "gap_open"),
            "median {gap} weeks, 95% from {gap_low95} to {gap_high95}",
        ),
        _one(
            "order", "The order exceeds what simultaneous improvement would show.", facts["excess_low95"] > 0,
            facts["excess_high90"] < LEAST_EXCESS, ("order_as_by_chance", "order_open"),
            "{order} more went in this order than in the other; unequal reliability alone gives {order_null}",
        ),
        _one(
            "hump", "The second improvement comes most often 4 to 8 weeks after the first.", peaks, False,
            ("", "no_hump"), "log hazard {hump_0_3} above weeks 0 to 3 and {hump_9_more} above week 9 and later",
        ),
    ]  # fmt: skip


def _one(code: str, statement: str, holds: bool, refuted: bool, reasons: tuple[str, str], part: str) -> Condition:
    verdict = CONTRADICTED if refuted else SUPPORTED if holds else INCONCLUSIVE
    reason = reasons[0] if refuted else "all_hold" if holds else reasons[1]
    return Condition(code=code, statement=statement, verdict=verdict, reason=reason, part=part)
