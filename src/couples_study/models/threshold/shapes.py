"""Which curve predicts couples it has not seen? Leave-couples-out comparison, everything refitted without them."""

from __future__ import annotations

from functools import cached_property
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


class Comparison:
    """Out-of-sample sums of squares of every couple; a curve is fitted when it is first asked for.

    Coefficients and breaks come from the other folds. The loss is a couple's sum of squared deviations within persons,
    so a person's level costs no curve anything.
    """

    def __init__(self, grams: CoupleGrams, shapes: Mapping[str, Shape], fold: IntArray) -> None:
        self._grams, self._shapes, self._fold = grams, shapes, fold
        self._residuals: dict[str, FloatArray] = {}
        self._losses: dict[str, FloatArray] = {}

    @cached_property
    def _held_out(self) -> FloatArray:
        return np.stack([self._grams.cross[self._fold == k].sum(axis=0) for k in range(int(self._fold.max()) + 1)])

    @cached_property
    def _training(self) -> FloatArray:
        return np.asarray(self._held_out.sum(axis=0) - self._held_out)

    def _residual(self, code: str) -> FloatArray:
        if code not in self._residuals:
            self._residuals[code] = fit(self._training, self._grams, self._shapes[code]).residual
        return self._residuals[code]

    def losses(self, code: str) -> FloatArray:
        """The loss (couples,) of one shape in every couple."""
        if code not in self._losses:
            self._losses[code] = squares(self._grams.cross, self._residual(code)[self._fold])
        return self._losses[code]

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """Those of the average of the curves that predicts the left-out couples best (stacking, Breiman 1996).

        They are not negative and add to one.
        """
        residuals = np.stack([self._residual(code) for code in self._shapes], axis=1)
        return dict(zip(self._shapes, _stacked(self._held_out, residuals), strict=True))

    @cached_property
    def at_stated(self) -> str:
        """The best of the curves that put their break at the stated value."""
        return min(AT_STATED, key=self.loss)

    @cached_property
    def best(self) -> str:
        """The best of all curves; the one named first in `SHAPES` on a tie."""
        return min(self._shapes, key=self.loss)

    def loss(self, code: str) -> float:
        return float(self.losses(code).sum())

    def advantage(self, code: str, rival: str) -> float:
        """Paired z over couples: positive where shape ``code`` predicts better than ``rival``."""
        difference = self.losses(rival) - self.losses(code)
        spread = float(difference.std(ddof=1))
        return float(difference.sum()) / (np.sqrt(len(difference)) * spread) if spread > 0 else 0.0


def folds_of(couples: int, rng: np.random.Generator, folds: int = FOLDS) -> IntArray:
    """A fold (couples,) for every couple, sizes differing by at most one."""
    fold = np.empty(couples, dtype=np.int64)
    fold[rng.permutation(couples)] = np.arange(couples) % folds
    return fold


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
