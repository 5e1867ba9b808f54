"""Who was due and who answered, by person, couple and study day."""

from __future__ import annotations

import numpy as np

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
    letters = np.select(
        [used, answered, grid.due], [ord(one) for one in (USED_DAY, CAME_DAY, SILENT_DAY)], ord(NOT_DUE)
    )
    lines = letters.astype("uint8")
    sums = np.stack([cells.sum(axis=1) for cells in (grid.due, answered, used)], axis=1).tolist()
    couples_of = roll.couple_of.tolist()
    people = tuple(
        PersonDays(
            couple=roll.couples[couples_of[i]],
            person=roll.people[i],
            role=roll.roles[i],
            days=lines[i].tobytes().decode("ascii"),
            due=due,
            answered=came,
            used=kept,
        )
        for i, (due, came, kept) in enumerate(sums)
    )
    couples_due = grid.due[roll.first] & grid.due[roll.second]
    one, other = answered[roll.first], answered[roll.second]
    both, either = one & other & couples_due, (one ^ other) & couples_due
    return Compliance(
        people=people,
        couples=_couples(roll, couples_due, both, either),
        by_day=_days([grid.due, answered, used, couples_due, both]),
        notes=_notes(grid),
    )


def _couples(roll: Roll, due: np.ndarray, both: np.ndarray, one: np.ndarray) -> tuple[CoupleDays, ...]:
    sums = np.stack([roll.pairs, *(cells.sum(axis=1) for cells in (due, both, one))], axis=1).tolist()
    return tuple(CoupleDays(couple=roll.couples[i], due=d, both=b, one=o) for i, d, b, o in sums)


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
