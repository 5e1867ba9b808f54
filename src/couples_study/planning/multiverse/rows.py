"""Rules that choose rows or recode counts, applied to validated tables before anything is scored or joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from couples_study.planning.multiverse.choice import Option

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
FIRST_DAYS = 2
HALF = 0.5
TOP = 0.95
TIMED = {"diary_days": "day", "survey_waves": "wave"}


def applied(tables: Tables, option: Option) -> Tables:
    """The tables after every rule of an option, in their order."""
    for name, *columns in option.rows:
        tables = RULES[name](tables, *columns)
    return tables


def later_days(tables: Tables) -> Tables:
    """Without the first days of the diary."""
    days = _days(tables)
    return tables if days is None else _with(tables, "diary_days", days[days["day"] >= days["day"].min() + FIRST_DAYS])


def answered_half(tables: Tables) -> Tables:
    """The diaries of people who answered on at least half of the days on which anybody did."""
    days = _days(tables)
    if days is None:
        return tables
    answered = days.groupby("person_id")["day"].transform("count")
    return _with(tables, "diary_days", days[answered >= HALF * days["day"].nunique()])


def both_answered(tables: Tables) -> Tables:
    """Days on which both partners answered."""
    days = _days(tables)
    if days is None:
        return tables
    there = days.groupby(["couple_id", "day"])["person_id"].transform("nunique")
    return _with(tables, "diary_days", days[there == there.max()])


def both_people(tables: Tables, outcome: str) -> Tables:
    """Couples both of whom are there, and answered ``outcome`` where it stands among what was asked once."""
    people = tables["people"]
    if outcome in people:
        people = people[people[outcome].notna()]
    members = people.groupby("couple_id")["person_id"].transform("nunique")
    keep = set(people.loc[members == 2, "couple_id"])
    return {name: table[table["couple_id"].isin(keep)] for name, table in tables.items()}


def other_report(tables: Tables, column: str, other: str) -> Tables:
    """``column`` as the partner tells it, in what they report under ``other``."""
    return _recoded(tables, column, lambda table, time: _of_partner(table, other, time))


def mean_report(tables: Tables, column: str, other: str) -> Tables:
    """``column`` as the mean of one's own report and the partner's; a day that one of them tells of has that."""

    def mean(table: pd.DataFrame, time: str) -> pd.Series:
        theirs = _of_partner(table, other, time)
        own = table[column].astype("float64")
        return ((own + theirs) / 2).fillna(own).fillna(theirs)

    return _recoded(tables, column, mean)


def winsorised(tables: Tables, column: str) -> Tables:
    """Counts above their 95th percentile set to it."""

    def pulled(table: pd.DataFrame, _: str) -> pd.Series:
        values = table[column].astype("float64")
        known = values.dropna().to_numpy()
        return values if not len(known) else values.clip(upper=float(np.quantile(known, TOP, method="inverted_cdf")))

    return _recoded(tables, column, pulled)


def logged(tables: Tables, column: str) -> Tables:
    """The logarithm of one more than the count."""
    return _recoded(tables, column, lambda table, _: table[column].astype("float64").transform(np.log1p))


def _days(tables: Tables) -> pd.DataFrame | None:
    return tables.get("diary_days")


def _with(tables: Tables, name: str, table: pd.DataFrame) -> Tables:
    return {**tables, name: table}


def _recoded(tables: Tables, column: str, values: Callable[[pd.DataFrame, str], pd.Series]) -> Tables:
    """The tables with ``column`` replaced wherever it stands."""
    found = dict(tables)
    for name, table in tables.items():
        if column in table and "person_id" in table:
            found[name] = table.assign(**{column: values(table, TIMED.get(name, ""))})
    return found


def _of_partner(table: pd.DataFrame, column: str, time: str) -> pd.Series:
    """What the other member of the couple says under ``column`` at the same time; missing where nobody does."""
    keys = ["couple_id", *([time] if time else [])]
    told = table[[*keys, "person_id", column]]
    joined = told.drop(columns=column).reset_index(names="at").merge(told, on=keys, suffixes=("", "_other"))
    joined = joined[joined["person_id"] != joined["person_id_other"]].drop_duplicates("at")
    return joined.set_index("at")[column].astype("float64").reindex(table.index)


RULES: Mapping[str, Callable[..., Tables]] = MappingProxyType({
    "later_days": later_days, "answered_half": answered_half, "both_answered": both_answered,
    "both_people": both_people, "other_report": other_report, "mean_report": mean_report, "winsorised": winsorised,
    "logged": logged,
})  # fmt: skip
