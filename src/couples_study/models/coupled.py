"""Whether two answers' trends go together over people, freed of the errors that one line's scatter shares."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from couples_study.measures import Panel
from couples_study.models.slopes import FEWEST_TIMES

LEAST_RELIABLE = 0.30  # below this a slope is mostly its own error, and what is divided by next to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """A correlation of slopes with the errors taken out and left in; ``pieces`` and ``raw_pieces`` (G,) are the
    couples' pseudo-values of both."""

    value: float
    raw_value: float
    pieces: np.ndarray
    raw_pieces: np.ndarray
    reliability: tuple[float, float]
    rows: np.ndarray

    @property
    def couples(self) -> int:
        return len(self.pieces)

    @property
    def std_error(self) -> float:
        """By leaving out couples one by one (jackknife), on the scale of the correlation."""
        return float(np.std(self.pieces, ddof=1) / np.sqrt(self.couples))

    def raw(self) -> Correlation:
        """The correlation of the slopes as they are, errors included."""
        return replace(self, value=self.raw_value, pieces=self.raw_pieces)


def coupled_slopes(first: np.ndarray, second: np.ndarray, panel: Panel, keep: np.ndarray) -> Correlation | str:
    """The correlation of the true slopes of two answers, on occasions on which both were given; or why there is none.

    The covariance of slopes over people holds that of their errors, which share the moods of the same days. It is
    estimated from the scatter around the lines (each over its own n - 2) and taken out of variances and covariance.
    """
    rows = np.flatnonzero(np.isfinite(first) & np.isfinite(second) & keep)
    frame = pd.DataFrame({
        "a": first[rows], "b": second[rows], "t": panel.frame["time"].to_numpy(dtype=np.float64)[rows],
        "person": panel.own[rows], "couple": pd.factorize(panel.frame["couple_id"])[0][rows],
    })  # fmt: skip
    people = _sums(frame)
    if len(people) < FEWEST_TIMES:
        return "Nobody answered both often enough for two lines."
    couples = [part for _, part in people.groupby("couple", sort=False)]
    whole = _moments(people)
    if min(whole["reliable_a"], whole["reliable_b"]) < LEAST_RELIABLE:
        return "People's trends do not differ by more than their errors, so nothing can go together with them."
    leave = [_moments(people.drop(index=part.index)) for part in couples]
    pieces, raw = (_pseudo(whole[name], np.array([one[name] for one in leave])) for name in ("r", "r_raw"))
    kept = np.isin(frame["person"].to_numpy(), people.index.to_numpy())
    return Correlation(
        value=float(np.clip(whole["r"], -1, 1)), raw_value=whole["r_raw"], pieces=pieces, raw_pieces=raw,
        reliability=(whole["reliable_a"], whole["reliable_b"]), rows=rows[kept],
    )  # fmt: skip


def _sums(frame: pd.DataFrame) -> pd.DataFrame:
    """By person: both slopes, and the errors' variances and covariance of the slopes."""
    groups = frame.groupby("person", sort=False)
    for name in ("a", "b", "t"):
        frame[f"d{name}"] = frame[name] - groups[name].transform("mean")
    products = {
        "tt": frame["dt"] ** 2, "ta": frame["dt"] * frame["da"], "tb": frame["dt"] * frame["db"],
        "aa": frame["da"] ** 2, "bb": frame["db"] ** 2, "ab": frame["da"] * frame["db"], "n": frame["dt"] * 0 + 1,
    }  # fmt: skip
    by = frame.assign(**products).groupby("person", sort=False)[list(products)].sum()
    by["couple"] = groups["couple"].first()
    by = by[by["n"] >= FEWEST_TIMES]
    left = {
        "aa": by["aa"] - by["ta"] ** 2 / by["tt"], "bb": by["bb"] - by["tb"] ** 2 / by["tt"],
        "ab": by["ab"] - by["ta"] * by["tb"] / by["tt"],
    }  # fmt: skip
    found = {"a": by["ta"] / by["tt"], "b": by["tb"] / by["tt"], "couple": by["couple"]}
    found |= {f"error_{name}": rest / (by["n"] - 2) / by["tt"] for name, rest in left.items()}
    return pd.DataFrame(found)


def _moments(people: pd.DataFrame) -> dict[str, float]:
    """The correlation with errors taken out and left in, and the reliabilities of both slopes."""
    seen = np.cov(people["a"], people["b"])
    true = {name: float(people[f"error_{name}"].mean()) for name in ("aa", "bb", "ab")}
    a, b, ab = seen[0, 0] - true["aa"], seen[1, 1] - true["bb"], seen[0, 1] - true["ab"]
    both = np.sqrt(max(a, 1e-12 * seen[0, 0]) * max(b, 1e-12 * seen[1, 1]))
    return {
        "r": float(ab / both),
        "r_raw": float(seen[0, 1] / np.sqrt(seen[0, 0] * seen[1, 1])),
        "reliable_a": float(a / seen[0, 0]),
        "reliable_b": float(b / seen[1, 1]),
    }


def _pseudo(whole: float, leave: np.ndarray) -> np.ndarray:
    return len(leave) * whole - (len(leave) - 1) * leave
