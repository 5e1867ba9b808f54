"""Records of one file: one per person (and day), every column still as codes, with the faults found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from couples_study.contracts.reader import Cells, Delivery, RawExport
from couples_study.contracts.seen import FileProfile
from couples_study.contracts.study import ROW, Source
from couples_study.intake import coded
from couples_study.intake.coded import Coded
from couples_study.intake.mapping import Mapping

FEW = 2_000  # so many texts are looked at one by one sooner than pandas is asked
KEY_COLUMNS = ("couple", "person", "day", "date", "wave", "week")


@dataclass(slots=True)
class Answer:
    """One answer column: its ``distinct`` typed values and ``kinds`` of missing ("" for none), by ``codes``."""

    codes: np.ndarray
    distinct: pd.Series
    kinds: np.ndarray

    def rows(self, which: np.ndarray | slice) -> np.ndarray:
        """The values of the records ``which`` (positions, a boolean mask, or a stretch)."""
        return self.distinct.to_numpy()[self.codes[which]]

    def answered(self) -> np.ndarray:
        """Records with a value."""
        return self.distinct.notna().to_numpy()[self.codes]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsDelivered:
    """The cells of a file while they are judged: all of them, and by record the keys, the answers, who is who."""

    cells: Cells
    keys: dict[str, Coded]
    answers: dict[str, Coded]
    by: Coded | None
    partner: Coded | None


@dataclass(slots=True, kw_only=True)
class Records:
    """The records of one file.

    ``row`` is the 1-based data row of the export. ``cells`` are the columns as delivered, while they are
    judged. ``who`` points into ``whos`` (couple_id, _person, role and, once linked, person, the position in the
    roster or -1). ``rule`` points into ``rules``: 0 for none, else the named rule of study.toml
    that sets the record aside. ``faults`` collects, in the order of finding, which records are at fault, why, and in
    which export column; the first reason is the one that counts.
    """

    export: Delivery
    source: Source
    mapping: Mapping
    row: np.ndarray
    rule: np.ndarray
    cells: AsDelivered | None = None
    rules: list[str] = field(default_factory=lambda: [""])
    who: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    whos: pd.DataFrame = field(default_factory=pd.DataFrame)
    answers: dict[str, Answer] = field(default_factory=dict)
    time: np.ndarray | None = None
    date: np.ndarray | None = None
    entered: np.ndarray | None = None
    late: np.ndarray | None = None
    number: np.ndarray | None = None
    recodes: dict[str, int] = field(default_factory=dict)
    missing_codes: dict[str, dict[str, int]] = field(default_factory=dict)
    profile: FileProfile | None = None
    faults: list[tuple[np.ndarray, str, str]] = field(default_factory=list)
    is_held: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))

    def __len__(self) -> int:
        return len(self.row)

    def hold(self, which: Any, reason: str, column: str = "") -> None:
        """Hold the records where the boolean ``which`` is true, but for those that a rule has set aside."""
        positions = np.flatnonzero(np.asarray(which, dtype=bool) & (self.rule == 0))
        if len(positions):
            self.faults.append((positions, reason, column))
            self.is_held[positions] = True

    def hold_whos(self, whos: Any, reason: str, column: str = "", *, once: bool = False) -> None:
        """Hold the records of the marked rows of ``whos``; with ``once`` only where nothing is held against them."""
        marked = np.asarray(whos, dtype=bool)
        if marked.any():
            which = marked[self.who]
            self.hold(which & ~self.is_held if once else which, reason, column)

    def hold_texts(self, cells: Coded, distinct: Any, reason: str, column: str = "") -> None:
        """Hold the records of which the distinct text is marked."""
        marked = np.asarray(distinct, dtype=bool)
        if marked.any():
            self.hold(marked[cells.codes], reason, column)

    def set_aside(self, which: Any, rule: str) -> None:
        """Keep records out of the tables under a rule's name; what is held or set aside already stays as it is."""
        mask = np.asarray(which, dtype=bool)
        if mask.any() and (mask := mask & (self.rule == 0) & ~self.is_held).any():
            if rule not in self.rules:
                self.rules.append(rule)
            self.rule[mask] = self.rules.index(rule)

    def replaced(self, which: Any, rule: str) -> None:
        """Set records aside whatever is held against them: something else has come in their place."""
        mask = np.asarray(which, dtype=bool)
        self.faults = [(kept, reason, column) for at, reason, column in self.faults if len(kept := at[~mask[at]])]
        self.is_held &= ~mask
        self.set_aside(mask, rule)

    @property
    def told(self) -> AsDelivered:
        """The cells as delivered; they are gone once a file has been looked at."""
        if self.cells is None:
            raise RuntimeError("the cells of this file were let go")
        return self.cells

    def export_name(self, target: str) -> str:
        return self.mapping.answers.get(target, target)

    def held(self) -> np.ndarray:
        """Which records are held."""
        return self.is_held

    def good(self) -> np.ndarray:
        """Which records go into the tables."""
        return ~self.is_held & (self.rule == 0)

    def reasons(self) -> pd.DataFrame:
        """One row per held record: its position, first reason, and the export columns at fault for that reason."""
        if not self.faults:
            return pd.DataFrame({"position": [], "reason": [], "column": []}).astype({"position": "int64"})
        first = np.full(len(self), len(self.faults), dtype=np.int64)
        for number in range(len(self.faults) - 1, -1, -1):
            first[self.faults[number][0]] = number
        names = {reason: position for position, (_, reason, _) in reversed(list(enumerate(self.faults)))}
        order = np.flatnonzero(self.is_held)
        reason = [self.faults[number][1] for number in first[order].tolist()]
        columns = _columns_at_fault(self.faults, order, reason) if names else []
        return pd.DataFrame({"position": order, "reason": reason, "column": columns})

    def excluded(self) -> dict[str, int]:
        """How many records each rule keeps out of the tables."""
        if len(self.rules) == 1:
            return {}
        counts = np.bincount(self.rule, minlength=len(self.rules))
        return {rule: int(count) for rule, count in zip(self.rules[1:], counts[1:], strict=True) if count}


def _columns_at_fault(faults: list[tuple[np.ndarray, str, str]], order: np.ndarray, reason: list[str]) -> list[str]:
    place = {position: number for number, position in enumerate(order.tolist())}
    columns: list[list[str]] = [[] for _ in place]
    for positions, why, column in faults:
        if column:
            for position in positions.tolist():
                number = place[position]
                if reason[number] == why and column not in columns[number]:
                    columns[number].append(column)
    return ["; ".join(names) for names in columns]


def records_of(export: RawExport, source: Source, mapping: Mapping) -> Records:
    """Reshape an export: a wide row becomes one record per partner, a long row is one record."""
    rows = export.cells.table.num_rows
    side_by_side = max(len(source.partners), 1)
    n = rows * side_by_side

    def column(name: str, shared: bool = True) -> Coded:
        if name == ROW:
            parts = [coded.row_numbers(rows)] * side_by_side
        elif shared:
            parts = [coded.column(export.cells, name)] * side_by_side
        else:
            parts = [coded.column(export.cells, spelling) for spelling in source.spellings(name)]
        return coded.interleaved(parts) if len(parts) > 1 else parts[0]

    named = {key: getattr(source.keys, key) for key in KEY_COLUMNS}
    partners = [coded.constant(role, rows) for role in source.partners]
    as_delivered = AsDelivered(
        cells=export.cells,
        keys={key: column(name) for key, name in named.items() if name is not None},
        answers={t: column(name, not source.partners or t in mapping.shared) for t, name in mapping.answers.items()},
        by=column(mapping.by) if mapping.by is not None else None,
        partner=coded.interleaved(partners) if partners else None,
    )
    return Records(
        export=export,
        source=source,
        mapping=mapping,
        row=row_numbers(rows, source),
        rule=np.zeros(n, dtype=np.uint8),
        cells=as_delivered,
        is_held=np.zeros(n, dtype=bool),
    )


def row_numbers(rows: int, source: Source) -> np.ndarray:
    """The 1-based data row of every record: of each row as many as the layout has partners side by side."""
    return np.repeat(np.arange(1, rows + 1, dtype=np.int32), max(len(source.partners), 1))


def blank(values: pd.Series) -> pd.Series:
    """Where a text is empty."""
    if len(values) > FEW:
        return values.eq("") | values.isna()
    said = values.tolist()
    return pd.Series(np.fromiter((text == "" or text != text for text in said), bool, len(said)), index=values.index)
