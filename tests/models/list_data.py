"""Lists that people tick, with known shares, and the questions about their ranks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from tests.models.relation_data import surveyed

from couples_study.contracts.study import Dyads
from couples_study.core.columns import Column, Glossary
from couples_study.models.registry import Setting

ITEMS = tuple(f"i{number}" for number in range(8))
SETTING = Setting(
    dyads=Dyads(type="distinguishable", by="sex", labels={"1": "woman", "2": "man"}),
    glossary=Glossary({
        n: Column(name=n, label=n, meaning=n, unit="0/1", kind="flag", table="people", group="t")
        for n in (*ITEMS, "parent", "lost")
    }),
)  # fmt: skip


def answers(shares, couples=200, alike=0.5, seed=1):
    """(couples, 2, items) of 0 and 1: partners, and each person's items, correlate ``alike``."""
    rng = np.random.default_rng(seed)
    couple = rng.normal(size=(couples, 1, 1))
    item = rng.normal(size=(couples, 1, len(shares)))
    own = rng.normal(size=(couples, 2, len(shares)))
    latent = np.sqrt(alike / 2) * (couple + item) + np.sqrt(1 - alike) * own
    return (latent > stats.norm.isf(np.asarray(shares))).astype(float)


def people_of(ticks, **more):
    couples, _, count = ticks.shape
    flat = ticks.reshape(-1, count)
    people = pd.DataFrame({
        "couple_id": np.repeat([f"c{i:03d}" for i in range(couples)], 2),
        "person_id": [f"p{i:04d}" for i in range(2 * couples)], "role": np.tile(["woman", "man"], couples),
        **{ITEMS[j]: flat[:, j] for j in range(count)}, **more,
    })  # fmt: skip
    return surveyed(people)


def listed(shares, **how):
    return people_of(answers(shares, **how))
