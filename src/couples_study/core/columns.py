"""The glossary: every column the package knows has one meaning, one unit and one home.

The rows are data, in ``core/glossary/*.toml``; this module only reads and answers. A study adds rows of its own with
``[measures.*]`` in ``study.toml``; nothing else may invent a column.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from couples_study.core.errors import EntryError, listed

KINDS = ("key", "number", "count", "flag", "code", "text", "date")
TABLES = ("couples", "people", "survey_waves", "diary_days", "events", "assays")
DERIVED = "derived"
RESULTS = "results"
HOMES = (*TABLES, DERIVED, RESULTS)
MISSING_KINDS = ("refused", "not_applicable", "not_reached", "technical")
OF_MISSING = "_missing"

OF_CLAIMS = frozenset({"beliefs", "checklists", "course", "moments", "scales", "seconds", "strands"})


def kind_of_missing(column: str) -> str:
    """The name of the column beside ``column`` that says why an answer is missing: one of `MISSING_KINDS`."""
    return column + OF_MISSING


def answer_behind(column: str) -> str | None:
    """The answer column of which ``column`` tells the kind of missing; None if it tells no such thing."""
    return column.removesuffix(OF_MISSING) if column.endswith(OF_MISSING) and column != OF_MISSING else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One row of the glossary.

    ``kind`` is one of `KINDS`: ``number`` is continuous, ``count`` a whole number, ``flag`` 0/1, ``code`` one of
    ``labels``. ``low`` and ``high`` bound an answer, both inclusive. ``table`` is the column's home. ``second_of``
    names the column of the same state that this one asks again in other words, ``asked`` the time of day where that
    is not the evening's entry.
    """

    name: str
    label: str
    meaning: str
    unit: str
    kind: str
    table: str
    group: str
    low: float | None = None
    high: float | None = None
    labels: tuple[str, ...] = ()
    second_of: str | None = None
    asked: str = "evening"

    @property
    def of_claims_alone(self) -> bool:
        """Whether nothing but single built-in claims asks of it, so that a study may use the name for its own."""
        return self.group in OF_CLAIMS

    @property
    def is_numeric(self) -> bool:
        return self.kind in ("number", "count", "flag")


class Glossary(Mapping[str, Column]):
    """A read-only mapping from column name to `Column`."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = dict(columns)

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def of_table(self, table: str) -> tuple[Column, ...]:
        return tuple(column for column in self._columns.values() if column.table == table)

    def second(self, name: str) -> str | None:
        """The column that asks the state of column ``name`` again, if there is one."""
        return next((one.name for one in self._columns.values() if one.second_of == name), None)

    def extended(self, columns: Mapping[str, Column]) -> Glossary:
        """This glossary with a study's own rows added.

        A study may not change the meaning of a shipped row, but for those that single claims alone ask of: there its
        own measure keeps the name, and these claims can not be tested in it.
        """
        clash = sorted(name for name in columns if name in self._columns and not self._columns[name].of_claims_alone)
        if clash:
            raise EntryError(
                "glossary",
                expected="names that the glossary does not have yet",
                found=f"{listed(clash)} stands there already",
                do="use the glossary's column by mapping the export's column onto it, or choose another name",
            )
        return Glossary({**self._columns, **columns})


def column_from(name: str, group: str, row: Mapping[str, Any]) -> Column:
    """A `Column` from one glossary table; raises `EntryError` on anything that is not of the form."""
    where = f"glossary row {name!r} ({group}.toml)"
    known = {"label", "meaning", "unit", "kind", "table", "range", "labels", "second_of", "asked"}
    unknown = sorted(set(row) - known)
    missing = sorted({"label", "meaning", "unit", "kind", "table"} - set(row))
    if unknown or missing:
        raise EntryError(
            where, expected=listed(sorted(known)), found=f"unknown: {listed(unknown)}; missing: {listed(missing)}"
        )
    if row["kind"] not in KINDS or row["table"] not in HOMES:
        raise EntryError(
            where, expected=f"kind in {listed(KINDS)}; table in {listed(HOMES)}", found=f"{row['kind']}, {row['table']}"
        )
    low, high = row.get("range", (None, None))
    if row["kind"] == "flag":
        low, high = 0, 1
    return Column(
        name=name,
        group=group,
        low=low,
        high=high,
        labels=tuple(row.get("labels", ())),
        second_of=row.get("second_of"),
        asked=row.get("asked", "evening"),
        **{key: row[key] for key in ("label", "meaning", "unit", "kind", "table")},
    )


def numbered(stem: str, row: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The row itself, or with ``count`` that many numbered ones, each with its range where ``ranges`` has one."""
    if "count" not in row:
        yield stem, row
        return
    shared = {key: value for key, value in row.items() if key not in ("count", "ranges")}
    for number in range(1, row["count"] + 1):
        bounds = row.get("ranges", {}).get(str(number), row["range"])
        unit = f"points ({bounds[0]:g}-{bounds[1]:g})"
        yield f"{stem}{number}", {**shared, "label": f"{row['label']}, {number}", "range": bounds, "unit": unit}


@cache
def glossary() -> Glossary:
    """The shipped glossary, read once."""
    columns: dict[str, Column] = {}
    folder = files("couples_study.core") / "glossary"
    for path in sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name):
        group = path.name.removesuffix(".toml")
        rows = tomllib.loads(path.read_text("utf-8")).items()
        for name, row in (one for stem, told in rows for one in numbered(stem, told)):
            if name in columns:
                raise EntryError(
                    f"glossary row {name!r}", expected="one home", found=f"{columns[name].group} and {group}"
                )
            columns[name] = column_from(name, group, row)
    return Glossary(columns)
