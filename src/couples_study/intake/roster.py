"""Who is who: couple, person and role of every record, and the couples' first days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from couples_study.contracts.study import Dyads, StudyFile
from couples_study.intake.records import Records, blank
from couples_study.intake.values import recode_role

RESPONDENT = "respondent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everyone known: ``people`` has couple_id, _person (as in the export), _told and role, one row per person.

    ``_told`` is what the export says of the partner; ``role`` is the same where partners are distinguishable.

    ``declared`` says whether a people source named them; ``start_dates`` has first days by couple.
    """

    people: pd.DataFrame
    declared: bool
    start_dates: pd.Series


def identify(records: Records, dyads: Dyads) -> None:
    """Set couple_id, raw person and role as far as this file alone tells; hold records without a key."""
    frame = records.frame
    person = frame["_key_person"] if "_key_person" in frame else frame["_partner"]
    couple = (
        frame["_key_couple"] if "_key_couple" in frame else (person if dyads.single else pd.Series("", frame.index))
    )
    frame["couple_id"] = couple.astype("str")
    frame["_person"] = person.astype("str")
    frame["role"] = _role_here(records, dyads)
    keys = records.source.keys
    if keys.couple or dyads.single:
        records.hold(blank(frame["couple_id"]), "missing_key", keys.couple or keys.person or "")
    if keys.person:
        records.hold(blank(frame["_person"]), "missing_key", keys.person)


def _role_here(records: Records, dyads: Dyads) -> pd.Series:
    frame = records.frame
    if dyads.single:
        return pd.Series(RESPONDENT, index=frame.index, dtype="str")
    if records.source.prefixes:
        return frame["_partner"]
    if records.mapping.by is None or dyads.by is None:
        return pd.Series("", index=frame.index, dtype="str")
    values = recode_role(records, dyads.by)
    roles = values.map(dyads.labels).fillna("") if dyads.labels else values
    records.hold(blank(roles) & ~blank(frame["_by"]), "unknown_label", records.mapping.by)
    return roles.astype("str")


def roster_of(files: Sequence[Records], study: StudyFile) -> Roster:
    """The roster from the people source, or, where there is none, from everyone who answered anything."""
    with_people = [one for one in files if one.source.table == "people"]
    rosters = with_people or [one for one in files if one.source.table != "couples"]
    parts = [_named(one) for one in rosters]
    people = pd.concat(parts, ignore_index=True) if parts else _empty()
    people = people[~blank(people["couple_id"]) & ~blank(people["_person"])]
    people = people.sort_values("role", key=blank, kind="stable").drop_duplicates(["couple_id", "_person"])
    people = people.sort_index().assign(_told=lambda frame: frame["role"])
    if not study.dyads.distinguishable and not study.dyads.single:
        people = _lettered(people)
    return Roster(people=people.reset_index(drop=True), declared=bool(with_people), start_dates=_starts(files))


def _named(records: Records) -> pd.DataFrame:
    frame = records.frame[["couple_id", "_person", "role"]].copy()
    nameless = blank(frame["_person"])
    frame.loc[nameless, "_person"] = frame.loc[nameless, "role"]
    return frame


def _empty() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in ("couple_id", "_person", "role")})


def _lettered(people: pd.DataFrame) -> pd.DataFrame:
    """Where partners can not be told apart: A and B by order in the delivery. The letters mean nothing."""
    letters = people.groupby("couple_id").cumcount().map({0: "A", 1: "B"}).fillna("")
    return people.assign(role=letters.astype("str"))


def _starts(files: Sequence[Records]) -> pd.Series:
    """First day by couple from a mapped ``start_date``; missing, and not the study's own, where two are given."""
    parts = [one.frame[["couple_id", "start_date"]] for one in files if "start_date" in one.mapping.answers]
    if not parts:
        return pd.Series(dtype="datetime64[us]", name="start_date")
    dates = pd.concat(parts).dropna().drop_duplicates()
    single = ~dates["couple_id"].duplicated(keep=False)
    dates["start_date"] = dates["start_date"].where(single)
    return dates.drop_duplicates("couple_id").set_index("couple_id")["start_date"]


def link_records(records: Records, roster: Roster, study: StudyFile) -> None:
    """Give every record its couple_id, person_id and role, and hold those that no one or more than one fits."""
    frame, people = records.frame, roster.people
    if records.source.table == "couples":
        frame["person_id"] = ""
        if roster.declared:
            strange = ~frame["couple_id"].isin(people["couple_id"])
            records.hold(strange & ~records.held(), "couple_not_in_people", _key(records))
        return
    _fill_from_roster(records, people)
    frame["person_id"] = person_ids(frame, study.dyads)
    known = pd.MultiIndex.from_frame(people[["couple_id", "_person"]])
    here = pd.MultiIndex.from_frame(frame[["couple_id", "_person"]])
    if roster.declared:
        records.hold(~here.isin(known) & ~records.held(), "person_not_in_people", _key(records))
    records.hold(blank(frame["role"]) & ~records.held(), "role_unknown", records.mapping.by or _key(records))
    _hold_misfits(records, people, study.dyads)


def person_ids(people: pd.DataFrame, dyads: Dyads) -> pd.Series:
    """One id per person over the whole study, from couple_id and _person, whatever characters these hold."""
    if dyads.single:
        return people["couple_id"]
    couple = people["couple_id"].str.replace("%", "%25", regex=False).str.replace("/", "%2F", regex=False)
    return couple + "/" + people["_person"]


def _key(records: Records) -> str:
    return records.source.keys.person or records.source.keys.couple or ""


def _fill_from_roster(records: Records, people: pd.DataFrame) -> None:
    frame = records.frame
    if records.source.keys.couple is None and "_key_person" in frame and blank(frame["couple_id"]).any():
        single = people.drop_duplicates("_person", keep=False).set_index("_person")["couple_id"]
        frame["couple_id"] = frame["_person"].map(single).fillna("").astype("str")
        records.hold(blank(frame["couple_id"]), "person_not_in_people", records.source.keys.person or "")
    nameless = blank(frame["_person"]) | bool(records.source.prefixes)
    if nameless.any():
        told_of = people[~blank(people["_told"])].drop_duplicates(["couple_id", "_told"], keep=False)
        by_role = told_of.set_index(["couple_id", "_told"])["_person"]
        named = by_role.reindex(pd.MultiIndex.from_frame(frame[["couple_id", "role"]])).to_numpy()
        filled = pd.Series(named, index=frame.index).fillna(frame["role"]).astype("str")
        frame["_person"] = frame["_person"].mask(nameless, filled)
    by_person = people.set_index(["couple_id", "_person"])[["_told", "role"]]
    found = by_person.reindex(pd.MultiIndex.from_frame(frame[["couple_id", "_person"]])).fillna("").astype("str")
    told, roles = (pd.Series(found[name].to_numpy(), index=frame.index) for name in ("_told", "role"))
    if records.mapping.by is not None or records.source.prefixes:
        both = ~blank(frame["role"]) & ~blank(told)
        records.hold(both & frame["role"].ne(told), "roles_conflict", records.mapping.by or "")
    frame["role"] = roles.where(~blank(roles), frame["role"])


def _hold_misfits(records: Records, people: pd.DataFrame, dyads: Dyads) -> None:
    size = people.groupby("couple_id")["_person"].nunique()
    most = 1 if dyads.single else 2
    crowded = set(size[size > most].index)
    frame = records.frame
    records.hold(frame["couple_id"].isin(crowded) & ~records.held(), "too_many_members", _key(records))
    if dyads.distinguishable:
        told = people[~blank(people["role"])]
        doubled = set(told[told.duplicated(["couple_id", "role"])]["couple_id"])
        records.hold(frame["couple_id"].isin(doubled - crowded) & ~records.held(), "roles_conflict", _key(records))
