"""Reliable change against a (double) baseline, and the week of the first change that lasts two weeks.

A single look is fooled by noise in one of six studies' weeks somewhere (the more looks, the more); two consecutive
weeks are not. A change that needs two weeks can not begin in the last one: such a person is censored there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from couples_study.models.weekly.arrays import Weekly

CRITERION = 1.96  # standard errors of a difference (Jacobson and Truax, 1991)
NEVER = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliableChange:
    """``improved`` (C, 2, K) is 1 or 0 in the weeks 1..K of the programme, NaN where not answered."""

    improved: np.ndarray
    weeks: np.ndarray
    reliability: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Interval-censored times: in (``left``, ``right``], ``right`` infinite where not seen; any shape."""

    left: np.ndarray
    right: np.ndarray

    @property
    def seen(self) -> np.ndarray:
        return np.isfinite(self.right)


def retest(weekly: Weekly, column: str) -> float | None:
    """The correlation of the last two baselines over people, None with one baseline.

    Not alpha: alpha leaves out what changes from week to week, and lets noise pass for improvement.
    """
    before = np.flatnonzero(weekly.weeks <= 0)
    if len(before) < 2:
        return None
    first, second = (weekly.answers[column][:, :, place].ravel() for place in before[-2:])
    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < 3:
        return None
    return float(np.corrcoef(first[both], second[both])[0, 1])


def reliable_change(weekly: Weekly, column: str, reliability: float) -> ReliableChange:
    """Whether each answered week lies above the baseline by more than `CRITERION` standard errors.

    The standard error is SD sqrt((1 - r)(1 + 1/b)) with b baselines.
    """
    baselines = np.isfinite(weekly.answers[column][:, :, weekly.weeks <= 0]).sum(axis=-1)
    error = weekly.baseline_sd(column) * np.sqrt((1 - reliability) * (1 + 1 / np.maximum(baselines, 1)))
    after = np.flatnonzero(weekly.weeks > 0)
    change = weekly.answers[column][:, :, after] - weekly.baseline(column)[:, :, None]
    improved = np.where(np.isfinite(change), (change >= CRITERION * error[:, :, None]).astype(np.float64), np.nan)
    return ReliableChange(
        improved=improved, weeks=weekly.weeks[after], reliability=reliability, error=float(np.median(error))
    )


def reached(weekly: Weekly, column: str, least: float) -> ReliableChange:
    """A lenient criterion: the answer itself is at least ``least`` (such as "a little better")."""
    after = np.flatnonzero(weekly.weeks > 0)
    values = weekly.answers[column][:, :, after]
    improved = np.where(np.isfinite(values), (values >= least).astype(np.float64), np.nan)
    return ReliableChange(improved=improved, weeks=weekly.weeks[after], reliability=1.0, error=0.0)


def times_of(change: ReliableChange, *, looks: int = 2) -> Times:
    """The first week from which a person is improved ``looks`` weeks running, (C, 2), as an interval.

    It lies after the last answered week that was not the start of a lasting change, and not after the first week that
    was. Who never shows one is censored at the last week in which one could have been seen to start.
    """
    a = change.improved
    n = a.shape[-1]
    usable = n - (looks - 1)
    better, not_better = a == 1.0, a == 0.0
    starts, ruled_out = better[:, :, :usable], not_better[:, :, :usable]
    for k in range(1, looks):
        starts = starts & better[:, :, k : k + usable]
        ruled_out = ruled_out | not_better[:, :, k : k + usable]
    weeks = change.weeks[:usable].astype(np.float64)
    seen = starts.any(axis=-1)
    first = starts.argmax(axis=-1)
    right = np.where(seen, weeks[first], NEVER)
    before = np.arange(usable)[None, None, :] < np.where(seen, first, usable)[:, :, None]
    last_clear = np.where(ruled_out & before, weeks, 0.0).max(axis=-1)
    return Times(left=last_clear, right=right)


def couple_times(times: Times, who: str) -> Times:
    """``both``: when the second partner has improved; ``either``: when the first has. From (C, 2) to (C,)."""
    if who == "both":
        return Times(left=times.left.max(axis=1), right=times.right.max(axis=1))
    return Times(left=times.left.min(axis=1), right=times.right.min(axis=1))


def never_if_unseen(times: Times, last: float) -> Times:
    """Whoever was not seen to improve, did not: dropout and separation count as no improvement."""
    return Times(left=np.where(times.seen, times.left, last), right=times.right)
