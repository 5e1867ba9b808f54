"""Answers to everything that single claims ask for, beside what the generator lives through.

They follow a person's usual closeness a little and nothing else: no day's answer moves another's, prompts and doses
are drawn by lot and do nothing. What a claim says of them is therefore false, but where it is about people who are
closer than others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pandas as pd

from couples_study.claims import claims
from couples_study.core.columns import Column, glossary
from couples_study.core.seeds import child
from couples_study.planning.generator import WEEKS, World
from couples_study.planning.study_text import BASELINE, DIARY, WEEKLY

VIEW = 0.35  # how far a person's answers follow that person's usual closeness
STEADY = 0.6  # of an answer to a daily question, the person's own standard deviation
LIVED = {"kids", "close", "safe", "resp", "resentment", "intimacy", "csi4", *BASELINE, *WEEKLY, *DIARY}
SHARES = {
    "life_event": 0.04, "grand_gesture": 0.03, "breach_event": 0.01, "trauma": 0.12, "one_cause_only": 0.12,
    "one_cause_told": 0.15, "needs_match": 0.18, "meals_vital": 0.5,
}  # fmt: skip
TARGETS, LENGTHS = (2, 4, 6, 8, 10), (3, 5, 10, 20)
LOTS = "prompt_"
OF_COUPLES = ("gap_top", "needs_match", "decline_gradual", "youngest_months")
# what both partners tell of
OF_BOTH = ("days_without_touch", "daytime_gestures_n", "repair_acts", "repair_latency_h", "problem_months")
APART = 0.4  # how far their accounts of it lie apart, in standard deviations
MISTOLD = 0.1  # how often an account of the same flag or count is another
STATES: dict[str | None, Callable[[World], np.ndarray]] = {"stress_day": lambda world: world.stress}
ACROSS = {"turned_down": "rejected", "approached_n": "initiated_n"}  # the partner's account of this person's day
AFTER_CONFLICT = ("repair_latency_h", "conflict_severity", "repair_acts")


@cache
def further_columns(table: str) -> tuple[str, ...]:
    """Every column of ``table`` that a claim asks for and the generator does not live through."""
    asked = {name for claim in claims().values() if not claim.not_testable for name in claim.columns()}
    twice = {name for name in asked if name not in LIVED or name in STATES}
    asked |= {second for name in twice if name in glossary() and (second := glossary().second(name))}
    known = [glossary()[name] for name in sorted(asked - LIVED) if name in glossary()]
    return tuple(column.name for column in known if column.table == table and column.kind != "code")


def further(world: World, table: str, seed: int) -> dict[str, np.ndarray]:
    """Answers by column, (C, 2) of people, (C, 2, T) of evenings and (C, 2, W) of weeks; NaN where none."""
    occasions = {"people": (), "diary_days": (world.days,), "survey_waves": (WEEKS,)}[table]
    view = world.close.mean(axis=2)
    view = (view - view.mean()) / view.std()
    names = further_columns(table)
    found = {
        name: _answers(glossary()[name], view, occasions, world, np.random.default_rng(child(seed, "further", name)))
        for name in names
    }
    for name in names:
        rng = np.random.default_rng(child(seed, "further again", name))
        found |= _told_twice(name, found, world, rng)
    return found


def _told_twice(
    name: str, found: dict[str, np.ndarray], world: World, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """An answer that is about the same as another: the partner's account of it, or a second item."""
    column = glossary()[name]
    if name in ACROSS and ACROSS[name] in found:
        return {name: _mistold(column, found[ACROSS[name]][:, ::-1], rng)}
    if column.second_of in STATES:
        level = STATES[column.second_of](world)
        level = np.sqrt(1 - APART**2) * level + APART * rng.standard_normal(level.shape)
        return {name: np.clip(_on_scale(column)(level, rng), column.low, column.high)}
    if column.second_of in found:
        first = found[column.second_of]
        spread = APART * float(np.nanstd(first))
        return {name: np.clip(np.round(first + spread * rng.standard_normal(first.shape)), column.low, column.high)}
    return {}


def as_texts(columns: dict[str, np.ndarray], rows: Sequence[int] | np.ndarray) -> pd.DataFrame:
    """Columns as the text cells of an export, for these persons' occasions in the order couple, person, time."""
    frame = pd.DataFrame({name: values.ravel()[rows] for name, values in columns.items()})
    return frame.map(lambda value: "" if np.isnan(value) else f"{value:g}")


def _answers(
    column: Column, view: np.ndarray, occasions: tuple[int, ...], world: World, rng: np.random.Generator
) -> np.ndarray:
    couples = len(view)
    if column.name.startswith(LOTS) or column.name in ("dose_target", "hug_assigned_s", "wording_i"):
        return _by_lot(column.name, couples, occasions, rng)
    person = VIEW * view + np.sqrt(1 - VIEW**2) * rng.standard_normal(view.shape)
    level = person
    if occasions:
        day = rng.standard_normal((couples, 2, *occasions))
        level = STEADY * person[:, :, None] + np.sqrt(1 - STEADY**2) * day
    if column.name in OF_BOTH:
        level = np.repeat(level[:, :1], 2, axis=1) * np.sqrt(1 - APART**2) + APART * rng.standard_normal(level.shape)
    answers = _on_scale(column)(level, rng)
    if column.name in OF_BOTH and column.kind == "count":
        answers = _mistold(column, np.repeat(answers[:, :1], 2, axis=1), rng)
    if column.name in AFTER_CONFLICT:
        answers = np.where(world.conflict[:, None, :], answers, np.nan)
    if column.name in OF_COUPLES:
        answers = np.repeat(answers[:, :1], 2, axis=1)
    return np.clip(answers, column.low, column.high)


def _mistold(column: Column, told: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another's account of the same flag or count: now and then it says the other, or one more or less."""
    other = rng.random(told.shape) < MISTOLD
    if column.kind == "flag":
        return np.where(other, 1.0 - told, told)
    counted: np.ndarray = np.clip(told + other * rng.choice((-1.0, 1.0), told.shape), column.low, column.high)
    return counted


def _by_lot(name: str, couples: int, occasions: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """What both partners of a couple drew for the day, or for the week where it is a number of touches."""
    days = occasions[0] if occasions else 1
    if name == "dose_target":
        drawn = np.repeat(rng.choice(TARGETS, (couples, 1, -(-days // 7))), 7, axis=2)[:, :, :days]
    else:
        drawn = rng.choice(LENGTHS if name == "hug_assigned_s" else (0, 1), (couples, 1, days))
    return np.repeat(drawn, 2, axis=1).astype(np.float64)


def _on_scale(column: Column) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """How a standard normal level becomes an answer of this column's kind and unit."""
    if column.kind == "flag":
        return lambda level, rng: (level > _quantile(1 - SHARES.get(column.name, 0.3))).astype(np.float64)
    if column.kind == "count":
        return lambda level, rng: rng.poisson(np.exp(0.7 + 0.4 * level)).astype(np.float64)
    if column.unit.startswith("points") and column.low is not None and column.high is not None:
        middle, spread = 0.55 * column.high + 0.45 * column.low, 0.2 * (column.high - column.low)
        return lambda level, rng: np.round(middle + spread * level)
    step, usual = {"minutes": (5.0, 35.0), "hours": (0.5, 4.0), "months": (1.0, 30.0)}.get(column.unit, (1.0, 6.0))
    return lambda level, rng: step * np.round(usual * np.exp(0.5 * level) / step)


def _quantile(share: float) -> float:
    from scipy import stats

    return float(stats.norm.ppf(share))
