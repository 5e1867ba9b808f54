"""People by study days: who was due on which evening, who answered, whose answer is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from couples_study.contracts.study import StudyFile
from couples_study.intake.watch.fates import NEVER, DiaryFates
from couples_study.intake.watch.roll import UNKNOWN, Roll

MOST_CELLS = 50_000_000
EPOCH = date(1970, 1, 1).toordinal()
OF_THE_COUPLE = ("separated", "re_partnered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Boolean arrays of people x study days, and each person's calendar.

    ``start`` is each couple's first evening in days since 1970 (`NEVER` if unknown), ``as_of`` the evening that
    silence is counted on (None without dates), ``scheduled`` the days of the diary (None if study.toml does not say;
    then everyone is due up to the couple's own last entry). ``in_study`` is false after a couple or person ended.
    """

    due: np.ndarray
    answered: np.ndarray
    used: np.ndarray
    in_study: np.ndarray
    start: np.ndarray
    as_of: int | None
    scheduled: int | None

    def evening(self, roll: Roll) -> np.ndarray:
        """Each person's study day on the evening ``as_of``; below 0 before the start, or where that is not known."""
        start = self.start[roll.couple_of]
        return np.where(start == NEVER, -1, (self.as_of or 0) - start)


def grid_of(
    study: StudyFile, roll: Roll, fates: DiaryFates, tables: Mapping[str, pd.DataFrame], states: pd.DataFrame
) -> Grid | None:
    """The grid, or None where it would be larger than fits (days that are no study days)."""
    came = fates.answered & (fates.day >= 0)
    scheduled = study.study.scheduled_days
    days = scheduled or int(fates.day[fates.used].max(initial=-1)) + 1
    if days * len(roll.people) > MOST_CELLS:
        return None
    inside = np.flatnonzero(came & (fates.day < days))
    answered, used = (np.zeros((len(roll.people), days), dtype=bool) for _ in range(2))
    for cells, which in ((answered, inside), (used, inside[fates.used[inside]])):
        cells.ravel()[fates.person[which].astype("int64") * days + fates.day[which]] = True
    start = _starts(study, roll, fates, tables)
    as_of = _as_of(study, fates)
    in_study = _in_study(roll, states, days)
    due = in_study & _until(roll, answered, start, as_of, scheduled)
    return Grid(due=due, answered=answered, used=used, in_study=in_study, start=start, as_of=as_of, scheduled=scheduled)


def _until(roll: Roll, answered: np.ndarray, start: np.ndarray, as_of: int | None, scheduled: int | None) -> np.ndarray:
    """Days that had come: up to the evening looked at, or to the couple's last entry where no schedule is known."""
    people, days = answered.shape
    last = np.full(people, days - 1)
    if scheduled is None:
        of_couple = np.full(len(roll.couples), -1)
        np.maximum.at(of_couple, roll.couple_of, _last_true(answered))
        last = of_couple[roll.couple_of]
    if as_of is not None:
        begun = start[roll.couple_of]
        last = np.minimum(last, np.where(begun == NEVER, _last_true(answered), as_of - begun))
    return np.arange(days)[None, :] <= last[:, None]


def _last_true(cells: np.ndarray) -> np.ndarray:
    """The last true column of each row; -1 for none."""
    if not cells.shape[1]:
        return np.full(cells.shape[0], -1)
    return np.where(cells.any(axis=1), cells.shape[1] - 1 - cells[:, ::-1].argmax(axis=1), -1)


def _starts(study: StudyFile, roll: Roll, fates: DiaryFates, tables: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """Each couple's first evening: as a table says, else as entries with day and date tell, else the study's."""
    common = study.study.start_date
    unknown = np.iinfo("int64").max
    told = np.full(len(roll.couples), unknown)
    known = np.flatnonzero(fates.used & (fates.day >= 0) & (fates.date != NEVER))
    np.minimum.at(told, roll.couple_of[fates.person[known]], fates.date[known] - fates.day[known])
    start = np.where(told != unknown, told, NEVER if common is None else common.toordinal() - EPOCH)
    for name in ("people", "couples"):
        table = tables.get(name)
        if table is not None and "start_date" in table:
            said = table["start_date"].to_numpy().astype("datetime64[D]").astype("int64")
            couple = roll.couple_positions(table)
            good = (couple != UNKNOWN) & (said != NEVER)
            start[couple[good]] = said[good]
    return start


def _as_of(study: StudyFile, fates: DiaryFates) -> int | None:
    """The evening to look at: as study.toml says, or the latest one with an entry that is used."""
    if study.checks.as_of is not None:
        return study.checks.as_of.toordinal() - EPOCH
    dates = fates.date[fates.used & (fates.date != NEVER)]
    return int(dates.max()) if len(dates) else None


def _in_study(roll: Roll, states: pd.DataFrame, days: int) -> np.ndarray:
    """Days on which couple and person are active, after the dated events of ``states``; later events override."""
    person_active = np.ones((len(roll.people), days), dtype=bool)
    couple_active = np.ones((len(roll.couples), days), dtype=bool)
    events = states[states["day"].notna()].sort_values(["day", "state"], kind="stable")
    couples, people = roll.couple_positions(events), roll.positions(events)
    told = zip(couples, people, events["person_id"].fillna(""), events["day"], events["state"], strict=True)
    for couple, person, named, day, state in told:
        begins = min(max(int(np.ceil(day)), 0), days)
        if named != "" and state not in OF_THE_COUPLE:
            if person != UNKNOWN:
                person_active[person, begins:] = state == "active"
        elif couple != UNKNOWN:
            couple_active[couple, begins:] = state == "active"
    return person_active & couple_active[roll.couple_of]
