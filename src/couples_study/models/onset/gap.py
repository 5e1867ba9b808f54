"""Which improves first, and how much later the other: gaps with both ends interval-censored, against a null.

Unequal reliabilities alone make the more reliable scale look first. So the order is compared with what would be seen
if both domains had moved at the same time: each person's own common change, with errors as large as the reliabilities
say, put through the same criterion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from couples_study.models.onset.change import CRITERION, ReliableChange, Times, times_of
from couples_study.models.onset.curve import Npmle, couple_weights, turnbull
from couples_study.models.weekly.arrays import Weekly, mean_over

WIDTHS = (1, 3, 6)  # weeks over which a change may come
NULL_DRAWS = 20
NEAR, FAR = 4, 9  # the cell of the claim is [NEAR, FAR)
CELLS = ("0_3", "4_8", "9_more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """Gaps of second minus first domain over people in order couple, partner; ``couple`` (n,) their couples."""

    times: Times
    couple: np.ndarray


def gaps_of(first: Times, second: Times) -> Gaps:
    """Interval-censored gaps of all people of whom at least one improvement was seen; times are (C, 2)."""
    couple = np.repeat(np.arange(len(first.left)), first.left.shape[1])
    e_left, e_right, p_left, p_right = (
        values.ravel() for values in (first.left, first.right, second.left, second.right)
    )
    either = np.isfinite(e_right) | np.isfinite(p_right)
    low = np.where(np.isfinite(e_right), p_left - e_right, -np.inf)
    high = np.where(np.isfinite(p_right), p_right - e_left - 1, np.inf)
    return Gaps(times=Times(left=low[either], right=high[either]), couple=couple[either])


def gap_curve(gaps: Gaps, last: int, rng: np.random.Generator, draws: int, couples: int) -> tuple[Npmle, Npmle]:
    """Turnbull's estimate of the gap in whole weeks between first surveys, and its resamples by couples."""
    grid = np.arange(-last, last + 1)
    weights = couple_weights(rng, couples, draws)[:, gaps.couple]
    return turnbull(gaps.times, grid), turnbull(gaps.times, grid, weights)


def score(first: Times, second: Times) -> np.ndarray:
    """(C, 2): 1 where the first domain is known to have improved first, -1 where the second, 0 otherwise."""
    ahead = first.right <= second.left
    behind = second.right <= first.left
    return ahead.astype(np.float64) - behind.astype(np.float64)


def order_excess(
    weekly: Weekly,
    columns: tuple[str, str],
    changes: tuple[ReliableChange, ReliableChange],
    rng: np.random.Generator,
) -> tuple[np.ndarray, float]:
    """Per couple (C,) the order's score less what simultaneous change would give; and the mean null score."""
    observed = score(*(times_of(change) for change in changes))
    nulls = [
        _null(weekly, column, change, gain)
        for column, change, gain in zip(columns, changes, _common_change(weekly, columns), strict=True)
    ]
    null = np.zeros(observed.shape)
    for _ in range(NULL_DRAWS):
        null += score(*(times_of(one.drawn(rng)) for one in nulls)) / NULL_DRAWS
    return (observed - null).mean(axis=1), float(null.mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Null:
    """One domain as if it had changed by ``gain`` (C, 2, K) alone, measured with errors of SD ``noise``.

    ``before`` (C, 2, b) and ``after`` (C, 2, K) say which answers there are.
    """

    change: ReliableChange
    gain: np.ndarray
    noise: float
    before: np.ndarray
    after: np.ndarray

    def drawn(self, rng: np.random.Generator) -> ReliableChange:
        """The criterion applied to baseline, gain and fresh errors, with the same weeks missing."""
        first = mean_over(np.where(self.before, self.noise * rng.normal(size=self.before.shape), np.nan))
        later = self.gain + self.noise * rng.normal(size=self.gain.shape)
        improved = (later - first[:, :, None] >= CRITERION * self.change.error).astype(np.float64)
        improved[~(self.after & np.isfinite(first)[:, :, None])] = np.nan
        return replace(self.change, improved=improved)


def _null(weekly: Weekly, column: str, change: ReliableChange, gain: np.ndarray) -> _Null:
    there = np.isfinite(weekly.answers[column])
    return _Null(
        change=change, gain=gain, noise=weekly.baseline_sd(column) * float(np.sqrt(1 - change.reliability)),
        before=there[:, :, weekly.weeks <= 0], after=there[:, :, weekly.weeks > 0],
    )  # fmt: skip


def _common_change(weekly: Weekly, columns: tuple[str, str]) -> list[np.ndarray]:
    """The best common start and width of change for each person, and each domain's gains (C, 2, K) under it."""
    after = weekly.weeks > 0
    weeks = weekly.weeks[after].astype(np.float64)
    ramps = np.stack([np.clip((weeks - start + 1) / width, 0, 1) for start in weeks for width in WIDTHS])
    gains, gain_in_fit = [], np.zeros((*weekly.member.shape, len(ramps)))
    heights = []
    for column in columns:
        change = (weekly.answers[column][:, :, after] - weekly.baseline(column)[:, :, None]) / weekly.baseline_sd(
            column
        )
        there = np.isfinite(change).astype(np.float64)
        along = np.nan_to_num(change) @ ramps.T
        size = np.maximum(there @ (ramps**2).T, 1e-9)
        heights.append(np.clip(along / size, 0.0, None))
        gain_in_fit += heights[-1] * along * 2 - heights[-1] ** 2 * size
    best = gain_in_fit.argmax(axis=-1)
    for column, height in zip(columns, heights, strict=True):
        chosen = np.take_along_axis(height, best[..., None], axis=-1)
        gains.append(chosen * ramps[best] * weekly.baseline_sd(column))
    return gains


def hump(first: Times, second: Times) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log hazards of the second improvement 0-3, 4-8 and 9+ weeks after the first; couples' influences; events.

    Shared frailty lifts all three above the hazard before; only a hump in the middle speaks for a delay. Half an event
    and half a week are added to each cell, so that an empty one is finite. Returns (3,), (3, C), (3,).
    """
    couples = first.left.shape[0]
    d, n = np.zeros((3, couples)), np.zeros((3, couples))
    since = np.where(np.isfinite(first.right), first.right, np.inf)
    last = np.where(np.isfinite(second.right), second.right, second.left)
    most = int(np.nanmax(last)) if last.size else 0
    for week in range(1, most + 1):
        elapsed = week - since
        at_risk = (week <= last) & (elapsed >= 0)
        events = at_risk & (second.right == week)
        for number, inside in enumerate((elapsed < NEAR, (elapsed >= NEAR) & (elapsed < FAR), elapsed >= FAR)):
            d[number] += (events & inside).sum(axis=1)
            n[number] += (at_risk & inside).sum(axis=1)
    events, weeks = d.sum(axis=1), n.sum(axis=1)
    influence = d / (events + 0.5)[:, None] - n / (weeks + 0.5)[:, None]
    return np.log((events + 0.5) / (weeks + 0.5)), influence, events
