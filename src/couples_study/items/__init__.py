"""Our own items for the glossary's columns, in English and German: one file per theme, found by its folder.

Written anew for this project. Items of published scales have no words here; see `couples_study.instruments`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from couples_study.contracts.base import parsed
from couples_study.contracts.item import Ends, Item, Said
from couples_study.core.columns import glossary
from couples_study.core.discover import tomls_of
from couples_study.core.errors import EntryError, listed

WORDS = "words.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything around the items: ends of scales, headings of lists, and sentences by name."""

    ends: dict[str, Ends]
    headings: dict[str, Said]
    sentences: dict[str, Said]


@cache
def items() -> dict[str, Item]:
    """Every item by the column that it fills."""
    found: dict[str, Item] = {}
    for path, rows in tomls_of("couples_study.items").items():
        if path == WORDS:
            continue
        for name, row in rows.items():
            if name in found or name not in glossary():
                raise EntryError(f"items/{path}", expected="columns of the glossary, each once", found=name)
            found[name] = parsed(Item, row, f"items/{path}, {name}")
    _require_known(found)
    return found


@cache
def words() -> Words:
    """The ends of scales, headings and sentences."""
    data = tomllib.loads((files("couples_study.items") / WORDS).read_text("utf-8"))
    return Words(
        ends={name: parsed(Ends, row, f"items/{WORDS}, {name}") for name, row in data["ends"].items()},
        headings={name: parsed(Said, row, f"items/{WORDS}, {name}") for name, row in data["heading"].items()},
        sentences={name: parsed(Said, row, f"items/{WORDS}, {name}") for name, row in data["words"].items()},
    )


def _require_known(found: dict[str, Item]) -> None:
    """Ends, headings and columns that items refer to are there; every scale has ends."""
    for name, item in found.items():
        strays = [column for column in (*item.made_from, item.only_if) if column and column not in glossary()]
        strays += [item.ends] if item.ends and item.ends not in words().ends else []
        strays += [item.under] if item.under and item.under not in words().headings else []
        if strays:
            raise EntryError(f"items, {name}", expected="known columns, ends and headings", found=listed(strays))
        column = glossary()[name]
        if item.form != "team" and column.kind == "number" and column.unit.startswith("points") and not item.ends:
            raise EntryError(f"items, {name}", expected="ends, as the answer is a point on a scale", found="none")
