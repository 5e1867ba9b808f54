"""From none to twice the stated value, by least squares with a bend there: quick enough to leave couples out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.measures import Frames

CAP = 25.0


def totals_without(
    question: Question, frames: Frames, group: Mapping[str, int], many: int
) -> tuple[float, list[float]]:
    """The whole way in all couples, and without each of ``many`` groups of them.

    Within persons for a daily threshold, with a trend over days and what the question holds; between couples'
    averages otherwise.
    """
    stated = float(question.stated or 0)
    within = question.model == "threshold"
    held = ["time", *(question.covariates or ())] if within else []
    source = frames.panel_with(question.outcome) if within else frames.people
    if source is None:
        raise ValueError(f"{question.outcome} is in no panel")
    used = source.dropna(subset=[question.outcome, str(question.exposure), *held])
    count = np.minimum(used[question.exposure].to_numpy(dtype=np.float64), CAP)
    y = used[question.outcome].to_numpy(dtype=np.float64)
    parts = [count, *(used[name].to_numpy(dtype=np.float64) for name in held), y]
    unit = used["person_id"] if within else used["couple_id"]
    codes = np.unique(unit.astype("str").to_numpy(), return_inverse=True)[1]
    whose = used["couple_id"].astype("str").to_numpy()
    if not within:
        (*parts, y), whose = _averages([*parts[:-1], y], codes), whose[np.unique(codes, return_index=True)[1]]
        parts = [*parts, np.ones(len(y)), y]
    columns = [np.minimum(parts[0], stated), np.maximum(parts[0] - stated, 0.0), *parts[1:]]
    A = np.column_stack([_centred(one, codes) for one in columns] if within else columns)
    number = np.array([group[name] for name in whose])
    products = np.stack([A[number == one].T @ A[number == one] for one in range(many)])
    total = products.sum(axis=0)
    return _way(total, stated), [_way(total - one, stated) for one in products]


def _averages(parts: list[np.ndarray], codes: np.ndarray) -> list[np.ndarray]:
    """Couples' averages of each part."""
    counts = np.bincount(codes)
    return [np.bincount(codes, weights=part) / counts for part in parts]


def _centred(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return values - (np.bincount(codes, weights=values) / np.bincount(codes))[codes]


def _way(cross: np.ndarray, stated: float) -> float:
    """``stated`` steps at each of the two slopes, the last column of ``cross`` being the outcome."""
    slopes = np.linalg.solve(cross[:-1, :-1], cross[:-1, -1])
    return float(stated * (slopes[0] + slopes[1]))
