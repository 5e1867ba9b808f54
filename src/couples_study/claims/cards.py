"""The claims as flat records: what ``couples-study claims --json`` prints, and what claims.json and claims.csv hold.

Both files are package data, for those who want the claims without Python. ``tools/make_claims.py`` writes them from
the entries, and a test compares them.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from couples_study.claims import claims, families
from couples_study.contracts.hypothesis import Claim

LISTS_JOIN = "; "


def records() -> list[dict[str, Any]]:
    """One record per claim, in the order of their numbers."""
    return [record(claim) for claim in claims().values()]


def record(claim: Claim) -> dict[str, Any]:
    """Everything fixed beforehand about a claim, its readings by id."""
    smallest = [f"{one.smallest_effect.value:g} {one.smallest_effect.unit}" for one in claim.reading]
    return {
        "id": claim.id,
        "statement": claim.statement,
        "where": claim.where,
        "priority": claim.priority,
        "testability": claim.testability,
        "level": claim.level,
        "family": claim.family,
        "correction": families()[claim.family].words(),
        "status": claim.status,
        "causal": claim.causal,
        "needs": list(claim.columns()),
        "estimand": claim.estimand,
        "smallest_effects": list(dict.fromkeys(smallest)),
        "rule": claim.rule_in_words,
        "falsifier": claim.falsifier,
        "threats": list(claim.threats),
        "readings": {one.id: f"{one.model}: {one.statement}" for one in claim.reading},
        "scenarios": {kind: list(names) for kind, names in claim.scenarios.items()},
        "not_testable": claim.not_testable,
        "not_yet": claim.not_yet,
    }


def as_json() -> str:
    """All records as JSON, keys in the order of `record`."""
    return json.dumps({"claims": records()}, indent=1, ensure_ascii=False) + "\n"


def as_csv() -> str:
    """All records as CSV, lists joined by semicolons."""
    rows = [{name: _cell(value) for name, value in one.items()} for one in records()]
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return LISTS_JOIN.join(f"{name} = {_cell(one)}" for name, one in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return LISTS_JOIN.join(value) if isinstance(value, list) else str(value)
