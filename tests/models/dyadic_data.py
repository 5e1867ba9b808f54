"""Small diaries for tests of the dyadic models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from couples_study.models.dyadic import DyadicMixedLM

FIXED = ["fa", "fb", "wa", "wb", "between"]
SLOPES = ["fa", "fb", "wa", "wb"]


def diary(couples: int = 12, days: int = 9, seed: int = 5, *, holes: float = 0.2) -> pd.DataFrame:
    """Both partners' days with gaps, absent partner-days, one-partner couples and a partner who stops early."""
    rng = np.random.default_rng(seed)
    errors = rng.normal(size=(couples, days, 2)) @ np.linalg.cholesky([[1.0, 0.3], [0.3, 1.0]]).T
    for t in range(1, days):
        errors[:, t] = 0.4 * errors[:, t - 1] + np.sqrt(1 - 0.16) * errors[:, t]
    x = rng.normal(size=errors.shape) + rng.normal(size=(couples, 1, 2))
    mean = x.mean(axis=1, keepdims=True)
    slope = np.array([0.2, 0.4]) + rng.normal(0, 0.3, size=(couples, 1, 2))
    level = rng.normal(0, 0.7, size=(couples, 1, 1)) + rng.normal(0, 0.5, size=(couples, 1, 2))
    y = 4.0 + level + slope * (x - mean) + 0.1 * mean + errors * np.array([0.8, 1.1])
    c, t, s = np.indices(y.shape)
    frame = pd.DataFrame(
        {"couple": c.ravel(), "role": np.array(["a", "b"])[s.ravel()], "day": t.ravel(), "y": y.ravel()}
    )
    within = (x - mean).ravel()
    for role in "ab":
        frame[f"f{role}"] = (frame["role"] == role).astype(float)
        frame[f"w{role}"] = frame[f"f{role}"] * within
    frame["one"], frame["within"] = 1.0, within
    frame["between"] = np.broadcast_to(mean, y.shape).ravel()
    if not holes:
        return frame
    gone = (frame["couple"].eq(3) & frame["role"].eq("b")) | (frame["couple"].eq(4) & frame["role"].eq("a"))
    gone |= frame["couple"].eq(5) & frame["role"].eq("a") & frame["day"].gt(2)
    gone |= rng.uniform(size=len(frame)) < holes
    return frame[~gone].sample(frac=1.0, random_state=seed).reset_index(drop=True)


def model(frame: pd.DataFrame, random: list[str] | None = None, fixed: list[str] | None = None, **options: Any) -> Any:
    return DyadicMixedLM(
        frame["y"], frame[fixed or FIXED], groups=frame["couple"], role=frame["role"], time=frame["day"],
        exog_re=None if random is None else frame[random], **options,
    )  # fmt: skip
