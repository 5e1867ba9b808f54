"""Which curve predicts couples it has not seen? Leave-couples-out comparison, everything refitted without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.threshold.basis import AT_STATED, Shape
from couples_study.models.threshold.grams import CoupleGrams, fit, squares

if TYPE_CHECKING:
    from collections.abc import Mapping

    from couples_study.models.threshold.rows import FloatArray, IntArray

FOLDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Out-of-sample sums of squares: ``losses`` maps a shape's code to one loss per couple (couples,)."""

    losses: Mapping[str, FloatArray]

    @property
    def at_stated(self) -> str:
        """The best of the curves that put their break at the stated value."""
        return min(AT_STATED, key=self.loss)

    @property
    def best(self) -> str:
        """The best of all curves; the one named first in `SHAPES` on a tie."""
        return min(self.losses, key=self.loss)

    def loss(self, code: str) -> float:
        return float(self.losses[code].sum())

    def advantage(self, code: str, rival: str) -> float:
        """Paired z over couples: positive where shape ``code`` predicts better than ``rival``."""
        difference = self.losses[rival] - self.losses[code]
        spread = float(difference.std(ddof=1))
        return float(difference.sum()) / (np.sqrt(len(difference)) * spread) if spread > 0 else 0.0


def folds_of(couples: int, rng: np.random.Generator, folds: int = FOLDS) -> IntArray:
    """A fold (couples,) for every couple, sizes differing by at most one."""
    fold = np.empty(couples, dtype=np.int64)
    fold[rng.permutation(couples)] = np.arange(couples) % folds
    return fold


def compare(grams: CoupleGrams, shapes: Mapping[str, Shape], fold: IntArray) -> Comparison:
    """Loss of every shape in every couple, from coefficients and breaks found in the other folds.

    The loss is a couple's sum of squared deviations within persons, so a person's level costs no curve anything.
    """
    held_out = np.stack([grams.cross[fold == k].sum(axis=0) for k in range(int(fold.max()) + 1)])
    training = held_out.sum(axis=0) - held_out
    return Comparison(
        losses={
            code: squares(grams.cross, fit(training, grams, shape).residual[fold]) for code, shape in shapes.items()
        }
    )
