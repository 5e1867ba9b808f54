"""A file that was looked at, in a form that can be kept on disk and taken up again without reading the file.

What is kept is what the tables will hold: typed values as codes, keys, faults by place. Cells that were not
understood and columns that the study does not use are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from couples_study.contracts.reader import Delivery
from couples_study.contracts.seen import ColumnProfile, FileProfile
from couples_study.contracts.study import Source
from couples_study.intake.mapping import Mapping as ColumnMapping
from couples_study.intake.records import Answer, Records, row_numbers

PER_RECORD = ("time", "date", "entered", "late")
WHO = ("couple_id", "_person", "_by", "role")
KINDS = ("number", "text", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """``tables`` are Arrow tables by name, ``facts`` is plain data for JSON."""

    tables: Mapping[str, pa.Table]
    facts: Mapping[str, Any]


def stored(records: Records) -> Stored:
    """``records`` after their first look, before they were linked."""
    answers = records.answers
    rows = {"rule": records.rule, "who": records.who}
    rows |= {name: _plain(getattr(records, name)) for name in PER_RECORD if getattr(records, name) is not None}
    rows |= {f"answer {name}": answer.codes for name, answer in answers.items()}
    tables = {
        "rows": pa.table({name: pa.array(values) for name, values in rows.items()}),
        "whos": pa.table({name: pa.array(records.whos[name], pa.string()) for name in WHO}),
        "faults": pa.table(
            {
                "fault": pa.array(np.repeat(np.arange(len(records.faults)), [len(f[0]) for f in records.faults])),
                "position": pa.array(np.concatenate([np.zeros(0, np.int64), *(f[0] for f in records.faults)])),
            }
        ),
    }
    tables |= {f"answer {number}": _distinct(answer) for number, answer in enumerate(answers.values())}
    return Stored(tables=tables, facts=_facts(records))


def taken_up(kept: Stored, source: Source, export: Delivery) -> Records:
    """The records again, as they were."""
    facts, rows = kept.facts, kept.tables["rows"]
    columns = {name: rows.column(name).to_numpy() for name in rows.column_names}
    records = Records(
        export=export,
        source=source,
        mapping=ColumnMapping(
            answers=dict(facts["mapping"]["answers"]),
            ignored=tuple(facts["mapping"]["ignored"]),
            by=facts["mapping"]["by"],
            shared=frozenset(facts["mapping"]["shared"]),
        ),
        row=row_numbers(export.n_rows, source),
        rule=columns["rule"].copy(),
        rules=list(facts["rules"]),
        who=columns["who"],
        whos=kept.tables["whos"].to_pandas().astype("str"),
        recodes=dict(facts["recodes"]),
        missing_codes={name: dict(kinds) for name, kinds in facts["missing_codes"].items()},
        profile=_profile(facts["profile"]),
        is_held=np.zeros(len(columns["rule"]), dtype=bool),
    )
    for name in set(PER_RECORD) & set(columns):
        setattr(records, name, _as_it_was(columns[name], facts["kinds"][name]))
    for number, name in enumerate(facts["answers"]):
        records.answers[name] = _answer(columns[f"answer {name}"], kept.tables[f"answer {number}"])
    _take_up_faults(records, kept.tables["faults"], facts["faults"])
    return records


def _facts(records: Records) -> dict[str, Any]:
    mapping = records.mapping
    return {
        "answers": list(records.answers),
        "faults": [[reason, column] for _, reason, column in records.faults],
        "kinds": {name: str(getattr(records, name).dtype) for name in PER_RECORD if getattr(records, name) is not None},
        "mapping": {
            "answers": mapping.answers,
            "by": mapping.by,
            "ignored": list(mapping.ignored),
            "shared": sorted(mapping.shared),
        },
        "missing_codes": records.missing_codes,
        "profile": asdict(records.profile) if records.profile is not None else None,
        "recodes": records.recodes,
        "rules": records.rules,
    }


def _profile(facts: Mapping[str, Any] | None) -> FileProfile | None:
    if facts is None:
        return None
    return FileProfile(**{**facts, "columns": tuple(ColumnProfile(**column) for column in facts["columns"])})


def _plain(values: np.ndarray) -> np.ndarray:
    """Times as whole numbers, so that they come back in the unit they had."""
    return values.astype("int64") if values.dtype.kind == "M" else values


def _as_it_was(values: np.ndarray, kind: str) -> np.ndarray:
    return values.view(kind) if kind.startswith("datetime64") else values


def _distinct(answer: Answer) -> pa.Table:
    return pa.table(
        {
            "value": pa.Array.from_pandas(answer.distinct),
            "kind": pa.array(answer.kinds, pa.string()),
        }
    )


def _answer(codes: np.ndarray, table: pa.Table) -> Answer:
    values = table.column("value").to_pandas()
    if values.dtype.kind == "M":
        values = values.astype("datetime64[us]")
    elif values.dtype != np.dtype("float64"):
        values = values.astype("str")
    return Answer(codes, values, table.column("kind").to_pandas().to_numpy(dtype=object))


def _take_up_faults(records: Records, table: pa.Table, told: list[list[str]]) -> None:
    number, position = (table.column(name).to_numpy() for name in ("fault", "position"))
    bounds = np.searchsorted(number, np.arange(len(told) + 1))
    for (reason, column), first, end in zip(told, bounds[:-1], bounds[1:], strict=True):
        records.faults.append((position[first:end], reason, column))
    records.is_held[position] = True
