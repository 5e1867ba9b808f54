"""Who was due and who answered, by person, couple and study day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from couples_study.contracts.rows import Rows
from couples_study.contracts.watch import (
    CAME_DAY,
    NOT_DUE,
    SILENT_DAY,
    USED_DAY,
    Compliance,
    CoupleDays,
    DayCount,
    PersonDays,
)
from couples_study.intake.watch.grid import Grid
from couples_study.intake.watch.roll import Roll

TOO_LARGE = "the study days are too far apart for a map of people by days"
NO_SCHEDULE = (
    "study.toml does not say scheduled_days, so everyone counts as due up to the couple's own last entry; "
    "who stopped early cannot be told from who was done."
)
NO_DATES = (
    "The exports have study days and no dates, so every scheduled day counts as due, also where it has not come yet."
)


def compliance_of(grid: Grid | None, roll: Roll) -> Compliance:
    """Days due, answered and used; what came on a day that was not due is not counted."""
    if grid is None:
        return Compliance(why_not=TOO_LARGE)
    if not grid.due.size or not (grid.due.any() or grid.answered.any()):
        return Compliance(why_not="no diary entry came, and none is scheduled so far")
    answered, used = grid.answered & grid.due, grid.used & grid.due
    couples_due = grid.due[roll.first] & grid.due[roll.second]
    one, other = answered[roll.first], answered[roll.second]
    both, either = one & other & couples_due, (one ^ other) & couples_due
    return Compliance(
        people=_people(grid.due, answered, used, roll),
        couples=_couples(roll, couples_due, both, either),
        by_day=_days([grid.due, answered, used, couples_due, both]),
        notes=_notes(grid),
    )


def _people(due: np.ndarray, answered: np.ndarray, used: np.ndarray, roll: Roll) -> Rows[PersonDays]:
    letters = np.full(due.shape, ord(NOT_DUE), dtype="uint32")  # as numpy keeps text, so a line is one word
    for cells, letter in ((due, SILENT_DAY), (answered, CAME_DAY), (used, USED_DAY)):
        letters[cells] = ord(letter)
    columns = {
        "couple": _named(roll.couples)[roll.couple_of],
        "person": _named(roll.people),
        "role": _named(roll.roles),
        "days": letters.view(f"U{due.shape[1]}")[:, 0],
        "due": due.sum(axis=1),
        "answered": answered.sum(axis=1),
        "used": used.sum(axis=1),
    }
    return Rows(PersonDays, columns)


def _couples(roll: Roll, due: np.ndarray, both: np.ndarray, one: np.ndarray) -> Rows[CoupleDays]:
    sums = {name: cells.sum(axis=1) for name, cells in (("due", due), ("both", both), ("one", one))}
    return Rows(CoupleDays, {"couple": _named(roll.couples)[roll.pairs], **sums})


def _named(words: Sequence[str]) -> np.ndarray:
    return np.array(words, dtype=object)


def _days(cells: list[np.ndarray]) -> tuple[DayCount, ...]:
    counts = np.stack([one.sum(axis=0) for one in cells], axis=1).tolist()
    return tuple(
        DayCount(day=day, due=due, answered=came, used=used, couples_due=couples, both=both)
        for day, (due, came, used, couples, both) in enumerate(counts)
    )


def _notes(grid: Grid) -> tuple[str, ...]:
    if grid.scheduled is None:
        return (NO_SCHEDULE,)
    return (NO_DATES,) if grid.as_of is None else ()
