"""Realistic faults put into otherwise clean exports, each written down: where, and of which kind.

The kinds are those that intake has to catch or to cope with; a test holds intake to this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from couples_study.core.errors import UsageError

Exports = dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: the file, its 1-based data row, the kind, and what intake makes of it.

    ``expected`` is the reason under which intake holds the row, the rule that excludes it, or "accepted".
    """

    file: str
    row: int
    kind: str
    expected: str


FEWEST_ROWS = 300  # of a diary: two dozen faults, none beside another, away from its ends


@dataclass(slots=True)
class Draft:
    """Exports being worked on, with the rows that already carry a fault."""

    exports: Exports
    rng: np.random.Generator
    touched: set[int]

    def pick(self) -> int:
        """A diary row that carries no fault yet, away from the file's ends."""
        while True:
            row = int(self.rng.integers(50, len(self.exports["diary"]) - 50))
            if not self.touched & {row - 1, row, row + 1}:
                self.touched.add(row)
                return row


def with_faults(exports: Exports, rng: np.random.Generator) -> tuple[Exports, tuple[Fault, ...]]:
    """``exports`` with faults, and the list of them by final row number.

    Raises `UsageError` where the diary is too short to spread them over.
    """
    if len(exports["diary"]) < FEWEST_ROWS:
        raise UsageError(
            "simulate", expected=f"at least {FEWEST_ROWS} answered evenings to spread faults over",
            found=f"{len(exports['diary'])}", do="ask for more couples or days, or for a scenario without faults",
        )  # fmt: skip
    draft = Draft({name: frame.copy() for name, frame in exports.items()}, rng, set())
    alone = _one_partner_only(draft)
    _stop_missing_baseline(draft)
    marks: list[tuple[str, int, str, str]] = []
    for make, times in (
        (_out_of_range, 3), (_unknown_label, 2), (_not_a_number, 2),
        (_missing_codes, 6), (_late, 5), (_second_entry, 2),
    ):  # fmt: skip
        for _ in range(times):
            marks += make(draft)
    draft.exports["diary"] = _settled(draft.exports["diary"])
    numbers = dict(zip(draft.exports["diary"].pop("_mark"), range(1, len(draft.exports["diary"]) + 1), strict=True))
    found = [Fault(file="diary.csv", row=numbers[mark], kind=kind, expected=what) for _, mark, kind, what in marks]
    found += [*_baseline_faults(draft), _alone_fault(draft, alone)]
    return draft.exports, tuple(sorted(found, key=lambda fault: (fault.file, fault.row, fault.kind)))


def _settled(diary: pd.DataFrame) -> pd.DataFrame:
    """Rows with a place between two others (doubles) go there."""
    return diary.sort_index(kind="stable").reset_index(drop=True)


def _one_partner_only(draft: Draft) -> str:
    """The last couple's second member never took part; the answer is who is left alone."""
    alone, gone = (str(who) for who in draft.exports["baseline"]["pid"].iloc[-2:])
    for name, frame in draft.exports.items():
        draft.exports[name] = frame[frame["pid"] != gone].reset_index(drop=True)
    draft.exports["diary"]["_mark"] = np.arange(len(draft.exports["diary"]))
    return alone


def _stop_missing_baseline(draft: Draft) -> None:
    """One person of the middle of the list answers every evening, but the baseline has not come yet."""
    frame = draft.exports["baseline"]
    draft.exports["baseline"] = frame.drop(index=len(frame) // 2).reset_index(drop=True)


def _alone_fault(draft: Draft, alone: str) -> Fault:
    """The baseline row of the person whose partner never took part; nothing is wrong with the row itself."""
    row = int(draft.exports["baseline"]["pid"].eq(alone).to_numpy().argmax()) + 1
    return Fault(file="baseline.csv", row=row, kind="one_partner_only", expected="accepted")


def _baseline_faults(draft: Draft) -> list[Fault]:
    known = set(draft.exports["baseline"]["pid"])
    found = []
    for name in ("diary", "weekly"):
        strangers = draft.exports[name].index[~draft.exports[name]["pid"].isin(known)]
        found += [
            Fault(file=f"{name}.csv", row=int(row) + 1, kind="baseline_missing", expected="person_not_in_people")
            for row in strangers
        ]
    return found


def _set(draft: Draft, row: int, column: str, value: str) -> int:
    diary = draft.exports["diary"]
    diary.loc[diary.index[row], column] = value
    return int(diary["_mark"].iloc[row])


def _out_of_range(draft: Draft) -> list[tuple[str, int, str, str]]:
    return [("diary", _set(draft, draft.pick(), "touch_rec", "60"), "out_of_range_count", "out_of_range")]


def _unknown_label(draft: Draft) -> list[tuple[str, int, str, str]]:
    return [("diary", _set(draft, draft.pick(), "conflict", "maybe"), "unknown_label", "unknown_label")]


def _not_a_number(draft: Draft) -> list[tuple[str, int, str, str]]:
    return [("diary", _set(draft, draft.pick(), "hours_together", "about five"), "not_a_number", "not_a_number")]


def _missing_codes(draft: Draft) -> list[tuple[str, int, str, str]]:
    code = str(draft.rng.choice(["-99", "-88"]))
    return [("diary", _set(draft, draft.pick(), "stress", code), f"missing_code_{code}", "accepted")]


def _late(draft: Draft) -> list[tuple[str, int, str, str]]:
    """Filled in the next morning."""
    row = draft.pick()
    stamp = datetime.fromisoformat(draft.exports["diary"]["submitted_at"].iloc[row])
    evening = stamp - timedelta(hours=4)
    morning = datetime.combine(evening.date() + timedelta(days=1), datetime.min.time()) + timedelta(hours=8, minutes=12)
    return [("diary", _set(draft, row, "submitted_at", morning.isoformat()), "late_entry", "late_entry")]


def _second_entry(draft: Draft) -> list[tuple[str, int, str, str]]:
    """An evening that was sent twice: once with the same answers, once with others."""
    marks = []
    for kind, expected, change in (
        ("duplicate_identical", "duplicate_identical", False), ("duplicate_conflicting", "duplicate_conflicting", True),
    ):  # fmt: skip
        row = draft.pick()
        diary = draft.exports["diary"]
        twin = diary.iloc[[row]].copy()
        stamp = datetime.fromisoformat(str(twin["submitted_at"].iloc[0])) + timedelta(seconds=40)
        twin["submitted_at"] = stamp.isoformat()
        twin["_mark"] = int(diary["_mark"].max()) + 1
        twin.index = [diary.index[row] + 0.5]
        if change:
            twin["close_a"] = str((int(twin["close_a"].iloc[0]) + 31) % 101)
            marks.append(("diary", int(diary["_mark"].iloc[row]), kind, expected))
        marks.append(("diary", int(twin["_mark"].iloc[0]), kind, expected))
        draft.exports["diary"] = _settled(pd.concat([diary, twin]))
    return marks
