"""When a row was written, and with that which table a form fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from couples_study.steps.draft.look import Look
from couples_study.steps.draft.words import EXACT, NOT, WEAK, called, rank

MOST_WAVES = 15
MOST_UNNAMED_WAVES = 4
FEWEST_ROWS = 20  # below, a column without doubled values may be without them by chance
SINGLE = 0.95  # share of rows that are the only one of their unit and time, for the time to count as found


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The table a form fills and its time key; ``days`` bound what was seen (study days or dates)."""

    table: str
    key: str = ""
    column: str = ""
    why: str = ""
    table_why: str = ""
    first: int | None = None
    last: int | None = None
    dates: tuple[pd.Timestamp, pd.Timestamp] | None = None
    others: tuple[str, ...] = field(default=())


def when(frame: pd.DataFrame, looks: Mapping[str, Look], unit: Sequence[str], alone_table: str = "people") -> When:
    """What tells the rows of a unit (couple, person, or both) apart in time; ``alone_table`` if nothing has to."""
    alone = not unit or not frame.duplicated([*unit]).any()
    if alone and (named := _named(looks, unit, "wave")) and looks[named].whole:
        return When(table="survey_waves", key="wave", column=named)
    if alone:
        return When(table=alone_table, others=_dates(looks, unit))
    for key in ("wave", "week", "day"):
        found = _counted(frame, looks, unit, key)
        if found is not None:
            by_date = _dated(frame, looks, unit) if called(found.column, key) == WEAK else None
            return by_date or found
    return _dated(frame, looks, unit) or _by_structure(frame, looks, unit) or _nothing(looks, unit)


def _named(looks: Mapping[str, Look], unit: Sequence[str], what: str) -> str | None:
    scored = [(called(name, what), name) for name, look in looks.items() if name not in unit and not look.empty]
    best = max(scored, default=(NOT, ""), key=lambda one: one[0])
    return best[1] if best[0] > NOT else None


def _counted(frame: pd.DataFrame, looks: Mapping[str, Look], unit: Sequence[str], key: str) -> When | None:
    name = _named(looks, unit, key)
    if name is None or not looks[name].whole or looks[name].distinct < 2:
        return None
    look = looks[name]
    many = look.distinct > MOST_WAVES
    if key == "wave" and (many or (called(name, "wave") != EXACT and look.distinct > 6)):
        return None
    share = _share_single(frame, [*unit, name])
    if share < SINGLE:
        return None
    why = "" if called(name, key) == EXACT else "chosen by its name, and no person has the same value twice; check it"
    why = why if share == 1 else f"{round((1 - share) * len(frame))} rows repeat a person's {key}: they will be held"
    if key == "day":
        return When(table="diary_days", key="day", column=name, why=why, first=int(look.lowest), last=int(look.highest))
    return When(table="survey_waves", key=key, column=name, why=why)


def _share_single(frame: pd.DataFrame, columns: list[str]) -> float:
    return 1 - float(frame.duplicated(columns, keep=False).mean())


def _dates(looks: Mapping[str, Look], unit: Sequence[str]) -> tuple[str, ...]:
    """Columns with dates, the likeliest first: by name, then by how many rows have one."""
    dated = [name for name, look in looks.items() if look.dates is not None and name not in unit]
    public = [name for name in dated if called(name, "private") == NOT]
    return tuple(sorted(public, key=lambda name: (rank(name, "date"), -looks[name].answered)))


def _dated(frame: pd.DataFrame, looks: Mapping[str, Look], unit: Sequence[str]) -> When | None:
    named = [name for name in _dates(looks, unit) if looks[name].answered >= 0.5 * len(frame)]
    if not named:
        return None
    parsed = {name: _days(frame, looks[name]) for name in named}
    column = next((name for name in named if parsed[name].notna().mean() >= SINGLE), named[0])
    days = parsed[column]
    if days.nunique() < 2:
        return None
    share = _share_single(frame.assign(**{column: days.astype("str")})[days.notna()], [*unit, column])
    rest = [name for name in named if name != column]
    others = f"{', '.join(rest[:3])} could be meant as well" if rest else ""
    often = share < SINGLE / 2
    repeated = "" if share >= SINGLE else f"{100 * (1 - share):.0f}% of the rows share a person's day"
    return When(
        table="events" if often else "diary_days",
        key="date",
        column=column,
        why="; ".join(part for part in (others, "" if often else repeated) if part),
        table_why="several rows of a person on one day: taken for events; an evening diary is diary_days"
        if often
        else "",
        dates=(days.min(), days.max()),
        others=tuple(rest),
    )


def _days(frame: pd.DataFrame, look: Look) -> pd.Series:
    return look.dates.days(frame[look.name]) if look.dates is not None else pd.Series(pd.NaT, index=frame.index)


def _by_structure(frame: pd.DataFrame, looks: Mapping[str, Look], unit: Sequence[str]) -> When | None:
    """A count from 0 or 1 without gaps that no person has twice."""
    if len(frame) < FEWEST_ROWS:
        return None
    longest = int(frame.groupby(list(unit)).size().max())
    why = "no person has the same value twice, so it is taken for the time; check it"
    for name, look in looks.items():
        counted = look.numeric and look.whole and not look.comma and look.lowest in (0, 1) and name not in unit
        no_gaps = look.distinct == int(look.highest - look.lowest) + 1 and look.distinct >= max(2, longest)
        if not counted or not no_gaps or frame[name].eq("").any() or frame.duplicated([*unit, name]).any():
            continue
        if look.distinct <= MOST_UNNAMED_WAVES:
            return When(table="survey_waves", key="wave", column=name, why=why)
        first, last = int(look.lowest), int(look.highest)
        return When(table="diary_days", key="day", column=name, why=why, first=first, last=last)
    return None


def _nothing(looks: Mapping[str, Look], unit: Sequence[str]) -> When:
    why = "a person has several rows and no column was found that says when: all of them will be held as duplicates"
    return When(table="people", table_why=why, others=_dates(looks, unit))
