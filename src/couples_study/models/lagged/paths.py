"""The lagged path by instruments: within persons, free of short-series bias, and under correlated item errors.

Each indicator is instrument for the other, both ways round. *Within* subtracts the person's mean, which pulls the own
lag down by about (1 + lag)/T. *Forward* subtracts from each day the mean of the days to come and instruments it with
the other indicator less the mean of the days gone by: exact at any length, at the price of precision (Hayakawa, 2009).
With a correlation r between the errors of two items the covariance of the items holds r/(1 - r) of what their variance
has beyond it; taking that out shows how large r would have to be to change an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from couples_study.models.clustered import Linear
from couples_study.models.lagged.pairs import Pairs

NAMES = ("outcome.lag1", "predictor.lag1", "study_day", "weekend")
OWN, PATH = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Coefficients (k,), couples' influences on them (k, C) and the number of couples that count."""

    params: np.ndarray
    influence: np.ndarray
    couples: int
    words: str

    @property
    def value(self) -> float:
        return float(self.params[PATH])

    @property
    def error(self) -> float:
        return float(np.sqrt(self.influence[PATH] @ self.influence[PATH]))

    def linear(self) -> Linear:
        """In the form that gives terms, with t on G-1 degrees of freedom."""
        return Linear(
            names=NAMES[: len(self.params)],
            params=self.params,
            cov=self.influence @ self.influence.T,
            df=self.couples - 1,
            estimator=f"{self.words}, couple-clustered variance, t with {self.couples - 1} df",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Couples' sums of the stacked moments Z'(y - Wb): ``Zy`` (C, k), ``ZW`` (C, k, k).

    ``beyond`` (C, k) is what the variance of two items of one minute has beyond their covariance. From these sums the
    path at any correlation of item errors follows without another look at the days.
    """

    Zy: np.ndarray
    ZW: np.ndarray
    beyond: np.ndarray
    couples: int
    words: str

    def path(self, item_error: float = 0.0) -> Path:
        """The solution where errors of items of one minute correlate ``item_error``."""
        adjust = 2 * item_error / (1 - item_error) * self.beyond
        inner = self.ZW.sum(axis=0) - np.diag(adjust.sum(axis=0))
        params = np.linalg.solve(inner, self.Zy.sum(axis=0))
        by_couple = self.Zy - self.ZW @ params + adjust * params
        influence = np.sqrt(self.couples / (self.couples - 1)) * np.linalg.inv(inner) @ by_couple.T
        return Path(params=params, influence=influence, couples=self.couples, words=self.words)


def within_moments(pairs: Pairs, weights: np.ndarray | None = None) -> Moments:
    """The moments of two-stage least squares on differences from person means.

    With ``weights`` (n,) for every pair; means are weighted too.
    """
    if weights is None:
        inside = _centred(pairs, np.ones(len(pairs.today)))
        return _moments(pairs, inside, inside, "two-stage least squares within persons")
    inside = _centred(pairs, weights)
    by_weight = (
        inside[0],
        inside[1] * weights[:, None],
        inside[2] * weights[:, None],
        inside[3] * weights[:, None],
    )
    return _moments(pairs, inside, by_weight, "weighted two-stage least squares within persons")


def within_path(pairs: Pairs, item_error: float = 0.0) -> Path:
    """Two-stage least squares on differences from person means; ``item_error`` r between items of one minute."""
    return within_moments(pairs).path(item_error)


def forward_path(pairs: Pairs) -> Path:
    """The same path without short-series bias."""
    ahead, behind = (_orthogonal(pairs, along) for along in ("ahead", "behind"))
    words = "two-stage least squares, forward differences, backward instruments"
    return _moments(pairs, ahead, (*behind[:3], ahead[3]), words).path()


def plain_path(pairs: Pairs) -> Path:
    """Least squares on the mean of the indicators: what is usually done."""
    today, own, other, steady = _centred(pairs, np.ones(len(pairs.today)))
    mean = (
        today,
        own.mean(axis=1, keepdims=True).repeat(2, axis=1),
        other.mean(axis=1, keepdims=True).repeat(2, axis=1),
        steady,
    )
    return _moments(pairs, mean, mean, "least squares within persons").path()


Parts = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _parts(pairs: Pairs, through: Callable[[np.ndarray], np.ndarray]) -> Parts:
    values = np.column_stack([pairs.today, pairs.own, pairs.other, pairs.steady])
    done = through(values)
    return done[:, 0], done[:, 1:3], done[:, 3:5], done[:, 5:]


def _centred(pairs: Pairs, weights: np.ndarray) -> Parts:
    _, person = np.unique(pairs.person, return_inverse=True)
    totals = np.bincount(person, weights=weights)

    def through(values: np.ndarray) -> np.ndarray:
        sums = np.stack([np.bincount(person, weights=weights * column) for column in values.T], axis=1)
        return values - (sums / totals[:, None])[person]

    return _parts(pairs, through)


def _orthogonal(pairs: Pairs, along: str) -> Parts:
    """Deviations from the mean of the person's later (``ahead``) or earlier (``behind``) pairs, scaled alike."""
    starts = np.flatnonzero(np.r_[True, pairs.person[1:] != pairs.person[:-1]])
    sizes = np.diff(np.r_[starts, len(pairs.person)])
    first, size = np.repeat(starts, sizes), np.repeat(sizes, sizes)
    place = np.arange(len(first)) - first
    others = size - place - 1 if along == "ahead" else place

    def through(values: np.ndarray) -> np.ndarray:
        running = np.cumsum(values, axis=0)
        before = np.where((first > 0)[:, None], running[first - 1], 0.0)
        so_far = running - before
        total = so_far[first + size - 1]
        rest = total - so_far if along == "ahead" else so_far - values
        mean = rest / np.maximum(others, 1)[:, None]
        scale = np.sqrt(others / (others + 1.0))[:, None]
        return np.where((others > 0)[:, None], scale * (values - mean), 0.0)

    return _parts(pairs, through)


def _moments(pairs: Pairs, left: Parts, right: Parts, words: str) -> Moments:
    """The moments Z'(y - Wb), both ways round; ``left`` gives y and W, ``right`` gives Z."""
    y, own, other, steady = left
    (W, Z), (W2, Z2) = (
        (np.column_stack([own[:, i], other[:, i], steady]), np.column_stack([right[1][:, j], right[2][:, j], right[3]]))
        for i, j in ((0, 1), (1, 0))
    )
    beyond = np.zeros((pairs.n_couples, W.shape[1]))
    for place, (values, shared) in enumerate(zip((own, other), pairs.shared, strict=True)):
        if shared:
            beyond[:, place] = _by_couple(pairs, 0.5 * (values**2).sum(axis=1) - values[:, 0] * values[:, 1])
    sums = [_by_couple(pairs, Z * W[:, [k]] + Z2 * W2[:, [k]]) for k in range(W.shape[1])]
    return Moments(
        Zy=_by_couple(pairs, (Z + Z2) * y[:, None]), ZW=np.stack(sums, axis=-1), beyond=beyond,
        couples=len(np.unique(pairs.couple)), words=words,
    )  # fmt: skip


def _by_couple(pairs: Pairs, values: np.ndarray) -> np.ndarray:
    """Sums over couples of (n,) or (n, k)."""
    if values.ndim == 1:
        return np.bincount(pairs.couple, weights=values, minlength=pairs.n_couples)
    return np.stack([_by_couple(pairs, column) for column in values.T], axis=1)
