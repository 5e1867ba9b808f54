"""A codebook as Markdown, JSON, Frictionless Table Schemas or HTML: the same text for the same codebook."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from couples_study.codebook.book import Codebook
from couples_study.codebook.derived import KINDS, SYMBOLS
from couples_study.codebook.distribution import Distribution
from couples_study.codebook.page import as_html
from couples_study.codebook.variables import Variable, missing_words
from couples_study.privacy.small_cells import SUPPRESSED
from couples_study.tables import GRAINS

TABLE_SCHEMA = "https://specs.frictionlessdata.io/schemas/table-schema.json"
TYPES = {"key": "string", "number": "number", "count": "integer", "flag": "integer", "code": "string", "text": "string",
         "date": "date"}  # fmt: skip
HEAD = ("column", "label", "meaning", "unit", "range", "answers", "where from", "n", "mean (SD)")


def as_json(book: Codebook) -> str:
    """Everything, as JSON with sorted keys."""
    told = {
        "title": book.title,
        "missing": missing_words(),
        "tables": {name: [asdict(one) for one in variables] for name, variables in book.tables},
        "derived": [{key: getattr(kind, key) for key in ("ending", "term", "meaning", "formula")} for kind in KINDS],
    }
    return json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def as_markdown(book: Codebook) -> str:
    """A table per table."""
    parts = [f"# Codebook: {book.title}", "", missing_words()]
    for name, variables in book.tables:
        parts += [
            "",
            f"## {name}",
            "",
            f"One row is {GRAINS[name].one_row_is}.",
            "",
            _line(HEAD),
            "|---" * len(HEAD) + "|",
        ]
        parts += [_line((f"`{one.name}`", *_cells(one))) for one in variables]
    parts += ["", "## Derived dyadic columns", "", SYMBOLS, ""]
    parts += [_line(("in exports", "in results", "what", "formula")), "|---|---|---|---|"]
    parts += [_line((f"`x{kind.ending}`", f"`{kind.term}`", kind.meaning, kind.formula)) for kind in KINDS]
    return "\n".join(parts) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _cells(one: Variable) -> tuple[str, ...]:
    answers = "; ".join(one.answers_in_words)
    return (one.label, one.meaning, one.unit, one.range_in_words, answers, one.made, *_numbers(one.distribution))


def _numbers(told: Distribution | None) -> tuple[str, str]:
    if told is None:
        return "", ""
    n = SUPPRESSED if told.n is None else str(told.n)
    return n, "" if told.mean is None or told.sd is None else f"{told.mean:.3g} ({told.sd:.3g})"


def table_schemas(book: Codebook) -> dict[str, str]:
    """A Frictionless Table Schema per table."""
    found = {}
    for name, variables in book.tables:
        schema: dict[str, Any] = {
            "$schema": TABLE_SCHEMA, "fields": [_field(one) for one in variables], "missingValues": [""],
        }  # fmt: skip
        keys = list(GRAINS[name].keys)
        if set(keys) <= {one.name for one in variables}:
            schema["primaryKey"] = keys
        found[name] = json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return found


def _field(one: Variable) -> dict[str, Any]:
    kind = "integer" if one.name in GRAINS[one.table].whole else TYPES[one.kind]
    limits: dict[str, Any] = {}
    if one.kind == "flag":
        limits["enum"] = [0, 1]
    elif kind in ("number", "integer") and one.low is not None and one.high is not None:
        limits = {"minimum": one.low, "maximum": one.high}
    elif kind == "string" and one.codes:
        limits["enum"] = [code for code, _ in one.codes]
    told = {"name": one.name, "type": kind, "title": one.label, "description": one.meaning, "unit": one.unit}
    return {**told, "constraints": limits} if limits else told


FORMATS: dict[str, Callable[[Codebook], dict[str, str]]] = {
    "html": lambda book: {"codebook.html": as_html(book)},
    "md": lambda book: {"codebook.md": as_markdown(book)},
    "json": lambda book: {"codebook.json": as_json(book)},
    "table-schema": lambda book: {f"{name}.schema.json": text for name, text in table_schemas(book).items()},
}
