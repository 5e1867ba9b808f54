"""What leaves the project: counts in steps of five, and couples in batches, so that two releases tell no difference.

Whoever has two tables of a growing study can subtract one from the other, and has those who joined in between. So
couples are released in batches of five, in the order of the delivery, and every count at the nearest five.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pandas as pd

from couples_study.privacy.small_cells import SMALLEST_CELL, suppressed

Name = TypeVar("Name")


def to_five(n: int) -> int:
    """A count at the nearest multiple of five."""
    return SMALLEST_CELL * ((n + SMALLEST_CELL // 2) // SMALLEST_CELL)


def released(counts: Sequence[int], small: Sequence[bool] | None = None) -> tuple[int | None, ...]:
    """A table's counts as they may leave the project: small cells suppressed, all others at the nearest five."""
    return tuple(None if n is None else to_five(n) for n in suppressed(counts, small))


def batch(couples: Sequence[Name]) -> tuple[Name, ...]:
    """The couples, in the order of the delivery, that are released now; the last one to four wait for others."""
    return tuple(couples[: len(couples) // SMALLEST_CELL * SMALLEST_CELL])


def coarsened(frame: pd.DataFrame, counts: Sequence[str]) -> pd.DataFrame:
    """The frame with its columns of counts at the nearest five."""
    there = [name for name in counts if name in frame.columns]
    return frame.assign(**{name: frame[name].map(_five) for name in there})


def _five(n: float) -> float | None:
    return None if n is None or n != n else float(to_five(int(n)))
