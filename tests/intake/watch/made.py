"""Made-up diaries for the watch, of any size, with what is to be found put in by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from couples_study.contracts.study import StudyFile
from couples_study.contracts.watch import Battery
from couples_study.core.columns import glossary
from couples_study.intake.watch import watch

START = np.datetime64("2026-03-02")
FATES = (
    "table",
    "source",
    "file",
    "row",
    "couple_id",
    "person_id",
    "role",
    "day",
    "date",
    "entry_late",
    "entered",
    "outcome",
)
NO_STATES = pd.DataFrame(
    {
        "couple_id": pd.Series(dtype="str"),
        "person_id": pd.Series(dtype="str"),
        "day": pd.Series(dtype="float64"),
        "state": pd.Series(dtype="str"),
    }
)


def study(days=14, checks=None, **meta):
    """A study file of two distinguishable partners with ``days`` scheduled days."""
    return StudyFile.model_validate(
        {
            "study": {"id": "made", "title": "Made", "scheduled_days": days, **meta},
            "dyads": {"type": "distinguishable", "by": "sex", "labels": {"1": "woman", "2": "man"}},
            "source": [
                {
                    "reader": "csv",
                    "files": "d.csv",
                    "table": "diary_days",
                    "keys": {"couple": "couple", "person": "person", "day": "day"},
                }
            ],
            "checks": checks or {},
        }
    )


def people(couples):
    """Both members of couples C000, C001, ..."""
    ids = [f"C{i:03d}" for i in range(couples)]
    return pd.DataFrame(
        {
            "couple_id": np.repeat(ids, 2),
            "person_id": [f"{one}{letter}" for one in ids for letter in "ab"],
            "role": ["woman", "man"] * couples,
        }
    ).astype("str")


def diary(couples, days, rng, items=0):
    """Everyone answers every day; touch is a shared count with noise, sex and conflict shared flags with slips."""
    who = people(couples)
    rows = who.loc[who.index.repeat(days)].reset_index(drop=True)
    n = couples * days
    shared = rng.poisson(6, (couples, 1, days)) + rng.poisson(2, (couples, 2, days))
    received = np.clip(shared + rng.integers(-1, 2, shared.shape), 0, 25)
    yes = rng.random((couples, 1, days)) < 0.3
    slip = rng.random((2, couples, 2, days)) < 0.05
    rows["day"] = np.tile(np.arange(days), 2 * couples)
    rows["touch_given_n"] = shared.reshape(2 * n).astype("float64")
    rows["touch_received_n"] = received[:, ::-1].reshape(2 * n).astype("float64")
    rows["sex_today"] = (yes ^ slip[0]).reshape(2 * n).astype("float64")
    rows["conflict_today"] = (yes ^ slip[1]).reshape(2 * n).astype("float64")
    if items:
        rows = rows.assign(**honest(2 * n, items, rng))
    return rows


def honest(n, items, rng, loading=0.7):
    """Answers 1 to 7 on ``items`` items q0, q1, ... of one trait; every second one is reversed."""
    trait = rng.normal(size=n)
    said = {}
    for i in range(items):
        value = loading * trait + np.sqrt(1 - loading**2) * rng.normal(size=n)
        said[f"q{i}"] = np.clip(np.round(4 + (1 if i % 2 == 0 else -1) * 1.2 * value), 1, 7)
    return said


def battery(items, table="diary_days"):
    names = tuple(f"q{i}" for i in range(items))
    return {"trait": Battery(table=table, items=names, reversed=names[1::2], low=1, high=7)}


def fates(rows, *, late=False, outcome="used", hour=21):
    """The fates of diary rows that were all entered on their evening at ``hour``."""
    date = pd.Series(START + rows["day"].to_numpy().astype("timedelta64[D]"), index=rows.index).astype("datetime64[s]")
    return pd.DataFrame(
        {
            "table": "diary_days",
            "source": "diary",
            "file": "d.csv",
            "row": np.arange(1, len(rows) + 1),
            "couple_id": rows["couple_id"].to_numpy(),
            "person_id": rows["person_id"].to_numpy(),
            "role": rows["role"].to_numpy(),
            "day": rows["day"].to_numpy(dtype="float64"),
            "date": date.to_numpy(),
            "entry_late": late,
            "entered": date.to_numpy() + np.timedelta64(hour, "h"),
            "outcome": outcome,
        }
    )


def watched(rows, *, who=None, days=14, checks=None, entries=None, states=NO_STATES, tables=None, **more):
    """`watch` on a diary, all else as usual."""
    return watch(
        study=study(days, checks),
        glossary=glossary(),
        tables={"diary_days": rows, **(tables or {})},
        fates=fates(rows) if entries is None else entries,
        people=rows[["couple_id", "person_id", "role"]].drop_duplicates() if who is None else who,
        states=states,
        **more,
    )
