"""All chance of a simulated study, drawn couple by couple, each from a seed of its own.

The draws of couple 17 are the same whether 20 or 2,000 couples are simulated, and in whatever order.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

ITEMS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Standard draws for C couples, 2 partners, T days, W weeks: normal unless the name says ``uniform``."""

    couple: np.ndarray  # (C, 4)
    person: np.ndarray  # (C, 2, 12)
    innovation: np.ndarray  # (C, 2, T)
    stress: np.ndarray  # (C, 2, T)
    mood: np.ndarray  # (C, 2, T)
    couple_day: np.ndarray  # (C, T, 4)
    gamma: np.ndarray  # (C, 2, T), shape given at drawing, mean 1
    touch_uniform: np.ndarray  # (C, 2, T)
    report: np.ndarray  # (C, 2, T, 2), received and given
    report_uniform: np.ndarray  # (C, 2, T, 4)
    item: np.ndarray  # (C, 2, T, ITEMS)
    answer_uniform: np.ndarray  # (C, 2, T, 3)
    recall_uniform: np.ndarray  # (C, 2, T, 2), of conflict and of sex
    week: np.ndarray  # (C, 2, W, 8)
    couple_uniform: np.ndarray  # (C, 4)


def draw(couples: int, days: int, weeks: int, gamma_shape: float, seed: int) -> Chance:
    """Draw everything; couple number c uses child c of the root seed."""
    children = np.random.SeedSequence(seed).spawn(couples)
    each = [_one(np.random.default_rng(child), days, weeks, gamma_shape) for child in children]
    return Chance(**{f.name: np.stack([one[f.name] for one in each]) for f in fields(Chance)})


def _one(rng: np.random.Generator, days: int, weeks: int, gamma_shape: float) -> dict[str, np.ndarray]:
    return {
        "couple": rng.normal(size=4),
        "person": rng.normal(size=(2, 12)),
        "couple_uniform": rng.random(4),
        "week": rng.normal(size=(2, weeks, 8)),
        "innovation": rng.normal(size=(2, days)),
        "stress": rng.normal(size=(2, days)),
        "mood": rng.normal(size=(2, days)),
        "couple_day": rng.normal(size=(days, 4)),
        "gamma": rng.gamma(gamma_shape, size=(2, days)) / gamma_shape,
        "touch_uniform": rng.random((2, days)),
        "report": rng.normal(size=(2, days, 2)),
        "report_uniform": rng.random((2, days, 4)),
        "item": rng.normal(size=(2, days, ITEMS)),
        "answer_uniform": rng.random((2, days, 3)),
        "recall_uniform": rng.random((2, days, 2)),
    }
