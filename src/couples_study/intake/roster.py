"""Who is who: couple, person and role of every record, and the couples' first days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.study import Dyads, StudyFile
from couples_study.intake.coded import combined, constant
from couples_study.intake.records import Records, blank
from couples_study.intake.values import recode_role

RESPONDENT = "respondent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everyone known: ``people`` has couple_id, _person (as in the export), _told, role and person_id.

    ``_told`` is what the export says of the partner; ``role`` is the same where partners are distinguishable.

    ``known`` has couple_id and _person for looking people up; ``declared`` says whether a people source named them;
    ``start_dates`` and ``start_days`` have the couples' firsts.
    """

    people: pd.DataFrame
    known: pd.MultiIndex
    declared: bool
    start_dates: pd.Series
    start_days: pd.Series


def identify(records: Records, dyads: Dyads) -> None:
    """Set couple_id, raw person and role as far as this file alone tells; hold records without a key."""
    n, keys, cells = len(records), records.source.keys, records.told
    nobody = constant("", n)
    person = cells.keys.get("person") or cells.partner or nobody
    couple = cells.keys.get("couple") or (person if dyads.single else nobody)
    told = cells.partner or cells.by or nobody
    records.who, distinct = combined([couple, person, told])
    distinct.columns = ["couple_id", "_person", "_by"]
    distinct["role"] = _role_here(records, distinct["_by"], dyads)
    records.whos = distinct
    if keys.couple or dyads.single:
        records.hold_whos(blank(distinct["couple_id"]), "missing_key", keys.couple or keys.person or "")
    if keys.person:
        records.hold_whos(blank(distinct["_person"]), "missing_key", keys.person)


def _role_here(records: Records, told: pd.Series, dyads: Dyads) -> pd.Series:
    if dyads.single:
        return pd.Series(RESPONDENT, index=told.index, dtype="str")
    if records.source.partners:
        return told
    if records.mapping.by is None or dyads.by is None:
        return pd.Series("", index=told.index, dtype="str")
    values = recode_role(records, dyads.by, told)
    roles = values.map(dyads.labels).fillna("") if dyads.labels else values
    records.hold_whos(blank(roles) & ~blank(told), "unknown_label", records.mapping.by)
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
    people = people.reset_index(drop=True)
    return Roster(
        people=people.assign(person_id=person_ids(people, study.dyads)),
        known=pd.MultiIndex.from_frame(people[["couple_id", "_person"]]),
        declared=bool(with_people),
        start_dates=_firsts(files, "start_date"),
        start_days=_firsts(files, "start_day"),
    )


def _named(records: Records) -> pd.DataFrame:
    """The distinct persons of a file that are not all set aside, in order of their first record."""
    there = np.bincount(records.who[records.rule == 0], minlength=len(records.whos)) > 0
    named = records.whos.loc[there, ["couple_id", "_person", "role"]].copy()
    nameless = blank(named["_person"])
    named.loc[nameless, "_person"] = named.loc[nameless, "role"]
    return named


def _empty() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in ("couple_id", "_person", "role")})


def _lettered(people: pd.DataFrame) -> pd.DataFrame:
    """Where partners can not be told apart: A and B by order in the delivery. The letters mean nothing."""
    letters = people.groupby("couple_id").cumcount().map({0: "A", 1: "B"}).fillna("")
    return people.assign(role=letters.astype("str"))


def _firsts(files: Sequence[Records], target: str) -> pd.Series:
    """First day by couple from a mapped column; missing, and not the study's own, where two are given."""
    parts = [_told_by_couple(one, target) for one in files if target in one.answers]
    if not parts:
        return pd.Series(dtype="float64", name=target)
    firsts = pd.concat(parts).dropna().drop_duplicates()
    single = ~firsts["couple_id"].duplicated(keep=False)
    firsts[target] = firsts[target].where(single)
    return firsts.drop_duplicates("couple_id").set_index("couple_id")[target]


def _told_by_couple(records: Records, target: str) -> pd.DataFrame:
    answer = records.answers[target]
    kept = records.rule == 0
    couples = records.whos["couple_id"].to_numpy()[records.who[kept]]
    return pd.DataFrame({"couple_id": pd.Series(couples, dtype="str"), target: answer.rows(kept)}).drop_duplicates()


def link_records(records: Records, roster: Roster, study: StudyFile) -> None:
    """Give every record its couple_id, person_id and role, and hold those that no one or more than one fits."""
    whos, people = records.whos, roster.people
    if records.source.table == "couples":
        whos["person_id"], whos["person"] = "", -1
        if roster.declared:
            strange = ~whos["couple_id"].isin(people["couple_id"])
            records.hold_whos(strange, "couple_not_in_people", _key(records), once=True)
        return
    _fill_from_roster(records, roster)
    whos["person_id"] = person_ids(whos, study.dyads)
    if roster.declared:
        records.hold_whos(whos["person"].lt(0), "person_not_in_people", _key(records), once=True)
    records.hold_whos(blank(whos["role"]), "role_unknown", records.mapping.by or _key(records), once=True)
    _hold_misfits(records, people, study.dyads)


def person_ids(people: pd.DataFrame, dyads: Dyads) -> pd.Series:
    """One id per person over the whole study, from couple_id and _person, whatever characters these hold."""
    if dyads.single:
        return people["couple_id"]
    couple = people["couple_id"].str.replace("%", "%25", regex=False).str.replace("/", "%2F", regex=False)
    return couple + "/" + people["_person"]


def _key(records: Records) -> str:
    return records.source.keys.person or records.source.keys.couple or ""


def _fill_from_roster(records: Records, roster: Roster) -> None:
    """Whatever of couple, person and role the roster knows; ``person`` is the position in it, or -1."""
    whos, people = records.whos, roster.people
    if records.source.keys.couple is None and records.source.keys.person is not None and blank(whos["couple_id"]).any():
        single = people.drop_duplicates("_person", keep=False).set_index("_person")["couple_id"]
        whos["couple_id"] = whos["_person"].map(single).fillna("").astype("str")
        strange = blank(whos["couple_id"])
        records.hold_whos(strange, "person_not_in_people", records.source.keys.person or "")
    nameless = blank(whos["_person"]) | bool(records.source.partners)
    if nameless.any():
        told_of = people[~blank(people["_told"])].drop_duplicates(["couple_id", "_told"], keep=False)
        by_role = told_of.set_index(["couple_id", "_told"])["_person"]
        named = by_role.reindex(pd.MultiIndex.from_frame(whos[["couple_id", "role"]])).to_numpy()
        filled = pd.Series(named, index=whos.index).fillna(whos["role"]).astype("str")
        whos["_person"] = whos["_person"].mask(nameless, filled)
    person = roster.known.get_indexer(pd.MultiIndex.from_frame(whos[["couple_id", "_person"]]))
    whos["person"] = person
    told, roles = (
        pd.Series(people[name].array.take(person, allow_fill=True, fill_value=""), index=whos.index)
        for name in ("_told", "role")
    )
    if records.mapping.by is not None or records.source.partners:
        both = ~blank(whos["role"]) & ~blank(told) & whos["role"].ne(told)
        records.hold_whos(both, "roles_conflict", records.mapping.by or "")
    whos["role"] = roles.where(~blank(roles), whos["role"])


def _hold_misfits(records: Records, people: pd.DataFrame, dyads: Dyads) -> None:
    size = people.groupby("couple_id")["_person"].nunique()
    most = 1 if dyads.single else 2
    crowded = set(size[size > most].index)
    couples = records.whos["couple_id"]
    records.hold_whos(couples.isin(crowded), "too_many_members", _key(records), once=True)
    if dyads.distinguishable:
        told = people[~blank(people["role"])]
        doubled = set(told[told.duplicated(["couple_id", "role"])]["couple_id"]) - crowded
        records.hold_whos(couples.isin(doubled), "roles_conflict", _key(records), once=True)
