"""What became of couples while the study ran: dated states, and what they keep out of the analyses.

From the day a couple separates, or one of them is with somebody else, its evenings are no evenings of that couple;
from the day a person stops, a stray entry of that person is not used. ``active`` ends a state. The days before stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.study import StudyFile
from couples_study.intake.records import Records
from couples_study.intake.roster import Roster

RULES = {"separated": "after_separation", "re_partnered": "after_re_partnering", "stopped": "after_stopping"}
TOLD = "couple_state"
COLUMNS = ("couple_id", "person_id", "day", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """``events``: couple_id, person_id ("" is the couple), day, state, in order of days; ``notes`` for the ledger."""

    events: pd.DataFrame
    notes: tuple[str, ...] = ()


def states_of(everyone: Sequence[Records], roster: Roster, study: StudyFile) -> States:
    """The states that study.toml and the deliveries tell."""
    told = [_told(records) for records in everyone if TOLD in records.answers]
    said, notes = _said(study, roster)
    events = pd.concat([said, *told], ignore_index=True)
    events = events.sort_values(["couple_id", "day", "person_id"], kind="stable", ignore_index=True)
    return States(events=events, notes=notes)


def set_aside_after(everyone: Sequence[Records], states: States) -> None:
    """Set aside the days that lie in a state other than active."""
    spells = _spells(states.events)
    for records in everyone:
        if records.time is None or records.source.table == "survey_waves" or TOLD in records.answers:
            continue
        couples, persons = (records.whos[name].to_numpy() for name in ("couple_id", "person_id"))
        for couple, person, first, end, state in spells:
            whos = (couples == couple) & ((persons == person) | (person == ""))
            if whos.any():
                inside = whos[records.who] & (records.time >= first) & (records.time < end)
                records.set_aside(inside, RULES[state])


def ends_of(states: States) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first day of each couple's separation and new partners, and of each person's stopping, where it lasts."""
    last = [spell for spell in _spells(states.events) if spell[3] == np.inf]
    couples = pd.DataFrame(
        [(c, f, s) for c, _, f, _, s in last if s != "stopped"], columns=["couple_id", "day", "state"]
    )
    people = pd.DataFrame([(p, f) for _, p, f, _, s in last if s == "stopped"], columns=["person_id", "stopped_day"])
    wide = couples.pivot_table(index="couple_id", columns="state", values="day", aggfunc="min")
    wide = wide.rename(columns={"separated": "separated_day", "re_partnered": "re_partnered_day"})
    return wide.astype("float64").reset_index(), people.drop_duplicates("person_id")


def _told(records: Records) -> pd.DataFrame:
    good = records.good() & records.answers[TOLD].answered()
    if records.time is None:
        return pd.DataFrame(columns=COLUMNS)
    whos = records.whos.iloc[records.who[good]].reset_index(drop=True)
    state = pd.Series(records.answers[TOLD].rows(good), dtype="str")
    person = whos["person_id"].where(state.eq("stopped"), "")
    return pd.DataFrame(
        {"couple_id": whos["couple_id"], "person_id": person, "day": records.time[good], "state": state}
    )


def _said(study: StudyFile, roster: Roster) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The states of study.toml; one of nobody we know is noted, since the couple's data may still come."""
    rows, notes = [], []
    people = roster.people
    for number, state in enumerate(study.state, start=1):
        mine = people[people["couple_id"].eq(state.couple)]
        if state.person is not None:
            mine = mine[mine["_person"].eq(state.person) | mine["role"].eq(state.person)]
        if mine.empty:
            notes.append(f"[[state]] {number} is of nobody in this delivery")
            continue
        day = state.day if state.day is not None else _day_of(state.date, state.couple, roster, study)
        if day is None:
            notes.append(f"[[state]] {number} has a date, but its couple has no first day")
            continue
        person = mine["person_id"].iloc[0] if state.state == "stopped" else ""
        rows.append((state.couple, person, float(day), state.state))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"day": "float64"}), tuple(notes)


def _day_of(date: object, couple: str, roster: Roster, study: StudyFile) -> int | None:
    start = roster.start_dates.get(couple, study.study.start_date)
    if start is None or pd.isna(start):
        return None
    return int((pd.Timestamp(str(date)) - pd.Timestamp(start)).days)


def _spells(events: pd.DataFrame) -> list[tuple[str, str, float, float, str]]:
    """Couple, person, first day, end (exclusive, infinite where it lasts) and state, of every spell but active ones."""
    spells = []
    ordered = events.sort_values("day", kind="stable")
    for (couple, person), own in ordered.groupby(["couple_id", "person_id"], sort=True):
        ends = [*own["day"].tolist()[1:], np.inf]
        told = zip(own["day"].tolist(), ends, own["state"], strict=True)
        spells += [(str(couple), str(person), day, end, str(state)) for day, end, state in told if state != "active"]
    return spells
