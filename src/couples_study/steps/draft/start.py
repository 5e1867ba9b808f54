"""The diary's window: its first day, its length, and where the day ends."""

from __future__ import annotations

from collections.abc import Sequence

from couples_study.steps.draft.forms import Line, Part
from couples_study.steps.draft.sources import Guessed
from couples_study.steps.draft.words import EXACT, called

LONGEST_DIARY = 1000


def say_first_days(part: Part, sources: Sequence[Guessed]) -> None:
    """Lines of ``[study]`` about the days of the diary."""
    counted = [source.when for source in sources if source.when.key == "day" and source.when.first is not None]
    dated = [source for source in sources if source.when.key == "date" and source.when.dates is not None]
    length = 0
    if counted:
        first = min(one.first for one in counted if one.first is not None)
        length = max(one.last for one in counted if one.last is not None) - first + 1
        if first != 0:
            part.say("first_day", first, note="the lowest number found; ours count from 0")
    if dated:
        length = max(length, _say_start(part, sources, dated))
        _say_day_ends(part, dated)
    if 1 <= length <= LONGEST_DIARY:
        part.say("scheduled_days", length, why="as many as were found; say how many the protocol had")


def _say_start(part: Part, sources: Sequence[Guessed], dated: Sequence[Guessed]) -> int:
    """``start_date`` for all, or the column that says it; gives the length of the longest diary."""
    bounds = [source.when.dates for source in dated if source.when.dates is not None]
    first, last = min(one[0] for one in bounds), max(one[1] for one in bounds)
    named = [source for source in sources if _starts(source) is not None]
    if named:
        source = named[0]
        column = _starts(source)
        why = "taken for the first evening of the couple, by its name"
        source.answers.columns.append(Line(key="start_date", value=column, why=why))
        if column in source.answers.left:
            source.answers.left.remove(column)
        return max((_span(one) for one in dated), default=0)
    part.say(
        "start_date",
        first.date(),
        why="the first day found; if couples began on different days, map a column onto start_date",
    )
    return int((last - first).days) + 1


def _starts(source: Guessed) -> str | None:
    if source.when.table not in ("people", "couples") or source.wide is not None:
        return None
    found = [name for name, look in source.looks.items() if called(name, "start") == EXACT and look.dates is not None]
    return found[0] if found and "StartDate" not in found else None


def _span(source: Guessed) -> int:
    """The most days that one couple (or person) covers."""
    look, key = source.looks[source.when.column], source.couple or next(iter(source.keys.values())).column
    if look.dates is None or key not in source.rows:
        return 0
    days = look.dates.days(source.rows[source.when.column])
    spans = days.groupby(source.rows[key]).agg(lambda one: (one.max() - one.min()).days)
    return int(spans.max()) + 1 if len(spans) else 0


def _say_day_ends(part: Part, dated: Sequence[Guessed]) -> None:
    looks = [source.looks[source.when.column].dates for source in dated]
    if any(one.after_midnight for one in looks if one is not None):
        part.say("day_ends", "04:00", why="some entries are from after midnight: to which evening do they belong?")
