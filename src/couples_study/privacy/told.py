"""Evidence as it may be told: what rests on fewer than five is hidden, whatever model it comes from.

A verdict is judged on everything; a report, its figures and the numbers behind them tell this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from math import ceil, floor
from typing import Any

import pandas as pd

from couples_study.contracts.evidence import Evidence, FigureData, NotTestable
from couples_study.privacy.small_cells import SMALLEST_CELL, is_small, share_told, suppressed

COUNTS = ("n", "at_risk", "couple_days", "person_days")  # how many stand behind a row of a figure
RISING = ("improved", "separated", "share")  # curves that rise by single couples or people
TABLE = "events_"  # facts that are the cells of one table
EVENTS = ("separated", "events", "couples_with_event")
SIDES = ("couples", "couple_days", "days")  # each counted below and from a stated value, all of them together known
SHARES = ("share", "placebo")
AN_END = re.compile(r"_(low|high)\d\d")
NOTHING = 1e-6
HIDDEN = "hidden"  # a note: how many rows were left out for their counts
TOLD = "told"  # a note: these frames have been through here
OF_COUPLES = frozenset({"onset", "trial"})  # models whose shares are of couples


def told(found: Evidence | NotTestable) -> Evidence | NotTestable:
    """``found`` without small cells; what holds none is handed back as it is, and told twice is told once."""
    if isinstance(found, NotTestable):
        return found
    figure = None if found.figure is None else told_figure(found.figure)
    return replace(found, facts=_facts(found), figure=figure)


def told_figure(data: FigureData) -> FigureData:
    """A figure's data without rows that rest on fewer than five, or that give such a row back."""
    if data.notes.get(TOLD):
        return data
    at_risk = [float(one["at_risk"].max()) for one in data.frames.values() if "at_risk" in one.columns and len(one)]
    most = max(at_risk, default=float(data.notes.get("people", 0) or 0))
    rises = data.kind in ("onset", "gap")
    frames = {name: _rows(frame) for name, frame in data.frames.items()}
    hidden = sum(len(data.frames[name]) - len(one) for name, one in frames.items())
    frames = {name: _steps(one, most) if rises else one for name, one in frames.items()}
    return replace(data, frames=frames, notes={**_without_sides(data.notes), TOLD: True, HIDDEN: hidden})


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Without small rows; where the rows' counts add up to a number that is told, without the next smallest as well."""
    for name in (one for one in COUNTS if one in frame.columns):
        counts = frame[name]
        if name == "at_risk":
            frame = frame[counts.ge(SMALLEST_CELL)]
        elif counts.notna().any():
            kept = [n is not None for n in suppressed([0 if n != n else int(n) for n in counts])]
            frame = frame[pd.Series(kept, index=frame.index)]
    return frame


def _steps(frame: pd.DataFrame, most: float) -> pd.DataFrame:
    """A curve of events only where at least five more have had theirs since the last step that is told.

    What is left at the end joins the last step, so that the curve ends where the events do.
    """
    base = float(frame["at_risk"].max()) if "at_risk" in frame.columns and len(frame) else most
    so_far, rows = {name: 0.0 for name in RISING if name in frame.columns}, []
    for place, row in enumerate(frame.to_dict("records")):
        more = [(row[name] - before) * base for name, before in so_far.items()]
        if any(one > NOTHING for one in more) and all(one < NOTHING or one > SMALLEST_CELL - NOTHING for one in more):
            rows.append(place)
            so_far = {name: row[name] for name in so_far}
    return frame.iloc[[*rows[:-1], len(frame) - 1] if rows else []]


def _facts(found: Evidence) -> dict[str, float]:
    facts = dict(found.facts)
    cells = [name for name in facts if name.startswith(TABLE)]
    for name, n in zip(cells, suppressed([int(facts[name]) for name in cells]), strict=True):
        if n is None:
            del facts[name]
    for name in EVENTS:
        if is_small(facts.get(name, 0.0)):
            del facts[name]
    facts = _without_sides(facts)
    return {**facts, **_shares(facts, _behind(found))}


def _without_sides(told_of: Mapping[str, Any]) -> dict[str, Any]:
    """Without the numbers on both sides of a stated value where one of them is small: the other would tell it."""
    pairs = [(f"{unit}_below", f"{unit}_from") for unit in SIDES] + [("n_below", "n_above")]
    small = [pair for pair in pairs if any(is_small(float(told_of.get(one) or 0.0)) for one in pair)]
    return {name: value for name, value in told_of.items() if not any(name in pair for pair in small)}


def _behind(found: Evidence) -> int:
    return found.counts.couples if found.model in OF_COUPLES else found.counts.n_obs


def _shares(facts: Mapping[str, float], n: int) -> dict[str, float]:
    """Shares that would tell of fewer than five, and their intervals, from which they could be computed."""
    moved: dict[str, float] = {}
    for name in [one for one in facts if one.startswith(SHARES) and not AN_END.search(one)]:
        value = share_told(facts[name], n) if 0 <= facts[name] <= 1 else facts[name]
        if value == facts[name]:
            continue
        moved[name] = value
        fives = n / SMALLEST_CELL
        for end in [one for one in facts if AN_END.fullmatch(one.removeprefix(name))]:
            low, few = "_low" in end, value < 0.5
            wide = floor(facts[end] * fives) / fives if low else ceil(facts[end] * fives) / fives
            moved[end] = (0.0 if few else wide) if low else (wide if few else 1.0)
    return moved
