"""Records of one file: reshaped to one row per person (and day), still as text, with the faults found so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from couples_study.contracts.reader import RawExport
from couples_study.contracts.study import ROW, Source
from couples_study.intake.mapping import Mapping

SAID = "_said"  # a hash of all answers of a record as delivered, to tell doubles that agree from doubles that do not
KEY_COLUMNS = ("couple", "person", "day", "date", "wave", "week")


@dataclass(slots=True, kw_only=True)
class Records:
    """The records of one file.

    ``frame`` has a 0-based index, one row per record, and the columns ``_row`` (1-based data row of the export),
    ``_partner`` (the wide layout's role), ``_key_*`` and one column per answer. ``faults`` collects, in the order of
    finding, which record is at fault, why, and in which export column; the first reason is the one that counts.
    """

    export: RawExport
    source: Source
    mapping: Mapping
    frame: pd.DataFrame
    recodes: dict[str, int] = field(default_factory=dict)
    missing_codes: dict[str, dict[str, int]] = field(default_factory=dict)
    faults: list[tuple[np.ndarray, str, str]] = field(default_factory=list)
    excluded: pd.Series | None = None

    def hold(self, which: Any, reason: str, column: str = "") -> None:
        """Hold the records where the boolean ``which`` (length of ``frame``) is true."""
        positions = np.flatnonzero(np.asarray(which, dtype=bool))
        if len(positions):
            self.faults.append((positions, reason, column))

    def export_name(self, target: str) -> str:
        return self.mapping.answers.get(target, target)

    def reasons(self) -> pd.DataFrame:
        """One row per held record: its position, first reason, and the export columns at fault for that reason."""
        first: dict[int, tuple[str, list[str]]] = {}
        for positions, reason, column in self.faults:
            for position in positions.tolist():
                known = first.setdefault(position, (reason, []))
                if known[0] == reason and column and column not in known[1]:
                    known[1].append(column)
        order = sorted(first)
        return pd.DataFrame(
            {
                "position": order,
                "reason": [first[i][0] for i in order],
                "column": ["; ".join(first[i][1]) for i in order],
            }
        )

    def held(self) -> np.ndarray:
        """Which records are held, as a boolean array."""
        mask = np.zeros(len(self.frame), dtype=bool)
        for positions, _, _ in self.faults:
            mask[positions] = True
        return mask


def records_of(export: RawExport, source: Source, mapping: Mapping) -> Records:
    """Reshape an export: a wide row becomes one record per partner, a long row is one record."""
    if source.prefixes:
        parts = [_half(export.frame, source, mapping, role, prefix) for role, prefix in source.prefixes.items()]
        frame = pd.concat(parts).sort_values("_row", kind="stable", ignore_index=True)
    else:
        frame = _half(export.frame, source, mapping, "", "")
    return Records(export=export, source=source, mapping=mapping, frame=frame)


def _half(cells: pd.DataFrame, source: Source, mapping: Mapping, role: str, prefix: str) -> pd.DataFrame:
    rows = np.arange(1, len(cells) + 1)
    columns: dict[str, Any] = {"_row": rows, "_partner": pd.Series(role, index=cells.index, dtype="str")}
    for key in KEY_COLUMNS:
        name = getattr(source.keys, key)
        if name is not None:
            columns[f"_key_{key}"] = (
                pd.Series(rows.astype(str), dtype="str") if name == ROW else cells[name].str.strip()
            )
    if mapping.by is not None:
        columns["_by"] = cells[mapping.by].str.strip()
    for target, name in mapping.answers.items():
        columns[target] = cells[name if target in mapping.shared else prefix + name].str.strip()
    half = pd.DataFrame(columns)
    told = [*mapping.answers, *(["_by"] if mapping.by is not None else [])]
    said = pd.util.hash_pandas_object(half[told], index=False) if told else 0
    return half.assign(**{SAID: said})


def blank(values: pd.Series) -> pd.Series:
    """Where a text cell is empty."""
    return values.eq("") | values.isna()


def any_column(frame: pd.DataFrame, columns: Iterable[str]) -> pd.Series:
    """Where at least one of the columns has a value."""
    return frame[list(columns)].notna().any(axis=1)
