"""The longest run of identical answers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np


def longest_runs(items: Sequence[np.ndarray]) -> np.ndarray:
    """Longest run of equal neighbours in each row, over items in the order they are asked; a gap ends a run.

    Johnson (2005, J Research in Personality 39, 103-129), on answers before any are turned round.
    """
    longest = (~np.isnan(items[0])).astype("int16")
    run = longest.copy()
    for before, item in pairwise(items):
        run = np.where(item == before, run + 1, (~np.isnan(item)).astype("int16"))
        np.maximum(longest, run, out=longest)
    return longest
