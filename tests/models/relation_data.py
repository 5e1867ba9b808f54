"""Diaries and surveys of couples with known effects, for the models of one relation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from couples_study.contracts.hypothesis import Hypothesis
from couples_study.contracts.study import Dyads
from couples_study.core.columns import Column, Glossary
from couples_study.measures import frames_of
from couples_study.models.registry import Setting, check_question

NUMBERS = ("y", "x", "z", "w", "n", "hours", "event", "prompt", "done", "chance", *(f"c{i}" for i in range(12)))


def glossary() -> Glossary:
    kinds = {"group": "label"}
    return Glossary({
        n: Column(name=n, label=n, meaning=n, unit="points", kind=kinds.get(n, "number"), table="diary_days", group="t")
        for n in (*NUMBERS, "group")
    })  # fmt: skip


SETTING = Setting(
    dyads=Dyads(type="distinguishable", by="sex", labels={"1": "woman", "2": "man"}),
    glossary=glossary(),
    scheduled_days=28,
)


def ids(couples: int, days: int) -> pd.DataFrame:
    """One row per person and day."""
    c, m, d = np.indices((couples, 2, days)).reshape(3, -1)
    person = [f"c{i:03d}/{j}" for i, j in zip(c, m, strict=True)]
    return pd.DataFrame({
        "couple_id": [f"c{i:03d}" for i in c], "person_id": person, "role": np.array(["woman", "man"])[m], "day": d,
    })  # fmt: skip


def by_person(table: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """A normal value for each person, on every row."""
    codes, people = pd.factorize(table["person_id"])
    return rng.normal(size=len(people))[codes]


def by_couple(table: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """A normal value for each couple, on every row."""
    codes, couples = pd.factorize(table["couple_id"])
    return rng.normal(size=len(couples))[codes]


def frames(table: pd.DataFrame, people: pd.DataFrame | None = None, time: str = "day"):
    keys = ["couple_id", "person_id", "role"]
    people = table[keys].drop_duplicates() if people is None else people
    couples = people[["couple_id"]].drop_duplicates()
    name = {"day": "diary_days", "wave": "survey_waves"}[time]
    return frames_of({"people": people, "couples": couples, name: table}, ())


def surveyed(people: pd.DataFrame):
    """Frames of people asked once."""
    return frames_of({"people": people, "couples": people[["couple_id"]].drop_duplicates()}, ())


def asked(unit="points per point", value=0.05, **keys) -> Hypothesis:
    effect = {"value": value, "unit": unit, "why": "a test"}
    return Hypothesis.model_validate({"id": "T", "statement": "A test.", "smallest_effect": effect, **keys})


def estimated(found, setting=SETTING, **keys):
    """The evidence on a question of these keys."""
    question = asked(**keys)
    return check_question(question, setting, "test").estimate("T", question, found, setting)
