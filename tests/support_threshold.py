"""Simulated diaries whose curve is known, for the threshold tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from couples_study.planning.touch_worlds import Trap, diary_of_touch

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def simulate(
    truth: str,
    *,
    couples: int = 200,
    days: int = 28,
    seed: int | np.random.SeedSequence = 0,
    scale: str = "1-7",
    count_error: bool = False,
    **trap: Any,
) -> pd.DataFrame:
    """`diary_of_touch` with the parts of its trap by name."""
    return diary_of_touch(
        truth, couples=couples, days=days, seed=seed, scale=scale, trap=Trap(error=count_error, **trap)
    )
