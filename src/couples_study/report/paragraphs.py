"""A methods and a results paragraph per question, as Markdown to paste into a paper; every number is the object's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.verdict import NOT_TESTABLE
from couples_study.report import numbers
from couples_study.report.answer import STRENGTH
from couples_study.report.forest_rows import mixed
from couples_study.report.sentences import REASONS as WHY
from couples_study.report.sentences import VERDICT_WORDS, counts_line, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from couples_study.contracts.evidence import NotTestable
    from couples_study.contracts.verdict import JudgedTerm, Verdict


def paragraphs(verdict: Verdict, evidence: Evidence | NotTestable | None) -> str:
    """What was asked and how it was tested, then what was found; Markdown, two paragraphs under a head."""
    methods = " ".join(_methods(verdict, evidence))
    results = " ".join(_results(verdict))
    return f"### {verdict.id}\n\n**Methods.** {methods}\n\n**Results.** {results}\n"


def _methods(verdict: Verdict, evidence: Evidence | NotTestable | None) -> list[str]:
    said = [f"We asked ({verdict.status}): “{verdict.statement}”"]
    if isinstance(evidence, Evidence):
        said.append(f"The model was `{evidence.formula}`, estimated by {_small(evidence.estimator)}.")
    if verdict.smallest_effect:
        smallest = verdict.smallest_effect
        why = smallest.why.rstrip(".")
        said.append(
            f"The smallest effect that matters was set at {numbers.plain(smallest.value)} {smallest.unit} "
            f"({why[:1].lower()}{why[1:]})."
        )
    return [*said, verdict.rule if verdict.rule.endswith(".") else f"{verdict.rule}."]


def _results(verdict: Verdict) -> list[str]:
    if verdict.verdict == NOT_TESTABLE:
        return [verdict.sentence]
    said = [f"The statement was {VERDICT_WORDS[verdict.verdict]}.", explain(WHY, verdict.reason)]
    decimals = numbers.shared_decimals((term.conf_low, term.conf_high) for term in verdict.terms)
    units = {term.unit for term in verdict.terms}
    said += [_term(term, verdict, decimals if len(units) == 1 else None) for term in verdict.terms]
    if verdict.counts:
        said.append(f"{counts_line(verdict.counts).replace('n = ', '*n* = ', 1)}.")
    said += [_other_ways(verdict), *(concern.sentence for concern in verdict.concerns)]
    said.append(STRENGTH.get(verdict.strength or "", ""))
    return [one for one in said if one]


def _term(term: JudgedTerm, verdict: Verdict, decimals: int | None) -> str:
    """One tested term with everything APA asks for, and nothing that does not apply."""
    unit = term.unit or verdict.unit
    value = numbers.estimate(term.estimate, term.conf_low, term.conf_high, decimals)
    interval = numbers.interval(term.conf_low, term.conf_high, decimals)
    parts = [
        f"*b* = {value}{f' {unit}' if unit else ''}",
        f"{numbers.level(term.conf_level)} CI {interval}",
        "" if term.std_error is None else f"*SE* = {numbers.standard_error(term.std_error)}",
        _test(term),
        "" if term.p_value is None else f"*p* {_equals(term.p_value)}",
        "" if term.p_adjusted is None else f"adjusted *p* {_equals(term.p_adjusted)}",
    ]
    return f"For `{term.term}`, {', '.join(part for part in parts if part)}."


def _test(term: JudgedTerm) -> str:
    if term.statistic is None:
        return ""
    name = "*z*" if term.df is None else f"*t*({numbers.degrees(term.df)})"
    return f"{name} = {numbers.statistic(term.statistic)}"


def _equals(p: float) -> str:
    text = numbers.p_value(p)
    return text if text[0] in "<>" else f"= {text}"


def _other_ways(verdict: Verdict) -> str:
    """How many of the other defensible ways would have given the same verdict; they are listed where few did."""
    rows = verdict.sensitivity
    if not rows or mixed((*verdict.terms, *rows)):  # then they speak of single numbers, not of the statement
        return ""
    differing = [row.label for row in rows if row.verdict != verdict.verdict]
    same = len(rows) - len(differing)
    told = f"Of {len(rows)} other defensible ways of asking, {same} would have led to the same verdict"
    return f"{told}; not so: {_listed(differing)}." if differing else f"{told}."


def _listed(labels: Sequence[str], most: int = 5) -> str:
    more = f", and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more


def _small(words: str) -> str:
    """``words`` with a small first letter, unless they begin with an abbreviation or a name."""
    first = words.split(" ", 1)[0].strip(",")
    return words if not first.istitle() or "'" in first else f"{words[0].lower()}{words[1:]}"
