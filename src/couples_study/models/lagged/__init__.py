"""Yesterday on today within persons, corrected for measurement error, in one direction or in both at once."""

from __future__ import annotations

from couples_study.models.lagged.halves import corrected_path
from couples_study.models.lagged.pairs import Pairs, asked_twice, best_apart, held_of, indicators_of, pairs_of, said
from couples_study.models.lagged.paths import Path, forward_path, plain_path, within_path

__all__ = [
    "Pairs",
    "Path",
    "asked_twice",
    "best_apart",
    "corrected_path",
    "forward_path",
    "held_of",
    "indicators_of",
    "pairs_of",
    "plain_path",
    "said",
    "within_path",
]
