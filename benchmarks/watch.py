"""Time everything that is looked at in validated data on a diary of a million entries.

usage: watch.py [--couples 17858] [--days 28] [--repeats 5] [--shuffle]

Prints the frame's size, the seconds of every run, and the peak of memory that the watch takes on top of its input.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc

import numpy as np
import pandas as pd

from couples_study.contracts.study import StudyFile
from couples_study.contracts.watch import Battery
from couples_study.core.columns import glossary
from couples_study.intake.watch import watch

ITEMS = tuple(f"item{i}" for i in range(10))
BATTERY = {"scale": Battery(table="diary_days", items=ITEMS, reversed=ITEMS[1::2], low=1, high=7)}
CHECKS = {"careless": {"long_string": 8, "too_fast": 1.0, "even_odd": 0.0, "mahalanobis": 0.001}}
START = np.datetime64("2026-03-02")
LIMIT = 1.5  # seconds for a million entries


def study(days: int) -> StudyFile:
    keys = {"couple": "couple", "person": "person", "day": "day"}
    return StudyFile.model_validate(
        {
            "study": {"id": "bench", "title": "Benchmark", "scheduled_days": days},
            "dyads": {"type": "distinguishable", "by": "sex", "labels": {"1": "woman", "2": "man"}},
            "source": [{"reader": "csv", "files": "d.csv", "table": "diary_days", "keys": keys}],
            "checks": CHECKS,
        }
    )


def people(couples: int) -> pd.DataFrame:
    ids = [f"C{i:05d}" for i in range(couples)]
    persons = [f"{one}{letter}" for one in ids for letter in "ab"]
    roles = ["woman", "man"] * couples
    return pd.DataFrame({"couple_id": np.repeat(ids, 2), "person_id": persons, "role": roles}).astype("str")


def diary(who: pd.DataFrame, days: int, rng: np.random.Generator) -> pd.DataFrame:
    rows = who.loc[who.index.repeat(days)].reset_index(drop=True)
    n = len(rows)
    rows["day"] = np.tile(np.arange(days), len(who))
    for name in ("touch_given_n", "touch_received_n"):
        rows[name] = rng.poisson(6, n).clip(0, 25).astype("float64")
    for name in ("sex_today", "conflict_today"):
        rows[name] = (rng.random(n) < 0.3).astype("float64")
    for name in ITEMS:
        rows[name] = np.where(rng.random(n) < 0.01, np.nan, rng.integers(1, 8, n))
    rows["answer_seconds"] = rng.gamma(9, 20, n)
    return rows.assign(device=("phone " + rows["person_id"]).astype("str"))


def fates(rows: pd.DataFrame) -> pd.DataFrame:
    date = (START + rows["day"].to_numpy().astype("timedelta64[D]")).astype("datetime64[s]")
    told = rows[["couple_id", "person_id", "role"]].astype("category")
    return told.assign(
        **{name: pd.Categorical.from_codes(np.zeros(len(rows), dtype="int8"), [word]) for name, word in WORDS.items()},
        row=np.arange(1, len(rows) + 1),
        day=rows["day"].astype("float64"),
        date=date,
        entered=date + np.timedelta64(21, "h"),
        entry_late=False,
    )


WORDS = {"table": "diary_days", "source": "diary", "file": "d.csv", "outcome": "used"}
NOBODY = pd.DataFrame({"couple_id": [], "person_id": [], "day": [], "state": []}).astype(
    {"couple_id": "str", "person_id": "str", "day": "float64", "state": "str"}
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("couples", 17_858), ("days", 28), ("repeats", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--shuffle", action="store_true", help="rows in no order; intake itself gives them in order")
    asked = parser.parse_args()
    who = people(asked.couples)
    rows = diary(who, asked.days, np.random.default_rng(1))
    entries = fates(rows)
    if asked.shuffle:
        rows, entries = (one.sample(frac=1, random_state=1).reset_index(drop=True) for one in (rows, entries))
    given = {
        "study": study(asked.days),
        "glossary": glossary(),
        "tables": {"diary_days": rows},
        "fates": entries,
        "people": who,
        "states": NOBODY,
        "batteries": BATTERY,
    }
    print(f"{len(rows):,} rows x {rows.shape[1]} columns, {rows.memory_usage(deep=True).sum() / 1e6:.0f} MB")
    took = []
    for _ in range(asked.repeats):
        begun = time.perf_counter()
        watch(**given)
        took.append(time.perf_counter() - begun)
    limit = LIMIT * len(rows) / 1e6
    print("seconds:", " ".join(f"{one:.2f}" for one in took), f"(limit {limit:.2f}, median {np.median(took):.2f})")
    tracemalloc.start()
    watch(**given)
    print(f"peak on top of the input: {tracemalloc.get_traced_memory()[1] / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
