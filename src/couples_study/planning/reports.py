"""What both partners report of their lives: diary, weekly survey and baseline, in the glossary's columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.planning.generator import POINTS, WEEKS, World, poisson_counts
from couples_study.planning.parameters import parameters

ROLES = ("woman", "man")


def diary(world: World) -> pd.DataFrame:
    """Every evening of every person, answered or not (``answered``), one row each in the order couple, person, day."""
    received, given = _touch_reports(world)
    columns = {
        "couple": np.arange(world.couples)[:, None, None], "member": np.arange(2)[None, :, None],
        "day": np.arange(world.days)[None, None, :], "answered": _answered(world),
        "touch_received_n": received, "touch_given_n": given, **_sliders(world), **_facts(world),
    }  # fmt: skip
    shape = world.close.shape
    return pd.DataFrame({name: np.broadcast_to(values, shape).ravel() for name, values in columns.items()})


def _touch_reports(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Touches received and given as each partner reports them; what one gives is what the other receives."""
    if world.scenario.counts == "exact":
        return world.touch, world.touch[:, ::-1, :]
    chance = world.chance
    received = _report(world.touch, chance.report[..., 0], chance.report_uniform[..., 0], chance.report_uniform[..., 1])
    given = _report(
        world.touch[:, ::-1, :], chance.report[..., 1], chance.report_uniform[..., 2], chance.report_uniform[..., 3]
    )
    return received, given


def _report(true: np.ndarray, noise: np.ndarray, intrusion: np.ndarray, heaping: np.ndarray) -> np.ndarray:
    touch = parameters()["touch"]
    remembered = true * touch["report_thinning"] * np.exp(touch["log_sd_report"] * noise)
    said = np.round(remembered) + poisson_counts(intrusion, touch["report_intrusions"], touch["cap"])
    heap = (heaping < touch["heap"]) & (said >= touch["heap_from"])
    return np.clip(np.where(heap, 5 * np.round(said / 5), said), 0, touch["cap"])


def _sliders(world: World) -> dict[str, np.ndarray]:
    chance, scenario = world.chance, world.scenario
    spread = world.within.std()
    error = spread * np.sqrt(2 * (1 - scenario.reliability) / scenario.reliability)
    mood = scenario.mood * spread * chance.mood
    close = world.close + mood
    safe = 5.1 + 0.7 * (world.close - world.close.mean()) + mood + 0.3 * chance.person[:, :, 3, None]
    resp = 5.0 + 0.7 * (world.close - world.close.mean()) + mood + 0.3 * chance.person[:, :, 4, None]
    pairs = {"close": close, "safe": safe, "resp": resp}
    errors = _item_errors(chance.item, scenario.item_error)
    items = {
        f"{name}_{number + 1}": slider(level + error * errors[..., 2 * k + number])
        for k, (name, level) in enumerate(pairs.items())
        for number in range(2)
    }
    stress = np.clip(np.round(45 + 20 * world.stress - 20 * scenario.mood * chance.mood), 0, 100)
    return {**items, "stress_day": stress}


def _item_errors(draws: np.ndarray, correlation: float) -> np.ndarray:
    """Errors of pairs of items, correlated where both were answered in the same minute."""
    if correlation == 0.0:
        return draws
    errors = draws.copy()
    errors[..., 1::2] = correlation * draws[..., 0::2] + np.sqrt(1 - correlation**2) * draws[..., 1::2]
    return errors


def slider(level: np.ndarray) -> np.ndarray:
    """A level on the 1-7 scale as an answer on a 0-100 slider."""
    return np.clip(np.round((level - 1.0) * POINTS), 0, 100)


def _facts(world: World) -> dict[str, np.ndarray]:
    daily, chance = parameters()["daily"], world.chance
    hours = np.where(world.weekend, daily["together_hours_weekend"], daily["together_hours_weekday"])
    hours = np.clip(np.round(2 * (hours + 1.5 * chance.couple_day[:, :, 3])) / 2, 0, 16)
    lean = world.within.mean(axis=1) / world.within.std()
    drive = stats.norm.ppf(daily["sex_day"]) + 0.25 * lean + 0.4 * chance.couple[:, 2, None]
    sex = chance.answer_uniform[:, 0, :, 0] < stats.norm.cdf(drive)
    return {
        "together_hours": hours[:, None, :],
        "conflict_today": _told(world.conflict, daily["conflict_told"], chance.recall_uniform[..., 0]),
        "sex_today": _told(sex, daily["sex_told"], chance.recall_uniform[..., 1]),
    }


def _told(happened: np.ndarray, chances: Sequence[float], uniform: np.ndarray) -> np.ndarray:
    """What each partner says of the couple's day: (C, T) to (C, 2, T), missed or wrongly remembered now and then."""
    when_so, when_not = chances
    return (uniform < np.where(happened, when_so, when_not)[:, None, :]).astype(float)


def _answered(world: World) -> np.ndarray:
    """Evenings that are answered: fewer as the study goes on, and after a conflict."""
    daily, chance = parameters()["daily"], world.chance
    start = np.log(daily["compliance"] / (1 - daily["compliance"]))
    middle = np.arange(world.days) - world.days / 2
    lean = start + daily["compliance_logit_slope_per_day"] * middle + 0.6 * chance.person[:, :, 5, None]
    lean = lean + daily["missing_conflict_logit"] * world.conflict[:, None, :]
    return chance.answer_uniform[..., 1] < 1 / (1 + np.exp(-lean))


def weekly(world: World) -> pd.DataFrame:
    """Weeks 0 to 4 of every person: four satisfaction items, physical and emotional closeness of the week."""
    weekly_parameters, chance = parameters()["weekly"], world.chance
    r = weekly_parameters["csi_partner_r"]
    latent = np.sqrt(r) * chance.couple[:, None, 0] + np.sqrt(1 - r) * chance.person[:, :, 0]
    score = (weekly_parameters["csi4_mean"] + weekly_parameters["csi4_sd"] * latent)[:, :, None] / 21
    score = score + 0.05 * chance.week[..., 0]
    tops = {"csi4_1": 6, "csi4_2": 5, "csi4_3": 5, "csi4_4": 5}
    items = {
        name: np.clip(np.round(top * score + 0.5 * chance.week[..., 1 + k]), 0, top)
        for k, (name, top) in enumerate(tops.items())
    }
    level = world.close.mean(axis=2)[:, :, None]
    columns = {
        "couple": np.arange(world.couples)[:, None, None], "member": np.arange(2)[None, :, None],
        "week": np.arange(WEEKS)[None, None, :], **items,
        "phys": slider(level - 0.2 + 0.5 * chance.week[..., 5]), "emotional": slider(level + 0.5 * chance.week[..., 6]),
    }  # fmt: skip
    shape = (world.couples, 2, WEEKS)
    return pd.DataFrame({name: np.broadcast_to(values, shape).ravel() for name, values in columns.items()})


def baseline(world: World) -> pd.DataFrame:
    """What was asked once: who people are, resentment, avoided conversations, intimacy."""
    base, chance, scenario = parameters()["baseline"], world.chance, world.scenario
    kids = (chance.couple_uniform[:, 0] < base["kids"])[:, None].astype(float)
    sore = np.sqrt(0.4) * chance.couple[:, None, 3] + np.sqrt(0.6) * chance.person[:, :, 6]
    avoid = 0.5 * sore + np.sqrt(0.75) * chance.person[:, :, 7]
    spare = np.sqrt(max(1 - scenario.resentment**2, 0.1))
    near = np.sqrt(0.3) * chance.couple[:, None, 0] + np.sqrt(0.7) * chance.person[:, :, 8]
    intimacy = scenario.resentment * sore + scenario.kids * (kids - base["kids"]) + spare * near
    items = {
        f"resentment_{i + 1}": _likert(base["resentment_mean"] + base["resentment_sd"] * sore, chance, i)
        for i in range(3)
    }
    items |= {
        f"intimacy_{i + 1}": _likert(base["intimacy_mean"] + base["intimacy_sd"] * intimacy, chance, i + 3)
        for i in range(3)
    }
    years = np.round(np.exp(1.9 + 0.7 * chance.couple_uniform[:, 1] * 2 - 0.7))[:, None]
    columns = {
        "couple": np.arange(world.couples)[:, None], "member": np.arange(2)[None, :],
        "age": np.clip(np.round(26 + years + 5 * chance.person[:, :, 9]), 18, 90),
        "kids": kids, "years_together": years,
        "avoid_hard_talk": np.clip(np.round(3.2 + 1.2 * avoid), 1, 7), **items,
    }  # fmt: skip
    shape = (world.couples, 2)
    return pd.DataFrame({name: np.broadcast_to(values, shape).ravel() for name, values in columns.items()})


def _likert(level: np.ndarray, chance: object, number: int) -> np.ndarray:
    noise = chance.week[:, :, number % WEEKS, 7] if number < WEEKS else chance.person[:, :, 10]  # type: ignore[attr-defined]
    return np.clip(np.round(level + 0.7 * noise), 1, 7)
