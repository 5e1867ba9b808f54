"""Curves compared by an information criterion, with as many observations as the couples' days are worth."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.threshold.basis import AT_STATED, Shape
from couples_study.models.threshold.grams import CoupleGrams, fit, residualised, squares

if TYPE_CHECKING:
    from collections.abc import Mapping


def effective_days(grams: CoupleGrams) -> float:
    """Days per couple that would be worth as much if all days were independent, for a straight line over the count.

    The days are divided by the design effect (Kish 1965): the couple-robust variance of the line's slope over the one
    that takes every person's day for independent.
    """
    line = grams.lifted(grams.levels[:, None])
    cleaned = residualised(grams.total, grams.control_columns, np.hstack([line, grams.outcome_column[:, None]]))
    left = residualised(grams.total, np.hstack([grams.control_columns, line]), grams.outcome_column[:, None])
    scores = (grams.cross @ left)[..., 0] @ cleaned[:, 0]
    days = float(grams.days.sum())
    naive = float(squares(grams.total, cleaned[:, 0]) * squares(grams.total, left[:, 0]) / days)
    effect = float((scores**2).sum()) / naive if naive > 0 else 1.0
    return days / grams.n_couples / max(effect, 1.0)


class Criteria:
    """BIC of the shapes, with n = couples x `effective_days`; a shape is fitted when it is first asked for.

    A break or a scale that was searched for counts as a parameter; controls and persons are the same for all shapes.
    Only differences mean anything.
    """

    def __init__(self, grams: CoupleGrams, shapes: Mapping[str, Shape]) -> None:
        self._grams, self._shapes = grams, shapes
        self._known: dict[str, float] = {}

    def __getitem__(self, code: str) -> float:
        if code not in self._known:
            self._known[code] = self._criterion(self._shapes[code])
        return self._known[code]

    def above_least(self, code: str) -> float:
        """The shape's BIC minus the smallest."""
        return self[code] - self._least

    @cached_property
    def _least(self) -> float:
        return min(self[code] for code in self._shapes)

    @cached_property
    def _number(self) -> float:
        return self._grams.n_couples * effective_days(self._grams)

    def margin(self, shape: Shape) -> float:
        """The BIC of ``shape`` minus that of the best curve with its break at the stated value."""
        return self._criterion(shape) - min(self[code] for code in AT_STATED)

    def _criterion(self, shape: Shape) -> float:
        parameters = shape.fixed.shape[1] + (2 if shape.family.shape[1] else 0)
        left = float(squares(self._grams.total, fit(self._grams.total, self._grams, shape).residual))
        days = float(self._grams.days.sum())
        return float(self._number * np.log(max(left, np.finfo(float).tiny) / days) + parameters * np.log(self._number))
