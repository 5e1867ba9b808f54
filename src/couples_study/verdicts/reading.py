"""One reading judged: its terms by its rule, joined, capped by what the design and the measures allow."""

from __future__ import annotations

from dataclasses import replace

from couples_study.contracts.evidence import Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import (
    CONTRADICTED,
    INCONCLUSIVE,
    NOT_TESTABLE,
    SUPPORTED,
    JudgedSensitivity,
    JudgedTerm,
    Verdict,
)
from couples_study.verdicts.area_rule import WORDS as AREA_WORDS
from couples_study.verdicts.area_rule import judge_area
from couples_study.verdicts.by_facts import verdict_of
from couples_study.verdicts.case import Case, ReadingCase
from couples_study.verdicts.common import causal_verdict, smallest_of
from couples_study.verdicts.cycle_rule import WORDS as CYCLE_WORDS
from couples_study.verdicts.cycle_rule import judge_cycle, p_of_cycle
from couples_study.verdicts.grid import grid_of
from couples_study.verdicts.interval import bounds
from couples_study.verdicts.mediation_rule import WORDS as MEDIATION_WORDS
from couples_study.verdicts.mediation_rule import judge_mediation
from couples_study.verdicts.rank_rule import WORDS as RANK_WORDS
from couples_study.verdicts.rank_rule import judge_rank
from couples_study.verdicts.rules import ALPHA, ONE_SIDED, Ruling, rule_five, rule_one
from couples_study.verdicts.share_rule import WORDS as SHARE_WORDS
from couples_study.verdicts.share_rule import judge_share
from couples_study.verdicts.spread_rule import WORDS as SPREAD_WORDS
from couples_study.verdicts.spread_rule import judge_spread
from couples_study.verdicts.structure_rule import WORDS as STRUCTURE_WORDS
from couples_study.verdicts.structure_rule import judge_structure
from couples_study.verdicts.threshold_reading import judge_threshold_reading, p_of_threshold
from couples_study.verdicts.timing_rule import ORDER_WORDS, judge_timing
from couples_study.verdicts.timing_rule import WORDS as TIMING_WORDS
from couples_study.verdicts.universal_rule import WORDS as UNIVERSAL_WORDS
from couples_study.verdicts.universal_rule import judge_universal

RULE_WORDS = {
    "R1": (
        "Contradicted if the 90% interval lies below the smallest effect that matters; otherwise supported if the "
        "claimed direction is shown at 5% (adjusted for the set it belongs to); otherwise inconclusive."
    ),
    **SHARE_WORDS,
    "R5": (
        "Supported if the 90% interval lies within plus/minus the smallest effect that matters; contradicted if the "
        "95% interval excludes zero and the estimate exceeds it; otherwise inconclusive."
    ),
    "R6": MEDIATION_WORDS,
    "R7": TIMING_WORDS,
    "R9": STRUCTURE_WORDS,
    "R10": CYCLE_WORDS,
    "R12": RANK_WORDS,
    "R13": AREA_WORDS,
    "R14": SPREAD_WORDS,
    "R15": UNIVERSAL_WORDS,
}
CAPPING = frozenset({"measurement_error", "drawn_on"})
CAPPING_SUPPORT = frozenset({"item_errors", "adds_little"})


def p_of_reading(reading: ReadingCase) -> float:
    """The p-value that stands for a reading: the largest of its terms, or Bonferroni's where one may do."""
    found = reading.found
    if isinstance(found, NotTestable):
        raise TypeError(f"{reading.id} was not tested and has no p-value")
    if reading.question.rule == "R10":
        return p_of_cycle(found, reading.question)
    if "p_value" in found.facts and reading.question.rule != "R1":
        return found.facts["p_value"]
    if reading.question.rule == "R8":
        return p_of_threshold(found)
    if reading.question.rule == "R5":
        smallest = reading.question.smallest_effect.value
        return max(_equivalence_p(term, smallest) for term in found.tested)
    p_values = [term.p_value for term in found.tested]
    return max(p_values) if reading.question.require == "all" else min(1.0, len(p_values) * min(p_values))


def _equivalence_p(term: Term, smallest: float) -> float:
    """The larger of the two one-sided p-values against plus and minus ``smallest``."""
    from scipy import stats

    df = term.df if term.df is not None else float("inf")
    return float(
        max(
            stats.t.sf((term.estimate + smallest) / term.std_error, df),
            stats.t.sf((smallest - term.estimate) / term.std_error, df),
        )
    )


def judge_reading(reading: ReadingCase, case: Case, p_adjusted: float | None, multiplier: float) -> Verdict:
    """The verdict on one reading of a case.

    ``multiplier`` is Holm's for the step the case is at; ``p_adjusted`` is the case's own adjusted p, given where the
    case has this reading only.
    """
    if isinstance(reading.found, NotTestable):
        return _untestable(reading, case, reading.found)
    evidence, question = reading.found, reading.question
    if question.rule == "R8":
        return judge_threshold_reading(reading, case, evidence, multiplier)
    if question.rule in BY_FACTS:
        return _by_facts(reading, case, evidence, multiplier)
    many = len(evidence.tested) if question.require == "any" else 1
    smallest = question.smallest_effect.value
    joined = _ruled(evidence, question, multiplier * many, smallest)
    return Verdict(
        id=reading.id,
        statement=reading.statement,
        verdict=joined.verdict,
        reason=joined.reason,
        direction=joined.direction,
        magnitude=joined.magnitude,
        strength=reading.strength,
        verdict_causal=causal_verdict(joined.verdict, reading.strength, case),
        status=case.status,
        sentence="",
        rule=RULE_WORDS[question.rule],
        unit=evidence.unit,
        smallest_effect=smallest_of(question),
        terms=tuple(_term(term, question, p_adjusted, multiplier * many) for term in evidence.tested),
        counts=evidence.counts,
        concerns=evidence.concerns,
        sensitivity=tuple(_sensitivity(row, question) for row in evidence.sensitivity),
        grid=grid_of(evidence, smallest, lambda size: _ruled(evidence, question, multiplier * many, size).verdict),
    )


def _ruled(evidence: Evidence, question: Question, multiplier: float, smallest: float) -> Ruling:
    """The rule on every tested term, joined and capped."""
    rulings = [_rule(term, question, _own_p(term, multiplier), smallest) for term in evidence.tested]
    return _capped(_joined(rulings, question.require), evidence)


BY_FACTS = ("R2", "R3", "R6", "R7", "R9", "R10", "R12", "R13", "R14", "R15")


def _by_facts(reading: ReadingCase, case: Case, evidence: Evidence, multiplier: float) -> Verdict:
    """Rules that rest on several conditions."""
    question, rule = reading.question, RULE_WORDS[reading.question.rule]
    if question.rule == "R6":
        decision = judge_mediation(evidence, question)
    elif question.rule in SHARE_WORDS:
        decision = judge_share(evidence, question)
    elif question.rule == "R9":
        decision = judge_structure(evidence)
    elif question.rule == "R12":
        decision = judge_rank(evidence, question)
    elif question.rule == "R13":
        decision = judge_area(evidence, question)
    elif question.rule == "R14":
        decision = judge_spread(evidence, question)
    elif question.rule == "R15":
        decision = judge_universal(evidence)
    elif question.rule == "R7":
        decision = judge_timing(evidence, question)
        rule = rule if question.after is None else ORDER_WORDS
    else:
        decision, multiplier = judge_cycle(evidence, question, multiplier), 1.0
    return verdict_of(decision, reading, case, evidence, multiplier, rule)


def untestable(id: str, statement: str, case: Case, found: NotTestable) -> Verdict:  # noqa: A002 (the contract's word)
    """The verdict where there is nothing to judge, with the reason."""
    return Verdict(
        id=id,
        statement=statement,
        verdict=NOT_TESTABLE,
        reason=found.reason,
        direction="undetermined",
        magnitude="undetermined",
        strength=None,
        verdict_causal=NOT_TESTABLE if case.causal else None,
        status=case.status,
        sentence=found.detail,
        rule=case.rule_in_words,
        missing_columns=found.missing_columns,
    )


def _untestable(reading: ReadingCase, case: Case, found: NotTestable) -> Verdict:
    return replace(
        untestable(reading.id, reading.statement, case, found),
        rule=RULE_WORDS.get(reading.question.rule, case.rule_in_words),
        unit=reading.question.smallest_effect.unit,
        smallest_effect=smallest_of(reading.question),
    )


def _own_p(term: Term, multiplier: float) -> float:
    return min(1.0, multiplier * term.p_value)


def _rule(term: Term, question: Question, p_adjusted: float, smallest: float) -> Ruling:
    if question.rule == "R5":
        return rule_five(term, smallest=smallest)
    return rule_one(term, claimed=question.direction, smallest=smallest, p_adjusted=p_adjusted)


def _joined(rulings: list[Ruling], require: str) -> Ruling:
    """``all``: every term must be supported, one contradicted term contradicts. ``any``: the mirror image."""
    order = (CONTRADICTED, INCONCLUSIVE, SUPPORTED) if require == "all" else (SUPPORTED, INCONCLUSIVE, CONTRADICTED)
    kinds = [ruling.verdict for ruling in rulings]
    first = rulings[kinds.index(next(kind for kind in order if kind in kinds))]
    direction = first.direction if len({r.direction for r in rulings}) == 1 else "undetermined"
    magnitude = first.magnitude if len({r.magnitude for r in rulings}) == 1 else "undetermined"
    return replace(first, direction=direction, magnitude=magnitude)


def _capped(ruling: Ruling, evidence: Evidence) -> Ruling:
    """What can fake a path and hide one allows no verdict either way; what can only fake it, no support."""
    capping = CAPPING | CAPPING_SUPPORT if ruling.verdict == SUPPORTED else CAPPING
    found = next((concern.code for concern in evidence.concerns if concern.code in capping), None)
    if found is None or ruling.verdict == INCONCLUSIVE:
        return ruling
    return replace(ruling, verdict=INCONCLUSIVE, reason=found)


def _term(term: Term, question: Question, p_adjusted: float | None, multiplier: float) -> JudgedTerm:
    level = ONE_SIDED if question.rule == "R5" else 1 - ALPHA / multiplier
    low, high = bounds(term, level)
    own = _own_p(term, multiplier)
    return JudgedTerm(
        term=term.name,
        estimate=term.estimate,
        std_error=term.std_error,
        df=term.df,
        statistic=term.statistic,
        p_value=term.p_value,
        p_adjusted=own if p_adjusted is None else max(own, p_adjusted),
        conf_low=low,
        conf_high=high,
        conf_level=level,
        unit=term.unit,
    )


def _sensitivity(row: Sensitivity, question: Question) -> JudgedSensitivity:
    smallest = question.smallest_effect.value
    ruling = (
        rule_five(row, smallest=smallest)
        if question.rule == "R5"
        else rule_one(row, claimed=question.direction, smallest=smallest)
    )
    return JudgedSensitivity(
        label=row.label,
        estimate=row.estimate,
        conf_low=row.conf_low,
        conf_high=row.conf_high,
        verdict=ruling.verdict,
        conf_level=row.conf_level,
        unit=row.unit,
    )
