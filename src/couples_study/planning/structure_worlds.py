"""Items of strands in the worlds that a claim can be put to: strands apart, or one under several names."""

from __future__ import annotations

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.planning.claim_worlds import TRUE_WORLDS

LOADING, APART, ONE = 0.75, 0.40, 0.97  # of an item; correlation of strands that are apart, and of those that are one
PARTNERS, COLOURED = 0.3, 0.6  # what partners share of each strand; how far a view of all colours every answer


def strand_columns(
    question: Question, columns: dict[str, np.ndarray], world: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The items (C, 2). In ``claim_halo`` one strand and a view of the relationship are behind all of them."""
    shape = next(iter(columns.values())).shape[:2]
    together = APART if world in TRUE_WORLDS else ONE
    view = _people(shape, rng)
    halo = COLOURED * rng.standard_normal(shape) if world == "claim_halo" else 0.0
    found = {}
    for items in question.indicators.values():
        strand = np.sqrt(together) * view + np.sqrt(1 - together) * _people(shape, rng)
        for name in items:
            found[name] = LOADING * strand + np.sqrt(1 - LOADING**2) * rng.standard_normal(shape) + halo
    return found


def _people(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    shared = np.sqrt(PARTNERS) * rng.standard_normal((shape[0], 1))
    people: np.ndarray = shared + np.sqrt(1 - PARTNERS) * rng.standard_normal(shape)
    return people
