"""Repeated measures of both partners, looked up by the calendar: a gap in the diary is a gap in every lag."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from couples_study.core.errors import FrameError


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel with constant-time access to a person's and the partner's value on any day.

    ``frame`` has couple_id, person_id, role, time and measures, one row per person and time point. ``own`` and
    ``partner`` are integer codes of the row's person and the other member of the couple (-1 where there is none);
    ``row_of`` maps (code, time) to a row number, so that yesterday is the day before and never the row before.
    """

    frame: pd.DataFrame
    own: np.ndarray
    partner: np.ndarray
    row_of: pd.Series
    found: dict[tuple[str, int], np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    def rows(self, who: str, lag: int) -> np.ndarray:
        """For each row the number of the row with ``who``'s answers ``lag`` days before; -1 where there is none.

        Looked up once and kept in ``found``: a model asks for the same day before of many columns.
        """
        if (who, lag) not in self.found:
            codes = self.own if who == "own" else self.partner
            wanted = pd.MultiIndex.from_arrays([codes, self.frame["time"].to_numpy() - lag])
            rows = self.row_of.reindex(wanted).fillna(-1).to_numpy(dtype=np.int64)
            rows.setflags(write=False)
            self.found[who, lag] = rows
        return self.found[who, lag]

    def value(self, column: str, who: str = "own", lag: int = 0) -> np.ndarray:
        """``column`` as ``who`` (own or partner) answered it ``lag`` days before, shape (rows,), NaN where missing."""
        values = self.frame[column].to_numpy(dtype=np.float64)
        if who == "own" and lag == 0:
            return values
        rows = self.rows(who, lag)
        return np.where(rows >= 0, values[rows], np.nan)

    def person_mean(self, column: str, who: str = "own") -> np.ndarray:
        """The person's (or partner's) mean of ``column`` over all answered days, before any lagging, shape (rows,)."""
        means = self.frame.groupby(self.own)[column].mean()
        codes = self.own if who == "own" else self.partner
        return means.reindex(codes).to_numpy(dtype=np.float64)

    def grand_mean(self, column: str) -> float:
        """The mean of the person means."""
        return float(self.frame.groupby(self.own)[column].mean().mean())

    def sd(self, column: str, kind: str, which: pd.Series | None = None) -> float:
        """The standard deviation of ``column``: pooled within persons, between person means, or over all answers.

        ``kind`` is "within SD", "between SD" or "SD"; ``which`` limits it to some rows, such as those of one role.
        """
        values, people = self._answers(column, which)
        if kind == "SD":
            return _spread(values)
        sizes, means = _means(values, people)
        if kind == "between SD":
            return _spread(means[sizes > 0])
        deviations = values - means[people]
        return float(np.sqrt(deviations @ deviations / max(len(values) - np.count_nonzero(sizes), 1)))

    def mean_reliability(self, column: str) -> float:
        """Reliability of a person mean over the answered days, ICC/(ICC+(1-ICC)/T) with T their mean number."""
        days = len(self._answers(column)[0]) / max(len(np.bincount(self.own)), 1)
        noise = self.sd(column, "within SD") ** 2 / days
        observed = self.sd(column, "between SD") ** 2
        return float(max(observed - noise, 0.0) / observed) if observed > 0 else 0.0

    def _answers(self, column: str, which: pd.Series | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The answers to ``column`` and whose they are, of some rows or all."""
        values = self.frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
        there = ~np.isnan(values) if which is None else ~np.isnan(values) & which.to_numpy()
        return values[there], self.own[there]


def _means(values: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many answers each person gave and their mean, by person code; 0 where there are none."""
    sizes = np.bincount(people)
    return sizes, np.bincount(people, weights=values) / np.maximum(sizes, 1)


def _spread(values: np.ndarray) -> float:
    """The standard deviation with n - 1, NaN below two."""
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")


def panel_of(frame: pd.DataFrame) -> Panel:
    """A `Panel` from a person-by-time frame; raises `FrameError` on doubled time points or couples of three."""
    frame = frame.reset_index(drop=True)
    if frame.duplicated(["person_id", "time"]).any():
        raise FrameError("panel", expected="one row per person and time point", found="doubles", do="run intake again")
    codes, people = pd.factorize(frame["person_id"])
    couple_of = frame.drop_duplicates("person_id").set_index("person_id")["couple_id"].reindex(people)
    if couple_of.value_counts().max() > 2:
        raise FrameError(
            "panel", expected="at most two persons in a couple", found="three or more", do="run intake again"
        )
    other = np.full(len(people), -1)
    for members in couple_of.reset_index(drop=True).groupby(couple_of.to_numpy(), sort=False).indices.values():
        if len(members) == 2:
            other[members] = members[::-1]
    index = pd.MultiIndex.from_arrays([codes, frame["time"].to_numpy()])
    return Panel(frame=frame, own=codes, partner=other[codes], row_of=pd.Series(np.arange(len(frame)), index=index))
