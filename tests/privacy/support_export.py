"""A study of forty couples with facts, daily answers and a free text, as exports; every id and canary is unique."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
from tests.small_studies import DYADS, write_study

TOML = f"""
[study]
id = "leaving"
title = "A study that leaves"
time_zone = "Europe/Vienna"
claims = []
scheduled_days = 6
{DYADS}
[[source]]
reader = "csv"
files = "people.csv"
table = "people"
keys = {{ couple = "dyad", person = "pid" }}
columns = {{ start_date = "start", years_together = "years", children_n = "children", married = "married", \
resentment_3 = "resent" }}

[[source]]
reader = "csv"
files = "diary.csv"
table = "diary_days"
keys = {{ couple = "dyad", person = "pid", day = "day" }}
columns = {{ stress_day = "stress", touch_received_n = "touch", sex_today = "intimate", device = "device" }}
"""
CANARY = "Zwitscherwald"
DECIMALS = ("48.62342", "51.91357")  # answers that only one person gave
DAYS = 6


def study(folder: Path, couples: int = 40, seed: int = 1, gone: frozenset[int] = frozenset()) -> Path:
    """``couples`` couples in the order of their numbers; a larger study begins with a smaller one's."""
    people, diary = (
        ["dyad,pid,sex,age,start,years,children,married,resent"],
        ["dyad,pid,day,stress,touch,intimate,device"],
    )
    for n in (one for one in range(couples) if one not in gone):
        rng = np.random.default_rng([seed, n])
        start = dt.date(2026, 3, 2) + dt.timedelta(days=int(rng.integers(0, 20)))
        years, children, married = int(rng.integers(0, 30)), int(rng.poisson(1.2)), int(rng.random() < 0.9)
        for who, sex in enumerate("fm"):
            pid, age = f"K{n:03}{'xy'[who]}", int(rng.integers(20, 60))
            resent = int(rng.choice([1, 2, 3, 4, 5, 6, 7], p=[0.3, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02]))
            people.append(f"K{n:03},{pid},{sex},{age},{start},{years},{children},{married},{resent}")
            for day in range(DAYS):
                stress = DECIMALS[who] if (n, day) == (3, 2) else str(int(rng.integers(0, 101)))
                sex_today, touch = int(rng.random() < 0.3), int(rng.poisson(5))
                diary.append(f"K{n:03},{pid},{day},{stress},{touch},{sex_today},{CANARY if n == 3 else 'phone'}")
    return write_study(folder, TOML, {"people.csv": "\n".join(people), "diary.csv": "\n".join(diary)})
