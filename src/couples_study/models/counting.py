"""How much data stand behind an estimate from a panel: scheduled, answered, used."""

from __future__ import annotations

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Counts
from couples_study.measures import Panel
from couples_study.models.model import Setting


def counts_of(panel: Panel, used: np.ndarray, setting: Setting) -> Counts:
    """Counts for the panel rows numbered ``used``; people are those whose answers enter, partners included.

    Days are couple-days (or couple-waves); scheduled ones are known for a diary with a declared length.
    """
    people = np.union1d(panel.own[used], panel.partner[used])
    is_diary = "day" in panel.frame and setting.scheduled_days is not None
    couple, couples = pd.factorize(panel.frame["couple_id"])
    time, times = pd.factorize(panel.frame["time"])
    occasion = couple * len(times) + time
    return Counts(
        couples=len(np.unique(couple[used])),
        people=int((people >= 0).sum()),
        n_obs=len(used),
        days_scheduled=len(couples) * (setting.scheduled_days or 0) if is_diary else None,
        days_answered=len(np.unique(occasion)),
        days_used=len(np.unique(occasion[used])),
        occasion="day" if "day" in panel.frame else "wave",
    )
