"""Curves compared by an information criterion, with as many observations as the couples' days are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.threshold.basis import Shape
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


def criteria(grams: CoupleGrams, shapes: Mapping[str, Shape]) -> dict[str, float]:
    """BIC of every shape minus the smallest, with n = couples x `effective_days`.

    A break or a scale that was searched for counts as a parameter; controls and persons are the same for all shapes.
    """
    number = grams.n_couples * effective_days(grams)
    days = float(grams.days.sum())
    values = {}
    for code, shape in shapes.items():
        parameters = shape.fixed.shape[1] + (2 if shape.family.shape[1] else 0)
        left = float(squares(grams.total, fit(grams.total, grams, shape).residual))
        values[code] = number * np.log(max(left, np.finfo(float).tiny) / days) + parameters * np.log(number)
    least = min(values.values())
    return {code: float(value - least) for code, value in values.items()}
