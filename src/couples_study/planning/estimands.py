"""What the analyses would find in a scenario without any error: the truth in the units that verdicts are given in.

A scenario's own numbers are those of the generating equations. The analyses ask another question: where touch lifts
closeness on the same day only, touch of yesterday has a *negative* coefficient once yesterday's closeness is held,
because that part of yesterday's closeness does not last. So both are written down.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

import numpy as np

from couples_study.contracts.scenario import Scenario
from couples_study.planning.generator import live

COUPLES, DAYS, SEED = 600, 100, 20260302  # so many days that centering on a person's mean costs next to nothing
DECIMALS = 2  # the Monte Carlo error of a coefficient is about .004


@cache
def estimands(scenario: Scenario) -> MappingProxyType[str, float]:
    """Standardised within-person coefficients of true touches received and true closeness, own lag held where lagged.

    Computed from the lives themselves, before any report, item error or missing evening, over 600 couples and 100 days.
    """
    world = live(scenario, COUPLES, DAYS, SEED)
    close, touch = _within(world.close), _within(world.touch)
    values = {
        "touch_close_same_day": _slopes(close, touch)[0],
        "touch_to_close_next_day": _slopes(close[..., 1:], touch[..., :-1], close[..., :-1])[0],
        "close_to_touch_next_day": _slopes(touch[..., 1:], close[..., :-1], touch[..., :-1])[0],
    }
    # adding zero turns a rounded -0.0 into 0.0
    return MappingProxyType({name: round(value, DECIMALS) + 0.0 for name, value in values.items()})


def _within(values: np.ndarray) -> np.ndarray:
    """Deviations from each person's mean, in units of their own standard deviation over all persons."""
    deviations = values - values.mean(axis=-1, keepdims=True)
    return deviations / deviations.std()


def _slopes(outcome: np.ndarray, *predictors: np.ndarray) -> list[float]:
    """Least-squares slopes, in the order of ``predictors``."""
    design = np.column_stack([predictor.ravel() for predictor in predictors])
    return [float(slope) for slope in np.linalg.lstsq(design, outcome.ravel(), rcond=None)[0]]
