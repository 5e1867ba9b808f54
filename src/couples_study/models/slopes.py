"""A straight line over time for every person, with what each is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.measures import Panel

FEWEST_TIMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """One row per person with at least three answers: ``slope`` per time point and its ``weight`` (the inverse of the
    variance of slopes over people plus that of its own error), the ``person`` code and ``couple``; and the rows behind.
    """

    slope: np.ndarray
    weight: np.ndarray
    person: np.ndarray
    couple: np.ndarray
    rows: np.ndarray
    row_person: np.ndarray
    time: np.ndarray
    told: np.ndarray
    couple_of: np.ndarray

    @property
    def longest(self) -> float:
        """The longest time between anybody's first and last answer."""
        times = pd.Series(self.time).groupby(self.row_person)
        return float((times.max() - times.min()).max())

    def couples(self) -> int:
        return len(np.unique(self.couple))

    def rows_of(self, used: np.ndarray) -> np.ndarray:
        """The panel rows behind the lines that are used."""
        return self.rows[np.isin(self.row_person, self.person[used])]

    def on_log_time(self) -> Lines | None:
        """The same with time as log2(1 + time since the first); None where there is one step only."""
        since = self.time - self.time.min()
        return _fitted(self.told, np.log2(1 + since), self.row_person, self.couple_of, self.rows)


def lines_of(values: np.ndarray, panel: Panel, keep: np.ndarray) -> Lines:
    """Least-squares lines of ``values`` over the panel's time, on the rows that ``keep`` marks."""
    rows = np.flatnonzero(np.isfinite(values) & keep)
    couple = pd.factorize(panel.frame["couple_id"])[0]
    time = panel.frame["time"].to_numpy(dtype=np.float64)
    return _fitted(values[rows], time[rows], panel.own[rows], couple[rows], rows)


def _fitted(told: np.ndarray, time: np.ndarray, person: np.ndarray, couple: np.ndarray, rows: np.ndarray) -> Lines:
    frame = pd.DataFrame({"y": told, "t": time, "person": person, "couple": couple})
    groups = frame.groupby("person", sort=False)
    frame["dy"], frame["dt"] = (frame[name] - groups[name].transform("mean") for name in ("y", "t"))
    sums = frame.assign(tt=frame["dt"] ** 2, ty=frame["dt"] * frame["dy"], yy=frame["dy"] ** 2, n=1.0)
    by = sums.groupby("person", sort=False).agg(
        {"tt": "sum", "ty": "sum", "yy": "sum", "n": "sum", "couple": "first", "t": "nunique"}
    )
    by = by[(by["n"] >= FEWEST_TIMES) & (by["t"] >= FEWEST_TIMES)]
    slope = (by["ty"] / by["tt"]).to_numpy()
    left = (by["yy"] - by["ty"] ** 2 / by["tt"]).to_numpy()
    noise = left.sum() / max(float((by["n"] - 2).sum()), 1.0)
    own = noise / by["tt"].to_numpy()
    spread = max(float(np.var(slope, ddof=1) - own.mean()), 0.0) if len(slope) > 1 else 0.0
    total = spread + own
    kept = np.isin(person, by.index)
    return Lines(
        slope=slope, weight=total.mean() / total if len(total) and total.min() > 0 else np.ones(len(slope)),
        person=by.index.to_numpy(), couple=by["couple"].to_numpy(), rows=rows[kept], row_person=person[kept],
        time=time[kept], told=told[kept], couple_of=couple[kept],
    )  # fmt: skip
