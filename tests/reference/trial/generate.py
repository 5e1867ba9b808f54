"""Write weekly.csv: a small simulated trial with skipped weeks and dropout. ``python generate.py``"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from couples_study.planning.scenarios import scenarios
from couples_study.planning.trials import ARMS, run_trial

COUPLES, SEED, LAST, END = 180, 6, 12, 16


def frame() -> pd.DataFrame:
    """One row per answered person-week: couple, slot, arm, concern, week, physical closeness."""
    world = run_trial(scenarios()["trial_emotional_best"], COUPLES, SEED)
    told = world.answers["phys"]
    couple, slot, place = np.nonzero(np.isfinite(told))
    rows = pd.DataFrame(
        {
            "couple": couple,
            "slot": slot,
            "arm": np.array(ARMS)[world.arm[couple]],
            "concern": np.where(world.physical_concern[couple], "physical", "emotional"),
            "week": world.weeks[place],
            "phys": told[couple, slot, place].round(2),
        }
    )
    return rows[(rows["week"] <= LAST) | (rows["week"] == END)]


if __name__ == "__main__":
    frame().to_csv(Path(__file__).parent / "weekly.csv", index=False, lineterminator="\n")
