"""Lagged paths without the bias of short series: twice the whole, less the mean of both halves of every person's days.

Differences from the mean of T days pull lagged coefficients by about c/T. In half the days the pull is twice as large,
so twice the whole less the halves' mean has none of order 1/T (the split-panel jackknife of Dhaene and Jochmans, 2015).
Unlike an estimator on forward differences it costs hardly any precision. Couples' influences combine in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from couples_study.models.lagged.pairs import Pairs
from couples_study.models.lagged.paths import Moments, Path, within_moments

LEAST_PAIRS = 8.0  # of a person on average; halves of fewer have too few days of their own
ILL = 1e10  # condition of a half's moments beyond which it can not be solved, as where it holds no weekend


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Moments of all days and of both halves (none where the series is too short to be halved)."""

    whole: Moments
    halves: tuple[Moments, ...]

    def path(self, item_error: float = 0.0) -> Path:
        """The path where errors of items of one minute correlate ``item_error``."""
        whole = self.whole.path(item_error)
        if not self.halves:
            return whole
        first, second = (half.path(item_error) for half in self.halves)
        return Path(
            params=2 * whole.params - (first.params + second.params) / 2,
            influence=2 * whole.influence - (first.influence + second.influence) / 2,
            couples=whole.couples,
            words=f"{whole.words}, short-series bias taken out by half series",
        )


def corrected(pairs: Pairs, weights: np.ndarray | None = None) -> Corrected:
    """The moments from which the corrected path follows; ``weights`` (n,) for every pair where days count unequally."""
    whole = within_moments(pairs, weights)
    if len(pairs.today) < LEAST_PAIRS * len(np.unique(pairs.person)):
        return Corrected(whole=whole, halves=())
    first = first_half(pairs.person)
    halves = tuple(
        within_moments(pairs.where(half), None if weights is None else weights[half]) for half in (first, ~first)
    )
    solvable = all(np.linalg.cond(_scaled(half.ZW.sum(axis=0))) < ILL for half in halves)
    return Corrected(whole=whole, halves=halves if solvable else ())


def corrected_path(pairs: Pairs, item_error: float = 0.0, weights: np.ndarray | None = None) -> Path:
    """Two-stage least squares on differences from person means, without short-series bias where days suffice."""
    return corrected(pairs, weights).path(item_error)


def first_half(person: np.ndarray) -> np.ndarray:
    """Which pairs (sorted by person and day) lie in the first half of their person's days; a middle one does."""
    starts = np.flatnonzero(np.r_[True, person[1:] != person[:-1]])
    sizes = np.diff(np.r_[starts, len(person)])
    place = np.arange(len(person)) - np.repeat(starts, sizes)
    return place < np.repeat((sizes + 1) // 2, sizes)


def _scaled(inner: np.ndarray) -> np.ndarray:
    """Moments in units of their own diagonal, so that a condition number says nothing of scales."""
    size = np.sqrt(np.abs(np.diag(inner)))
    scaled: np.ndarray = inner / np.outer(size, size) if size.all() else np.zeros_like(inner)
    return scaled
