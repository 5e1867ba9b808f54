"""Tables as a journal prints them (APA, 7th edition): the same cells as HTML, CSV and LaTeX."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from couples_study.contracts.evidence import Evidence
from couples_study.report import numbers
from couples_study.report.sentences import STRENGTH_WORDS, VERDICT_WORDS, counts_line, in_words, readable_term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from couples_study.contracts.evidence import Term
    from couples_study.contracts.verdict import Verdict

COEFFICIENTS = ("Term", "Estimate", "SE", "95% CI LL", "95% CI UL", "df", "Statistic", "p")
ANSWERS = (
    "Question",
    "Statement",
    "Verdict",
    "Strength",
    "Term",
    "Estimate",
    "CI level",
    "LL",
    "UL",
    "p",
    "Adjusted p",
)
EMPTY = ""
LATEX = {
    "\\": r"\textbackslash{}",
    **{char: f"\\{char}" for char in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    "[": "{[}",
    "]": "{]}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "÷": r"$\div$",
    numbers.MINUS: "$-$",
    numbers.THIN_SPACE: r"\,",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose cells are words already: ``words`` says how many leading columns are text, the rest are numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    words: int = 1


def coefficients(evidence: Evidence, statement: str) -> Table:
    """Every coefficient of a model with its standard error, 95% interval, df, statistic and p."""
    return Table(
        title=f"{evidence.id}. {statement}",
        columns=COEFFICIENTS,
        rows=tuple(_coefficient(term) for term in evidence.coefficients),
        note=f"{counts_line(evidence.counts)}. Estimates in raw units. {evidence.estimator}. "
        "CI = confidence interval; LL = lower limit; UL = upper limit.",
    )


def answers(verdicts: Sequence[Verdict]) -> Table:
    """Every question with its verdict, and the numbers that the rule looked at; one row a tested term."""
    return Table(
        title="Every question with its verdict",
        columns=ANSWERS,
        rows=tuple(row for verdict in verdicts for row in _answer(verdict)),
        note="Intervals at the level that the rule used, after the questions of a set were counted.",
        words=5,
    )


def _coefficient(term: Term) -> tuple[str, ...]:
    decimals = numbers.shared_decimals([(term.conf_low, term.conf_high)]) or 2
    return (
        readable_term(term.name),
        numbers.fixed(term.estimate, decimals),
        numbers.standard_error(term.std_error),
        numbers.fixed(term.conf_low, decimals),
        numbers.fixed(term.conf_high, decimals),
        EMPTY if term.df is None else numbers.degrees(term.df),
        numbers.statistic(term.statistic),
        numbers.p_value(term.p_value),
    )


def _answer(verdict: Verdict) -> list[tuple[str, ...]]:
    head = (verdict.id, verdict.statement, VERDICT_WORDS[verdict.verdict], STRENGTH_WORDS[verdict.strength or "none"])
    if not verdict.terms:
        return [(*head, in_words(verdict.reason), *[EMPTY] * (len(ANSWERS) - 5))]
    decimals = numbers.shared_decimals((term.conf_low, term.conf_high) for term in verdict.terms)
    return [
        (
            *head,
            term.term,
            numbers.estimate(term.estimate, term.conf_low, term.conf_high, decimals),
            numbers.level(term.conf_level),
            *(
                numbers.estimate(end, term.conf_low, term.conf_high, decimals)
                for end in (term.conf_low, term.conf_high)
            ),
            *(EMPTY if p is None else numbers.p_value(p) for p in (term.p_value, term.p_adjusted)),
        )
        for term in verdict.terms
    ]


def as_csv(table: Table) -> bytes:
    """The cells as they are printed; the note is left to the other forms."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return text.getvalue().encode("utf-8")


def as_latex(table: Table) -> bytes:
    """A ``table`` environment for the packages ``booktabs`` and ``threeparttable``."""
    align = "l" * table.words + "r" * (len(table.columns) - table.words)
    lines = [
        r"\begin{table}",
        r"\begin{threeparttable}",
        rf"\caption{{{escaped(table.title)}}}",
        rf"\begin{{tabular}}{{{align}}}",
        r"\toprule",
        _line(table.columns),
        r"\midrule",
        *(_line(row) for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\begin{tablenotes}[para]\small",
        rf"\item \textit{{Note.}} {escaped(table.note)}",
        r"\end{tablenotes}",
        r"\end{threeparttable}",
        r"\end{table}",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def escaped(text: str) -> str:
    """Words for LaTeX, every character that it would read as a command made harmless."""
    return "".join(LATEX.get(char, char) for char in text)


def _line(cells: Sequence[str]) -> str:
    return " & ".join(escaped(cell) for cell in cells) + r" \\"


def tables(verdicts: Sequence[Verdict], evidence: Mapping[str, object]) -> dict[str, Table]:
    """The tables of a report by name: all answers, and the coefficients of every question that has some."""
    found = {"answers": answers(verdicts)} if verdicts else {}
    for verdict in verdicts:
        one = evidence.get(verdict.id)
        if isinstance(one, Evidence) and one.coefficients:
            found[verdict.id] = coefficients(one, verdict.statement)
    return found
