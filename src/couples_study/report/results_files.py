"""``OUT/results/<id>.csv`` and ``<id>.json``: all coefficients of a model, and everything else about its fit."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from couples_study.report.numbers import finite
from couples_study.report.verdicts_json import as_json

if TYPE_CHECKING:
    from couples_study.contracts.evidence import Counts, Evidence, Term

COLUMNS = ("term", "role", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
LOG_LIKELIHOOD = "log_likelihood"


def results_csv(evidence: Evidence) -> bytes:
    """Every coefficient at full precision, one row a term; an empty cell where something does not apply."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(evidence.id, term) for term in evidence.coefficients)
    return text.getvalue().encode("utf-8")


def results_json(evidence: Evidence) -> bytes:
    """What was fitted and on how much: model, unit, equation, counts, facts (variance parameters), concerns."""
    facts = {name: finite(value, f"result {evidence.id}, fact {name}") for name, value in evidence.facts.items()}
    return as_json(
        {
            "id": evidence.id,
            "model": evidence.model,
            "unit": evidence.unit,
            "equation": evidence.equation,
            "formula": evidence.formula,
            "estimator": evidence.estimator,
            "counts": _counts(evidence.counts),
            "facts": facts,
            "syntax": dict(evidence.syntax),
            "figure": _noted(evidence),
            "concerns": [{"code": concern.code, "sentence": concern.sentence} for concern in evidence.concerns],
            LOG_LIKELIHOOD: facts.get(LOG_LIKELIHOOD),
        }
    )


def _noted(evidence: Evidence) -> dict[str, float]:
    """The numbers that a figure tells beside what it draws."""
    notes = evidence.figure.notes if evidence.figure else {}
    numbers = {
        name: value
        for name, value in sorted(notes.items())
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return {name: finite(value, f"result {evidence.id}, figure's {name}") for name, value in numbers.items()}


def _cells(result_id: str, term: Term) -> list[str]:
    where = f"result {result_id}, term {term.name}"
    return [_cell(getattr(term, name), f"{where}, {name}") for name in COLUMNS]


def _cell(value: str | float | None, where: str) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else repr(finite(value, where))


def _counts(counts: Counts) -> dict[str, Any]:
    names = ("couples", "people", "n_obs", "days_scheduled", "days_answered", "days_used")
    return {name: getattr(counts, name) for name in names}
