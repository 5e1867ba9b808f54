"""What is computed from one set of rows, each part when it is first asked for, and the limits that it is held against.

A rule that stops at the first condition that fails then pays for no more than it has read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.threshold.basis import Breaks, Shape, breaks_to_try, rivals
from couples_study.models.threshold.checks import below_ceiling
from couples_study.models.threshold.criteria import Criteria
from couples_study.models.threshold.crossed import Crossed
from couples_study.models.threshold.grams import CoupleGrams, pooled, redrawn
from couples_study.models.threshold.location import Location, locate, places_not_rejected
from couples_study.models.threshold.shapes import Comparison, folds_of
from couples_study.models.threshold.slopes import Estimate, Slopes
from couples_study.models.threshold.slopes import total_effect as effect_of
from couples_study.models.threshold.suptest import BreakTests, random_signs

if TYPE_CHECKING:
    from couples_study.models.threshold.rows import FloatArray, IntArray, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """The rivals, and where those with a free break may put it."""

    breaks: Breaks
    shapes: Mapping[str, Shape]


def curves_of(levels: FloatArray, days: IntArray, stated: float) -> Curves:
    """The rivals for counts that spread over the ``levels`` (n_levels,) as ``days`` (n_levels,) do."""
    breaks = breaks_to_try(levels, days, stated)
    return Curves(breaks=breaks, shapes=rivals(levels, days, stated, breaks))


class Ground:
    """What every step starts from: rows, their cross-products, the rivals, and one set of resampled couples.

    ``weights`` (draws, couples) say how often each couple was drawn, ``sample`` (draws, m, m) what they add up to.
    ``roomy`` are the cross-products of the people below the scale's ceiling, the same couples in the same order.
    The seed is read, not advanced.
    """

    def __init__(
        self,
        rows: Rows,
        grams: CoupleGrams,
        roomy: Callable[[], CoupleGrams],
        stated: float,
        seed: np.random.SeedSequence,
        draws: int,
        curves: Curves | None = None,
    ) -> None:
        self.rows, self.grams, self.stated, self.seed, self.draws = rows, grams, stated, seed, draws
        self._roomy = roomy
        self.curves = curves or curves_of(grams.levels, grams.days.sum(axis=0), stated)

    @property
    def breaks(self) -> Breaks:
        return self.curves.breaks

    @property
    def shapes(self) -> Mapping[str, Shape]:
        return self.curves.shapes

    @cached_property
    def roomy(self) -> CoupleGrams:
        return self._roomy()

    @cached_property
    def weights(self) -> FloatArray:
        return redrawn(self.grams.n_couples, numbered(self.seed, 0), self.draws)

    @cached_property
    def sample(self) -> FloatArray:
        return pooled(self.grams.cross, self.weights)


def ground_of(rows: Rows, stated: float, seed: np.random.SeedSequence, draws: int) -> Ground:
    """Cross-products, rivals and resampled couples of ``rows``, within persons."""
    return ground_on(Crossed(rows), rows, stated, seed, draws)


def ground_on(
    crossed: Crossed, rows: Rows, stated: float, seed: np.random.SeedSequence, draws: int, curves: Curves | None = None
) -> Ground:
    """The same where what does not depend on the outcome is there already."""

    def roomy() -> CoupleGrams:
        return crossed.grams(rows.outcome, below_ceiling(rows))

    return Ground(rows, crossed.grams(rows.outcome), roomy, stated, seed, draws, curves)


class Findings:
    """All tests, places, slopes and comparisons on one `Ground`; the same seed gives the same numbers."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    @cached_property
    def tests(self) -> BreakTests:
        ground = self.ground
        return BreakTests(ground.grams, ground.breaks, numbered(ground.seed, 1), ground.draws)

    @cached_property
    def hinge(self) -> Location:
        return locate(self.ground.grams, self.ground.sample, self.ground.breaks)

    @cached_property
    def jump(self) -> Location:
        return locate(self.ground.grams, self.ground.sample, self.ground.breaks, jump=True)

    @cached_property
    def standing(self) -> tuple[float, float]:
        """Lowest and highest place that a test at each place does not reject."""
        ground = self.ground
        signs = random_signs(numbered(ground.seed, 5), ground.draws, ground.grams.n_couples)
        return places_not_rejected(ground.grams, ground.breaks.hinges, signs)

    @cached_property
    def comparison(self) -> Comparison:
        ground = self.ground
        return Comparison(ground.grams, ground.shapes, folds_of(ground.grams.n_couples, numbered(ground.seed, 2)))

    @cached_property
    def slopes(self) -> Slopes:
        return Slopes(self.ground.grams, self.ground.weights, self.ground.stated)

    @cached_property
    def roomy(self) -> Slopes:
        """The slopes again, among people below the scale's ceiling."""
        return Slopes(self.ground.roomy, self.ground.weights, self.ground.stated)

    @cached_property
    def total(self) -> Estimate:
        return self._total(self.comparison.at_stated)

    @cached_property
    def total_best(self) -> Estimate:
        return self._total(self.comparison.best)

    @cached_property
    def bic(self) -> Criteria:
        return Criteria(self.ground.grams, self.ground.shapes)

    def _total(self, code: str) -> Estimate:
        ground = self.ground
        return effect_of(ground.grams, ground.sample, ground.shapes[code], ground.stated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What matters, in outcome units: the smallest total effect, and slopes per touch that still count as flat."""

    stated: float
    total_effect: float
    slope_low: float
    slope_high: float

    def times(self, factor: float) -> Limits:
        """The same limits where the outcome's unit is ``factor`` times as fine: 100/6 puts 1-7 on 0-100."""
        return Limits(
            stated=self.stated, total_effect=factor * self.total_effect, slope_low=factor * self.slope_low,
            slope_high=factor * self.slope_high,
        )  # fmt: skip

    def facts(self) -> dict[str, float]:
        """The limits under the names by which rule R8 reads them."""
        return {
            "stated": self.stated, "last_below": float(np.ceil(self.stated) - 1.0), "limit_total": self.total_effect,
            "limit_low": self.slope_low, "limit_high": self.slope_high,
        }  # fmt: skip


def numbered(seed: np.random.SeedSequence, child: int) -> np.random.Generator:
    """The generator of a numbered child; ``spawn`` would advance the parent and change the next call's numbers."""
    key = (*seed.spawn_key, child)
    return np.random.default_rng(np.random.SeedSequence(seed.entropy, spawn_key=key, pool_size=seed.pool_size))
