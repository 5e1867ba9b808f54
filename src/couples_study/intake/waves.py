"""Waves that carry a time stamp come in the order of their numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from couples_study.intake.records import Records


def hold_waves_out_of_order(files: Sequence[Records]) -> None:
    """Hold a person's waves where a later one was filled in before an earlier one: one of the numbers is wrong."""
    dated = [records for records in files if records.source.table == "survey_waves" and records.entered is not None]
    if not dated:
        return
    parts = [_placed(number, records) for number, records in enumerate(dated)]
    placed = pd.concat(parts, ignore_index=True).sort_values(["person", "wave"], kind="stable")
    own = placed.groupby("person")["entered"]
    wrong = placed["entered"].lt(own.cummax()) & placed["entered"].notna()
    people = set(placed.loc[wrong, "person"])
    for number, records in enumerate(dated):
        held = placed[(placed["file"] == number) & placed["person"].isin(people)]
        mask = np.zeros(len(records), dtype=bool)
        mask[held["position"]] = True
        records.hold(mask, "wave_order", records.source.keys.wave or records.source.keys.week or "")


def _placed(number: int, records: Records) -> pd.DataFrame:
    positions = np.flatnonzero(records.good())
    return pd.DataFrame(
        {
            "file": number,
            "position": positions,
            "person": records.whos["person"].to_numpy()[records.who[positions]],
            "wave": records.time[positions] if records.time is not None else np.nan,
            "entered": records.entered[positions] if records.entered is not None else pd.NaT,
        }
    )
