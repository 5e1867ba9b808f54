"""A both-partner diary for timing: AR(1), same-day correlation, a variance per role, missing evenings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

RHO, SAME_DAY, SD = 0.4, 0.3, np.array([0.8, 1.1])
FIXED = ["fa", "fb", "wa", "wb", "ma", "mb"]
RANDOM = ["fa", "fb", "wa", "wb"]


def diary(couples: int, days: int, *, missing: float = 0.15, seed: int = 1) -> pd.DataFrame:
    """One row per answered evening, with role dummies (f), within-person (w) and person-mean (m) columns per role."""
    rng = np.random.default_rng(seed)
    shocks = rng.normal(size=(couples, days, 2)) @ np.linalg.cholesky([[1.0, SAME_DAY], [SAME_DAY, 1.0]]).T
    errors = shocks.copy()
    for t in range(1, days):
        errors[:, t] = RHO * errors[:, t - 1] + np.sqrt(1 - RHO**2) * shocks[:, t]
    couple, person = rng.normal(0, 0.8, (couples, 1, 1)), rng.normal(0, 0.5, (couples, 1, 2))
    slope = 0.03 + rng.normal(0, 0.04, (couples, 1, 2))
    level = np.exp(rng.normal(1.6, 0.5, (couples, 1, 2)))
    touch = rng.poisson(level * np.exp(rng.normal(0, 0.3, errors.shape)))
    mean = touch.mean(axis=1, keepdims=True)
    y = 4.5 + couple + person + slope * (touch - mean) + 0.05 * mean + errors * SD
    c, t, s = np.indices(y.shape)
    frame = pd.DataFrame(
        {"couple": c.ravel(), "role": np.array(["a", "b"])[s.ravel()], "day": t.ravel(), "y": y.ravel()}
    )
    for i, role in enumerate("ab"):
        dummy = (s == i).astype(float)
        frame[f"f{role}"], frame[f"w{role}"] = dummy.ravel(), (dummy * (touch - mean)).ravel()
        frame[f"m{role}"] = (dummy * mean).ravel()
    return frame[rng.uniform(size=len(frame)) >= missing].reset_index(drop=True)


def write(couples: int, days: int, folder: Path) -> Path:
    """The diary as CSV, for the peers in R."""
    path = folder / f"diary_{couples}x{days}.csv"
    diary(couples, days).to_csv(path, index=False)
    return path
