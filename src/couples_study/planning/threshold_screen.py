"""Which of many outcomes of the same days can not be supported by rule R8, told from few sums and for all at once.

Three of the rule's conditions need no more than cross-products of eight columns: a line and a logarithm are beaten
(``beats_named``), the gain comes at once or gets smaller (``levels_off``), and a cubic is clearly worse
(``beats_cubic``). In a world without a six nearly every replicate fails one of them. What passes is put to the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.threshold.basis import capped, hinge, step
from couples_study.models.threshold.findings import numbered
from couples_study.models.threshold.grams import solve
from couples_study.models.threshold.shapes import folds_of
from couples_study.verdicts.threshold_conditions import CUBIC_MARGIN, Z

if TYPE_CHECKING:
    from couples_study.models.threshold.crossed import Crossed
    from couples_study.models.threshold.rows import BoolArray, FloatArray

COLUMNS = ("line", "log", "capped", "hinge", "step", "square", "cube")
SIX = (("capped",), ("step",), ("capped", "hinge"))  # F3, F5 and F7
NAMED = (("line",), ("log",))
CUBIC = ("line", "square", "cube")


class Screen:
    """Cross-products (couples, k, k) of a few columns, and (couples, k, outcomes) with every outcome."""

    def __init__(self, crossed: Crossed, outcomes: FloatArray, stated: float, seed: np.random.SeedSequence) -> None:
        levels = crossed.levels
        columns = np.column_stack([
            levels, np.log1p(levels), capped(levels, stated), hinge(levels, stated), step(levels, stated), levels**2,
            levels**3,
        ])  # fmt: skip
        self.xx, self.xy, self.yy = crossed.narrowed(columns, outcomes)
        self.held = tuple(range(self.xx.shape[1] - len(COLUMNS)))
        self.days = float(crossed.days.sum())
        self.fold = folds_of(len(self.xx), numbered(seed, 2))

    def passes(self) -> BoolArray:
        """Whether (outcomes,) none of the three conditions fails."""
        losses = [self.losses(names) for names in SIX]
        best = np.argmin([loss.sum(axis=0) for loss in losses], axis=0)
        at = np.arange(self.yy.shape[1])
        six = np.stack(losses)[best, :, at].T
        beaten = np.all([_advantage(six, self.losses(names)) > Z for names in NAMED], axis=0)
        jumps = best == SIX.index(("step",))
        off = np.where(
            jumps, self._value("step", ("step", "line")) > 0.0, self._value("hinge", ("line", "hinge")) < 0.0
        )
        return np.asarray(beaten & off & (self.cubic_margin() > CUBIC_MARGIN))

    def _at(self, names: tuple[str, ...]) -> FloatArray:
        return np.array([*self.held, *(len(self.held) + COLUMNS.index(name) for name in names)])

    def losses(self, names: tuple[str, ...]) -> FloatArray:
        """Losses (couples, outcomes) from coefficients that were found in the other folds."""
        on = self._at(names)
        xx, xy = self.xx[:, on[:, None], on], self.xy[:, on]
        among = (np.arange(self.fold.max() + 1)[:, None] == self.fold).astype(float)
        train_xx, train_xy = (
            part.sum(axis=0) - (among @ part.reshape(len(part), -1)).reshape(-1, *part.shape[1:]) for part in (xx, xy)
        )
        beta = solve(train_xx, train_xy)[self.fold]
        return np.asarray(self.yy + (beta * (xx @ beta - 2.0 * xy)).sum(axis=1))

    def _fitted(self, names: tuple[str, ...]) -> tuple[FloatArray, FloatArray]:
        """Coefficients (p, outcomes) and sums of squares (outcomes,) in all couples."""
        on = self._at(names)
        xx, xy = self.xx.sum(axis=0)[on[:, None], on], self.xy.sum(axis=0)[on]
        beta = solve(xx, xy)
        return beta, self.yy.sum(axis=0) + (beta * (xx @ beta - 2.0 * xy)).sum(axis=0)

    def _value(self, name: str, among: tuple[str, ...]) -> FloatArray:
        return self._fitted(among)[0][len(self.held) + among.index(name)]

    def cubic_margin(self) -> FloatArray:
        """BIC (outcomes,) of a cubic minus that of the best curve with its break at the stated value."""
        number = self.days / np.maximum(self._design_effect(), 1.0)

        def criterion(names: tuple[str, ...]) -> FloatArray:
            left = np.maximum(self._fitted(names)[1], np.finfo(float).tiny)
            return np.asarray(number * np.log(left / self.days) + len(names) * np.log(number))

        return criterion(CUBIC) - np.min([criterion(names) for names in SIX], axis=0)

    def _design_effect(self) -> FloatArray:
        """Couple-robust over naive variance (outcomes,) of a line's slope, as in `effective_days`."""
        beta, left = self._fitted(("line",))
        on, line = self._at(("line",)), len(self.held)
        held = list(self.held)
        total = self.xx.sum(axis=0)
        cleaned = np.r_[-solve(total[np.ix_(held, held)], total[held][:, [line]])[:, 0], 1.0]
        scores = np.einsum("p,cpt->ct", cleaned, self.xy[:, on] - self.xx[:, on[:, None], on] @ beta)
        naive = (cleaned @ total[on[:, None], on] @ cleaned) * left / self.days
        return np.asarray((scores**2).sum(axis=0) / naive)


def _advantage(losses: FloatArray, rival: FloatArray) -> FloatArray:
    """Paired z over couples (outcomes,), as in `Comparison.advantage`."""
    difference = rival - losses
    return np.asarray(difference.sum(axis=0) / (np.sqrt(len(difference)) * difference.std(axis=0, ddof=1)))
