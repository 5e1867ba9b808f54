"""Write diary.csv of this bundle: 60 couples, 14 days, gaps, absent partner-days and a one-partner couple."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

COUPLES, DAYS, SEED = 60, 14, 20240611
RHO, SAME_DAY, SD = 0.4, 0.35, (0.8, 1.1)


def residuals(rng: np.random.Generator) -> np.ndarray:
    """(couples, days, 2) AR(1) over days, correlated between partners."""
    root = np.linalg.cholesky([[1.0, SAME_DAY], [SAME_DAY, 1.0]])
    shocks = rng.normal(size=(COUPLES, DAYS, 2)) @ root.T
    out = shocks.copy()
    for t in range(1, DAYS):
        out[:, t] = RHO * out[:, t - 1] + np.sqrt(1 - RHO**2) * shocks[:, t]
    return out * np.array(SD)


def diary() -> pd.DataFrame:
    rng = np.random.default_rng(SEED)
    root = np.linalg.cholesky(np.array([[0.8, 0.4, 0.05, 0.0], [0.4, 0.7, 0.0, 0.05], [0.05, 0.0, 0.16, 0.05],
                                        [0.0, 0.05, 0.05, 0.2]]))  # fmt: skip
    effects = rng.normal(size=(COUPLES, 4)) @ root.T
    x = rng.normal(size=(COUPLES, DAYS, 2)) + rng.normal(size=(COUPLES, 1, 2))
    between = x.mean(axis=1, keepdims=True)
    within = x - between
    slope = np.array([0.15, 0.30]) + effects[:, None, 2:]
    y = 5.0 + effects[:, None, :2] + slope * within + 0.2 * between + residuals(rng)
    c, t, s = np.indices(y.shape)
    frame = pd.DataFrame({
        "couple": c.ravel() + 1, "role": np.array(["a", "b"])[s.ravel()], "person": 2 * c.ravel() + s.ravel() + 1,
        "day": t.ravel(), "within": within.ravel(), "between": np.broadcast_to(between, y.shape).ravel(),
        "y": y.ravel(),
    })  # fmt: skip
    keep = (rng.uniform(size=len(frame)) > 0.18) & ~((frame["couple"] == 7) & (frame["role"] == "b"))
    return frame[keep].round(6)


if __name__ == "__main__":
    diary().to_csv(Path(__file__).with_name("diary.csv"), index=False)
