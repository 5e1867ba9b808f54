"""How much data stand behind an estimate from a panel: scheduled, answered, used."""

from __future__ import annotations

import numpy as np

from couples_study.contracts.evidence import Counts
from couples_study.measures import Panel
from couples_study.models.model import Setting


def counts_of(panel: Panel, used: np.ndarray, setting: Setting) -> Counts:
    """Counts for the panel rows numbered ``used``; people are those whose answers enter, partners included.

    Days are couple-days (or couple-waves); scheduled ones are known for a diary with a declared length.
    """
    rows = panel.frame.iloc[used]
    people = np.union1d(panel.own[used], panel.partner[used])
    is_diary = "day" in panel.frame and setting.scheduled_days is not None
    return Counts(
        couples=int(rows["couple_id"].nunique()),
        people=int((people >= 0).sum()),
        n_obs=len(rows),
        days_scheduled=int(panel.frame["couple_id"].nunique()) * (setting.scheduled_days or 0) if is_diary else None,
        days_answered=len(panel.frame[["couple_id", "time"]].drop_duplicates()),
        days_used=len(rows[["couple_id", "time"]].drop_duplicates()),
        occasion="day" if "day" in panel.frame else "wave",
    )
