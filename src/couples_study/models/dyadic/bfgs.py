"""A quasi-Newton minimiser that trusts gradients where the criterion's last digits are noise.

Broyden-Fletcher-Goldfarb-Shanno steps of limited memory (Nocedal, 1980) around a curvature that is looked at anew at
every point, with the approximate Wolfe test of Hager & Zhang (2005): near the optimum the criterion of a large study
can no longer show a decrease, while its gradient still can.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from couples_study.models.dyadic.likelihood import HOPELESS, Look
from couples_study.models.dyadic.residual import Floats

Objective = Callable[[Floats], Look]
Curvature = Callable[[Floats, Look], Floats]

ARMIJO, WOLFE, APPROXIMATE = 1e-4, 0.9, 0.1
NOISE = 1e-11  # of the criterion's size: differences below say nothing
SEARCH_STEPS = 25
TOLERANCE = 1e-10  # expected gain, in units of -2 log-likelihood, below which the search stops
MEMORY = 40  # steps that are remembered


class Minimum(NamedTuple):
    """Where the search stopped and what it saw there. ``decrement`` is the gain a further Newton step would promise."""

    theta: Floats
    seen: Look
    iterations: int
    evaluations: int
    decrement: float
    converged: bool

    @property
    def value(self) -> float:
        return self.seen.value


class Point(NamedTuple):
    """A point on the line searched: step, theta, what was seen there and the slope along the line."""

    step: float
    theta: Floats
    seen: Look
    slope: float


class Memory:
    """Past steps and how the gradient changed along them, around a first guess of the inverse Hessian."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Floats, Floats, float]] = []

    def learn(self, step: Floats, change: Floats) -> None:
        """Remember a step, if the gradient grew along it."""
        along = float(step @ change)
        if along > 1e-14 * float(np.linalg.norm(step) * np.linalg.norm(change)):
            self.pairs = [*self.pairs[1 - MEMORY :], (step, change, along)]

    def times(self, first: Floats, gradient: Floats) -> Floats:
        """The inverse Hessian times ``gradient``."""
        out, shares = gradient.copy(), []
        for step, change, along in reversed(self.pairs):
            shares.append(float(step @ out) / along)
            out -= shares[-1] * change
        out = first @ out
        for (step, change, along), share in zip(self.pairs, reversed(shares), strict=True):
            out += (share - float(change @ out) / along) * step
        return out


def minimise(
    objective: Objective, theta: Floats, curvature: Curvature, most: int = 500, tolerance: float = TOLERANCE
) -> Minimum:
    """Minimise from ``theta``; ``curvature`` gives a guess of the inverse Hessian at each point that is reached."""
    seen, memory = objective(theta), Memory()
    evaluations, iteration, decrement = 1, 0, np.inf
    for iteration in range(most + 1):
        if seen.value >= HOPELESS:
            break
        downhill = -memory.times(curvature(theta, seen), seen.gradient)
        decrement = -0.5 * float(seen.gradient @ downhill)
        if decrement < tolerance or iteration == most:
            break
        found, used = _search(objective, Point(0.0, theta, seen, 0.0), downhill)
        evaluations += used
        if found is None:
            if not memory.pairs:
                break
            memory = Memory()
            continue
        memory.learn(found.theta - theta, found.seen.gradient - seen.gradient)
        theta, seen = found.theta, found.seen
    good = decrement < 100 * tolerance and seen.value < HOPELESS
    return Minimum(theta, seen, iteration, evaluations, float(decrement), good)


def _search(objective: Objective, start: Point, direction: Floats) -> tuple[Point | None, int]:
    """A step along ``direction`` that meets the Wolfe or approximate Wolfe conditions."""
    low = start._replace(slope=float(start.seen.gradient @ direction))
    slope, high, step = low.slope, np.inf, 1.0
    for used in range(1, SEARCH_STEPS + 1):
        theta = start.theta + step * direction
        seen = objective(theta)
        point = Point(step, theta, seen, float(seen.gradient @ direction))
        if not _low_enough(point, start.seen.value, slope):
            high, step = step, _between(low, point)
        elif point.slope < WOLFE * slope:
            low, step = point, min(4.0 * step, 0.5 * (step + high)) if np.isfinite(high) else 4.0 * step
        else:
            return point, used
    return (low, used) if low.step > 0 else (None, used)


def _low_enough(point: Point, value: float, slope: float) -> bool:
    if point.seen.value >= HOPELESS:
        return False
    if point.seen.value <= value + ARMIJO * point.step * slope:
        return True
    return point.seen.value <= value + NOISE * abs(value) and point.slope <= (2 * APPROXIMATE - 1) * slope


def _between(low: Point, point: Point) -> float:
    """A step between the two: where the slope would vanish, kept off the ends."""
    width = point.step - low.step
    if point.seen.value >= HOPELESS:
        return low.step + 0.1 * width
    share = -low.slope / (point.slope - low.slope) if point.slope > low.slope else 0.5
    return low.step + float(np.clip(share, 0.1, 0.9)) * width
