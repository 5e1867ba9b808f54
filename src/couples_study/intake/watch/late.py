"""Diary entries that were made late, days after their evening, or several evenings at one sitting.

Stone et al. (2002, BMJ 324, 1193) found paper diaries filled in this way; time stamps show it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from couples_study.contracts.watch import LateEntries, LatePerson
from couples_study.intake.watch.fates import NEVER, SECONDS_A_DAY, DiaryFates
from couples_study.intake.watch.roll import Roll
from couples_study.privacy import SMALLEST_CELL

SITTING_MINUTES = 10
OFTEN_LATE = 0.25  # of a person's entries


def late_entries(fates: DiaryFates, roll: Roll) -> LateEntries:
    """Shares of late and back-filled entries, and the people with any of the latter or often late."""
    answered = fates.answered
    timed = answered & (fates.entered != NEVER)
    told = LateEntries(entries=int(answered.sum()), timed=int(timed.sum()), late=int((answered & fates.late).sum()))
    if not timed.any():
        return replace(told, why_not="no export says when an entry was made")
    after_days = timed & (fates.date != NEVER)
    after_days[after_days] = fates.entered[after_days] // SECONDS_A_DAY - fates.date[after_days] > 1
    sitting, longest = _sittings(fates, np.flatnonzero(timed), len(roll.people))

    def by_person(which: np.ndarray) -> np.ndarray:
        return np.bincount(fates.person[which], minlength=len(roll.people))

    counts = np.stack([by_person(which) for which in (answered, answered & fates.late, after_days, sitting)])
    often = (counts[1] >= SMALLEST_CELL) & (counts[1] >= OFTEN_LATE * counts[0])
    seen = np.flatnonzero((counts[2] + counts[3] > 0) | often)
    order = seen[np.lexsort((seen, -counts[1, seen], -counts[2, seen] - counts[3, seen]))]
    return replace(
        told,
        next_days=int(after_days.sum()),
        one_sitting=int(sitting.sum()),
        people=tuple(_person(roll, i, counts[:, i].tolist(), int(longest[i])) for i in order.tolist()),
    )


def _person(roll: Roll, i: int, counts: list[int], longest: int) -> LatePerson:
    entries, late, next_days, one_sitting = counts
    return LatePerson(
        couple=roll.couples[roll.couple_of[i]],
        person=roll.people[i],
        entries=entries,
        late=late,
        next_days=next_days,
        one_sitting=one_sitting,
        longest=longest,
    )


def _sittings(fates: DiaryFates, rows: np.ndarray, people: int) -> tuple[np.ndarray, np.ndarray]:
    """Entries made within minutes of the same person's entry for another evening; each person's longest such row."""
    flagged, longest = np.zeros(len(fates.person), dtype=bool), np.zeros(people, dtype="int64")
    evening = np.where(fates.day >= 0, fates.day, fates.date)
    rows = rows[evening[rows] != NEVER]
    if len(rows) < 2:
        return flagged, longest
    entered = fates.entered[rows] - fates.entered[rows].min()
    rows = rows[np.argsort(fates.person[rows].astype("int64") * (int(entered.max()) + 1) + entered, kind="stable")]
    person, moment, night = fates.person[rows], fates.entered[rows], evening[rows]
    linked = (person[1:] == person[:-1]) & (np.diff(moment) < 60 * SITTING_MINUTES) & (night[1:] != night[:-1])
    if not linked.any():
        return flagged, longest
    inside = np.append(linked, False) | np.insert(linked, 0, False)
    flagged[rows[inside]] = True
    sitting = np.cumsum(np.insert(~linked, 0, True))[inside]
    starts = np.flatnonzero(np.diff(sitting, prepend=0))
    lengths = np.diff(np.append(starts, len(sitting)))
    np.maximum.at(longest, person[inside][starts], lengths)
    return flagged, longest
