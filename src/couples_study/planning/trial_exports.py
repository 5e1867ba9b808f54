"""A simulated trial as a platform would deliver it: couples with their arm, baseline, weekly surveys, study.toml."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from couples_study.contracts.scenario import Scenario
from couples_study.planning.trials import ADHERENCE, BEGINS, EMOTIONAL, PHYSICAL, SAFETY, TrialWorld

ROLES = ("woman", "man")
WEEKLY = (EMOTIONAL, PHYSICAL, SAFETY, ADHERENCE)
CLAIMS = ("C03", "C38", "C76", "C77", "C81", "C82", "C105")
GUIDED_CLAIMS = ("C80",)
TEMPLATE = """\
# {title}
# Nobody answered these questions: everything here was drawn by a seeded generator. See truth.json.

[study]
id = "{id}"
title = "{title}"
synthetic = true
time_zone = "Europe/Vienna"
claims = [{claims}]

[dyads]
type = "distinguishable"
by = "gender"
labels = {{ woman = "woman", man = "man" }}

{sources}"""
SOURCES = """\
[[source]]
reader = "csv"
files = "{couples}.csv"
table = "couples"
design = "randomised"
arm = "arm"
keys = {{ couple = "dyad" }}

[[source]]
reader = "csv"
files = "{people}.csv"
table = "people"
keys = {{ couple = "dyad", person = "pid" }}

[[source]]
reader = "csv"
files = "{weekly}.csv"
table = "survey_waves"
keys = {{ couple = "dyad", person = "pid", week = "week" }}      # weeks 0 and {begins} are baselines
recode = {{ separated = {{ yes = 1, no = 0 }} }}
"""


def trial_exports(world: TrialWorld, letter: str = "D") -> dict[str, pd.DataFrame]:
    """The three exports as text cells; couples' codes begin with ``letter``."""
    couples = len(world.arm)
    codes = np.array([f"{letter}{number + 1:03d}" for number in range(couples)])
    told = pd.DataFrame(
        {
            "dyad": codes, "arm": np.array(world.arms)[world.arm],
            "presenting_concern": np.where(world.physical_concern, "physical", "emotional"),
            "physical_at_start": np.where(world.apart, "none", "some"),
        }
    )  # fmt: skip
    pairs = np.repeat(codes, 2)
    people = pd.DataFrame({"dyad": pairs, "pid": _pids(pairs), "gender": np.tile(ROLES, couples)})
    return {"couples": told, "people": people, "weekly": _weekly(world, codes)}


def _pids(codes: np.ndarray) -> np.ndarray:
    return np.char.add(codes.astype(str), np.tile(["a", "b"], len(codes) // 2))


def _weekly(world: TrialWorld, codes: np.ndarray) -> pd.DataFrame:
    """Answered weeks, and one row more that says so where a couple separated."""
    answered = np.isfinite(world.answers[EMOTIONAL])
    parted = (world.weeks[None, :] == world.gone[:, None])[:, None, :] & np.ones((1, 2, 1), dtype=bool)
    couple, member, place = np.nonzero(answered | parted)
    columns: dict[str, Any] = {
        "dyad": codes[couple], "pid": np.char.add(codes[couple].astype(str), np.array(["a", "b"])[member]),
        "week": (world.weeks[place] + BEGINS).astype(str),
        "separated": np.where(world.weeks[place] >= world.gone[couple], "yes", "no"),
    }  # fmt: skip
    for name in WEEKLY:
        values = world.answers[name][couple, member, place]
        decimals = 2 if name == ADHERENCE else 0
        columns[name] = [f"{round(value, decimals):g}" if np.isfinite(value) else "" for value in values.tolist()]
    return pd.DataFrame(columns)


def trial_text(study_id: str, scenario: Scenario, couples: int) -> str:
    """study.toml as text."""
    title = f"Synthetic trial: {couples} couples, 24 weeks ({scenario.name})"
    guided = scenario.trial is not None and scenario.trial.guidance is not None
    claims = ", ".join(f'"{claim}"' for claim in (GUIDED_CLAIMS if guided else CLAIMS))
    sources = trial_sources("couples", "people", "weekly")
    return TEMPLATE.format(id=study_id, title=title, claims=claims, sources=sources)


def trial_sources(couples: str, people: str, weekly: str) -> str:
    """The sources of study.toml that read a trial's exports, by the names these have."""
    return SOURCES.format(couples=couples, people=people, weekly=weekly, begins=BEGINS)
