"""The estimands of a trial as weights over arms and weeks."""

from __future__ import annotations

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.models.weekly.adjusted import Profile
from couples_study.models.weekly.arrays import Weekly


def profile_of(question: Question, weekly: Weekly, cells: dict[str, int]) -> Profile:
    """The weights of a question's estimand; ``cells`` gives the number of each arm's mean.

    ``end``: first arm minus second at week ``at``. ``area``: the average of that difference from 0 to ``at``
    (trapezoids). ``change``: the difference of the changes from ``since`` to ``at``. ``foundation``: the gain over
    the first module in the first arm minus the gain over the second module in the second arm, less the same
    difference of periods in the ``reference`` arm, which takes out calendar and fatigue.
    """
    first, second = (cells[name] for name in question.contrast)
    at = question.at or int(weekly.weeks.max())
    if question.estimand == "foundation":
        return _foundation(question, first, second, cells[question.reference or ""])
    along = _along(question, weekly, at)
    return {first: along, second: {week: -weight for week, weight in along.items()}}


def _along(question: Question, weekly: Weekly, at: int) -> dict[int, float]:
    if question.estimand == "area":
        return trapezoid(weekly.weeks, at)
    if question.estimand == "change":
        return {at: 1.0, (question.since or 0): -1.0}
    return {at: 1.0}


def trapezoid(weeks: np.ndarray, at: int) -> dict[int, float]:
    """Weights that make a sum over weeks the average height of a curve from 0 to ``at``."""
    grid = np.array([0, *[int(week) for week in weeks if 0 < week <= at]], dtype=np.float64)
    widths = np.diff(grid)
    weights = np.zeros(len(grid))
    weights[:-1] += widths / 2
    weights[1:] += widths / 2
    return {int(week): float(weight) / grid[-1] for week, weight in zip(grid, weights, strict=True)}


def _foundation(question: Question, first: int, second: int, reference: int) -> Profile:
    (from_one, to_one), (from_two, to_two) = question.modules
    found: dict[int, dict[int, float]] = {first: {}, second: {}, reference: {}}
    for cell, week, weight in (
        (first, to_one, 1.0), (first, from_one, -1.0), (second, to_two, -1.0), (second, from_two, 1.0),
        (reference, to_one, -1.0), (reference, from_one, 1.0), (reference, to_two, 1.0), (reference, from_two, -1.0),
    ):  # fmt: skip
        found[cell][week] = found[cell].get(week, 0.0) + weight
    return found
