"""``verdicts.json``: every verdict at full precision, keys sorted, null for what does not apply, never NaN."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from couples_study.report.numbers import finite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from couples_study.contracts.verdict import GridRow, JudgedSensitivity, JudgedTerm, SmallestEffect, Verdict

TERM_NUMBERS = (
    "estimate",
    "std_error",
    "df",
    "statistic",
    "p_value",
    "p_adjusted",
    "conf_low",
    "conf_high",
    "conf_level",
)
WORDS = (
    "id",
    "verdict",
    "reason",
    "direction",
    "magnitude",
    "strength",
    "verdict_causal",
    "status",
    "unit",
    "sentence",
)


def verdict_record(v: Verdict) -> dict[str, Any]:
    """One verdict as the plain dictionary that ``verdicts.json`` holds; its readings have the same fields.

    Raises
    ------
    AnalysisError
        Where any number is NaN or infinite.
    """
    counts = v.counts
    return {
        **{name: getattr(v, name) for name in WORDS},
        "readings": [verdict_record(reading) for reading in v.readings],
        "terms": [_term(v.id, term) for term in v.terms],
        "smallest_effect": _smallest(v.id, v.smallest_effect),
        "n_couples": None if counts is None else int(counts.couples),
        "n_people": None if counts is None else int(counts.people),
        "n_obs": None if counts is None else int(counts.n_obs),
        "concerns": [concern.code for concern in v.concerns],
        "sensitivity": [_sensitivity(v.id, row) for row in v.sensitivity],
        "missing_columns": list(v.missing_columns),
        "grid": [_grid(v.id, row) for row in v.grid],
    }


def verdicts_json(
    study_id: str,
    synthetic: bool,
    inputs: Mapping[str, str],
    package_version: str,
    verdicts: Sequence[Verdict],
) -> bytes:
    """The whole file, byte-identical for the same arguments; ``inputs`` maps file to sha256."""
    record = {
        "study": study_id,
        "synthetic": bool(synthetic),
        "inputs": dict(inputs),
        "package": package_version,
        "claims": [verdict_record(v) for v in verdicts],
    }
    return as_json(record)


def as_json(record: Mapping[str, Any]) -> bytes:
    """JSON as this package writes it: sorted keys, two spaces, UTF-8, one newline at the end."""
    text = json.dumps(record, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def optional(value: float | None, where: str) -> float | None:
    """A finite float or None."""
    return None if value is None else finite(value, where)


def _term(verdict_id: str, term: JudgedTerm) -> dict[str, Any]:
    where = f"verdict {verdict_id}, term {term.term}"
    numbers = {name: optional(getattr(term, name), f"{where}, {name}") for name in TERM_NUMBERS}
    return {"term": term.term, "unit": term.unit, **numbers}


def _sensitivity(verdict_id: str, row: JudgedSensitivity) -> dict[str, Any]:
    where = f"verdict {verdict_id}, sensitivity {row.label}"
    numbers = {name: finite(getattr(row, name), f"{where}, {name}") for name in ("estimate", "conf_low", "conf_high")}
    return {"label": row.label, "verdict": row.verdict, "conf_level": row.conf_level, "unit": row.unit, **numbers}


def _grid(verdict_id: str, row: GridRow) -> dict[str, Any]:
    where = f"verdict {verdict_id}, grid"
    raw = None if row.raw_value is None else finite(row.raw_value, where)
    return {"times": row.times, "value": optional(row.value, where), "raw_value": raw, "verdict": row.verdict}


def _smallest(verdict_id: str, smallest: SmallestEffect | None) -> dict[str, Any] | None:
    if smallest is None:
        return None
    value = finite(smallest.value, f"verdict {verdict_id}, smallest_effect")
    return {"value": value, "unit": smallest.unit, "why": smallest.why}
