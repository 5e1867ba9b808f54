"""Which curve predicts couples it has not seen? Leave-couples-out comparison, everything refitted without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import nnls

from couples_study.models.threshold.basis import AT_STATED, Shape
from couples_study.models.threshold.grams import CoupleGrams, fit, squares

if TYPE_CHECKING:
    from collections.abc import Mapping

    from couples_study.models.threshold.rows import FloatArray, IntArray

FOLDS = 10
RIDGE = 1e-10  # curves that coincide share their weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Out-of-sample sums of squares: ``losses`` maps a shape's code to one loss per couple (couples,).

    ``weights`` are those of the average of the curves that predicts the left-out couples best (stacking, Breiman
    1996): not negative and adding to one.
    """

    losses: Mapping[str, FloatArray]
    weights: Mapping[str, float]

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
    residuals = {code: fit(training, grams, shape).residual for code, shape in shapes.items()}
    return Comparison(
        losses={code: squares(grams.cross, residual[fold]) for code, residual in residuals.items()},
        weights=dict(zip(residuals, _stacked(held_out, np.stack(list(residuals.values()), axis=1)), strict=True)),
    )


def _stacked(held_out: FloatArray, residuals: FloatArray) -> tuple[float, ...]:
    """Weights that minimise the out-of-sample sum of squares of the averaged curve.

    ``held_out`` (folds, m, m), ``residuals`` (folds, shapes, m). On the simplex the minimum of w'Qw is, but for its
    length, the one of y'Qy/2 - 1'y over y >= 0, which is a least-squares problem with non-negative unknowns.
    """
    loss = np.einsum("fsm,fmk,ftk->st", residuals, held_out, residuals, optimize=True)
    loss = loss / loss.max() + RIDGE * np.eye(len(loss))
    root = np.linalg.cholesky(loss)
    found = nnls(root.T, np.linalg.solve(root, np.ones(len(loss))))[0]
    return tuple(float(weight) for weight in found / found.sum())
