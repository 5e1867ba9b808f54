"""The distribution of interval-censored weeks: Turnbull's estimate, its resamples, and intervals for its shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from couples_study.models.onset.change import Times

STEPS, CLOSE, NOTHING = 400, 1e-7, 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Npmle:
    """Probabilities ``p`` (..., K+1) of the grid's weeks (K,) and, last, of later than all of them."""

    grid: np.ndarray
    p: np.ndarray

    def by(self, week: float) -> np.ndarray:
        """P(T <= week)."""
        return self.p[..., :-1][..., self.grid <= week].sum(axis=-1)

    def median(self) -> np.ndarray:
        """The first week by which half have it, infinite if they never do."""
        risen = np.cumsum(self.p[..., :-1], axis=-1) >= 0.5 - 1e-9
        return np.where(risen.any(axis=-1), self.grid[risen.argmax(axis=-1)].astype(np.float64), np.inf)


def turnbull(times: Times, grid: np.ndarray, weights: np.ndarray | None = None) -> Npmle:
    """The nonparametric maximum-likelihood estimate by self-consistency (Turnbull, 1976).

    ``times`` (n,) lie in (left, right] of whole weeks; ``weights`` (B, n) gives B resamples at once. Several
    observations with the same interval are one with their weights added.
    """
    possible = (grid[None, :] > times.left[:, None]) & (grid[None, :] <= times.right[:, None])
    later = ~np.isfinite(times.right)
    A = np.concatenate([possible, later[:, None]], axis=1).astype(np.float64)
    kept = A.any(axis=1)
    patterns, number = np.unique(A[kept], axis=0, return_inverse=True)
    n = np.ones((1, len(times.left))) if weights is None else weights
    counts = np.zeros((len(n), len(patterns)))
    np.add.at(counts.T, number.ravel(), n[:, kept].T)
    counts /= counts.sum(axis=1, keepdims=True)
    p = _self_consistent(counts, patterns)
    p = np.where(p < NOTHING, 0.0, p)
    return Npmle(grid=grid, p=p[0] if weights is None else p)


def _self_consistent(counts: np.ndarray, patterns: np.ndarray) -> np.ndarray:
    """Masses (B, K+1) from shares ``counts`` (B, m) of ``patterns`` (m, K+1); what has converged is left alone."""
    p = np.full((len(counts), patterns.shape[1]), 1.0 / patterns.shape[1])
    moving = np.arange(len(counts))
    for _ in range(STEPS):
        old = p[moving]
        weight = counts[moving] / np.maximum(old @ patterns.T, 1e-300)
        p[moving] = old * (weight @ patterns)
        moving = moving[np.abs(p[moving] - old).max(axis=1) >= CLOSE]
        if not len(moving):
            break
    return p


def couple_weights(rng: np.random.Generator, couples: int, draws: int) -> np.ndarray:
    """Resamples of couples as counts (draws, couples)."""
    return rng.multinomial(couples, np.full(couples, 1 / couples), size=draws).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share with the number of independent couples it is worth."""

    value: float
    n: float

    def interval(self, level: float) -> tuple[float, float]:
        """Wilson's interval."""
        z = float(stats.norm.isf((1 - level) / 2))
        middle = (self.value + z**2 / (2 * self.n)) / (1 + z**2 / self.n)
        half = z / (1 + z**2 / self.n) * np.sqrt(self.value * (1 - self.value) / self.n + z**2 / (4 * self.n**2))
        return float(max(middle - half, 0.0)), float(min(middle + half, 1.0))

    def z_against(self, value: float) -> float:
        """The score statistic of this share against ``value``."""
        return float((self.value - value) / np.sqrt(value * (1 - value) / self.n))

    @classmethod
    def of(cls, value: float, draws: np.ndarray, couples: int) -> Share:
        """From an estimate and its resamples: as many couples as would give its variance, never more than there are."""
        spread = float(draws.var(ddof=1)) if len(draws) > 1 else 0.0
        worth = value * (1 - value) / spread if spread > 0 and 0 < value < 1 else float(couples)
        return cls(value=value, n=float(min(max(worth, 1.0), couples)))


def difference(first: Share, second: Share, level: float) -> tuple[float, float]:
    """The interval of a difference of independent shares (Newcombe, 1998, method 10)."""
    low_1, high_1 = first.interval(level)
    low_2, high_2 = second.interval(level)
    d = first.value - second.value
    down = np.sqrt((first.value - low_1) ** 2 + (high_2 - second.value) ** 2)
    up = np.sqrt((high_1 - first.value) ** 2 + (second.value - low_2) ** 2)
    return float(d - down), float(d + up)


def z_of_difference(first: Share, second: Share) -> float:
    """The pooled score statistic of a difference of shares."""
    pooled = (first.value * first.n + second.value * second.n) / (first.n + second.n)
    spread = pooled * (1 - pooled) * (1 / first.n + 1 / second.n)
    return float((first.value - second.value) / np.sqrt(spread)) if spread > 0 else 0.0
