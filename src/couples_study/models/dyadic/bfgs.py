"""A quasi-Newton minimiser that trusts gradients where the criterion's last digits are noise.

Broyden-Fletcher-Goldfarb-Shanno steps with the approximate Wolfe test of Hager & Zhang (2005): near the optimum the
criterion of a large study can no longer show a decrease, while its gradient still can.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from couples_study.models.dyadic.likelihood import HOPELESS
from couples_study.models.dyadic.residual import Floats

Objective = Callable[[Floats], tuple[float, Floats]]

ARMIJO, CURVATURE, APPROXIMATE = 1e-4, 0.9, 0.1
NOISE = 1e-11  # of the criterion's size: differences below say nothing
SEARCH_STEPS = 25
TOLERANCE = 1e-10  # expected gain, in units of -2 log-likelihood, below which the search stops


class Minimum(NamedTuple):
    """Where the search stopped. ``decrement`` is the gain a further Newton step would promise."""

    theta: Floats
    value: float
    gradient: Floats
    inverse: Floats
    iterations: int
    evaluations: int
    decrement: float
    converged: bool


class Point(NamedTuple):
    """A point on the line searched: step, theta, criterion, gradient and slope along the line."""

    step: float
    theta: Floats
    value: float
    gradient: Floats
    slope: float


def minimise(
    objective: Objective, theta: Floats, inverse: Floats, most: int = 500, tolerance: float = TOLERANCE
) -> Minimum:
    """Minimise from ``theta`` with a first guess of the inverse Hessian."""
    value, gradient = objective(theta)
    evaluations, fresh, iteration = 1, True, 0
    for iteration in range(most + 1):
        decrement = 0.5 * float(gradient @ inverse @ gradient)
        if decrement < tolerance or iteration == most or value >= HOPELESS:
            break
        found, used = _search(objective, Point(0.0, theta, value, gradient, 0.0), -inverse @ gradient)
        evaluations += used
        if found is None:
            if fresh:
                break
            inverse, fresh = np.diag(np.abs(np.diag(inverse))), True
            continue
        inverse, fresh = _update(inverse, found.theta - theta, found.gradient - gradient), False
        theta, value, gradient = found.theta, found.value, found.gradient
    good = decrement < 100 * tolerance and value < HOPELESS
    return Minimum(theta, value, gradient, inverse, iteration, evaluations, decrement, good)


def _update(inverse: Floats, step: Floats, change: Floats) -> Floats:
    along = float(step @ change)
    if along <= 1e-14 * float(np.linalg.norm(step) * np.linalg.norm(change)):
        return inverse
    turned = inverse @ change
    factor = (1.0 + float(change @ turned) / along) / along
    mixed = np.outer(turned, step) / along
    return inverse + factor * np.outer(step, step) - mixed - mixed.T


def _search(objective: Objective, start: Point, direction: Floats) -> tuple[Point | None, int]:
    """A step along ``direction`` that meets the Wolfe or approximate Wolfe conditions."""
    low = start._replace(slope=float(start.gradient @ direction))
    slope, high, step = low.slope, np.inf, 1.0
    for used in range(1, SEARCH_STEPS + 1):
        theta = start.theta + step * direction
        value, gradient = objective(theta)
        point = Point(step, theta, value, gradient, float(gradient @ direction))
        if not _low_enough(point, start.value, slope):
            high, step = step, _between(low, point)
        elif point.slope < CURVATURE * slope:
            low, step = point, min(4.0 * step, 0.5 * (step + high)) if np.isfinite(high) else 4.0 * step
        else:
            return point, used
    return (low, used) if low.step > 0 else (None, used)


def _low_enough(point: Point, value: float, slope: float) -> bool:
    if point.value >= HOPELESS:
        return False
    if point.value <= value + ARMIJO * point.step * slope:
        return True
    return point.value <= value + NOISE * abs(value) and point.slope <= (2 * APPROXIMATE - 1) * slope


def _between(low: Point, point: Point) -> float:
    """A step between the two: where the slope would vanish, kept off the ends."""
    width = point.step - low.step
    if point.value >= HOPELESS:
        return low.step + 0.1 * width
    share = -low.slope / (point.slope - low.slope) if point.slope > low.slope else 0.5
    return low.step + float(np.clip(share, 0.1, 0.9)) * width
