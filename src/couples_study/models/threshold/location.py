"""Where is the break? Profile sum of squares over its place, with an interval from resampled couples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.threshold.basis import Breaks, hinge, step
from couples_study.models.threshold.grams import CoupleGrams, gains, residualised

if TYPE_CHECKING:
    from couples_study.models.threshold.rows import FloatArray

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A break's place and interval in touches; ``gain`` is the fall of the sum of squares at each place tried."""

    tried: tuple[float, ...]
    gain: tuple[float, ...]
    estimate: float
    low: float
    high: float


def profile(cross: FloatArray, grams: CoupleGrams, tried: tuple[float, ...], *, jump: bool) -> FloatArray:
    """Fall of the sum of squares (..., places) when a break joins the model, for a stack of cross-products.

    A hinge is added to a straight line (the slope changes at tau); a jump stands alone (the level changes at tau).
    """
    levels = grams.levels
    family = np.column_stack([step(levels, tau) if jump else hinge(levels, tau) for tau in tried])
    return gains(cross, grams, levels[:, None][:, : 0 if jump else 1], family)


def locate(grams: CoupleGrams, draws: FloatArray, breaks: Breaks, *, jump: bool = False) -> Location:
    """The best place and the percentile interval over ``draws`` (n_draws, m, m) of resampled couples.

    Hansen (2017) profiles the same sum of squares in one time series; couples are the sampling unit here. A hinge's
    interval says nothing when the truth is a jump: a jump at six looks like a hinge near nine.
    """
    tried = breaks.steps if jump else breaks.hinges
    gain = profile(grams.total, grams, tried, jump=jump)
    places = np.asarray(tried)[profile(draws, grams, tried, jump=jump).argmax(axis=-1)]
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(places, [tail, 1.0 - tail], method="inverted_cdf")
    return Location(
        tried=tried,
        gain=tuple(float(value) for value in gain),
        estimate=float(tried[int(gain.argmax())]),
        low=float(low),
        high=float(high),
    )


def places_not_rejected(grams: CoupleGrams, tried: tuple[float, ...], signs: FloatArray) -> tuple[float, float]:
    """Lowest and highest place of a hinge that a test at each place leaves standing: a check on the interval above.

    At every place the model with its hinge there is taken as true; couples' residuals get random ``signs`` (draws,
    couples), and the fall of the sum of squares from there to the best place is compared with what such data give
    (test inversion as in Hansen 2017, with whole couples as the units that the bootstrap draws).
    """
    levels = grams.levels
    hinges = grams.lifted(np.column_stack([hinge(levels, tau) for tau in tried]))
    line = np.hstack([grams.control_columns, grams.lifted(levels[:, None])])
    cleaned = residualised(grams.total, line, np.column_stack([hinges, grams.outcome_column]))
    bent, outcome = cleaned[:, :-1], cleaned[:, -1:]
    shared = bent.T @ grams.total @ bent
    size = np.diagonal(shared)
    slope = (outcome.T @ grams.total @ bent)[0] / np.where(size > 0, size, np.inf)
    scores = np.swapaxes(grams.cross @ (outcome - bent * slope), 1, 2) @ bent
    drawn = (signs @ scores.reshape(len(scores), -1)).reshape(len(signs), len(tried), len(tried))
    signal = shared * slope  # by place tried and place taken as true
    standing = []
    for at, tau in enumerate(tried):
        falls = _fall(signal[:, at] + drawn[:, at], size, at)
        observed = _fall((signal[:, at] + scores[:, at].sum(axis=0))[None, :], size, at)[0]
        if (1.0 + (falls >= observed).sum()) / (len(signs) + 1.0) > 1.0 - LEVEL:
            standing.append(tau)
    return min(standing), max(standing)


def _fall(shared: FloatArray, size: FloatArray, at: int) -> FloatArray:
    """How much lower the sum of squares gets at the best place than at place ``at``; (draws,)."""
    gain = shared**2 / np.where(size > 0, size, np.inf)
    fall: FloatArray = gain.max(axis=1) - gain[:, at]
    return fall
