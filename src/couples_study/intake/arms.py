"""Arms of a trial: who was randomised stays where the draw put them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from couples_study.contracts.study import Source
from couples_study.intake.records import Records

FIXED = ("couples", "people", "survey_waves")


def hold_changed_arms(everyone: Sequence[Records]) -> None:
    """Hold all records of a couple (or person) that is said to be in more than one arm of one trial.

    An arm told in a diary or of events is one that was drawn for the occasion, and may change from day to day.
    """
    for unit in ("couple", "person"):
        files = [r for r in everyone if r.source.arm is not None and _unit(r.source) == unit and "arm" in r.answers]
        if not files:
            continue
        told = pd.concat([_told(records, unit) for records in files]).drop_duplicates()
        changed = set(told.loc[told["unit"].duplicated(keep=False), "unit"])
        for records in files:
            records.hold(
                _units(records, unit).isin(changed).to_numpy()[records.who],
                "arm_not_constant",
                records.source.arm or "",
            )


def _unit(source: Source) -> str:
    return source.unit or ("couple" if source.table in FIXED else "occasion")


def _units(records: Records, unit: str) -> pd.Series:
    return records.whos["couple_id" if unit == "couple" else "person_id"]


def _told(records: Records, unit: str) -> pd.DataFrame:
    good = records.good()
    units = pd.Series(_units(records, unit).to_numpy()[records.who[good]], dtype="str")
    return pd.DataFrame({"unit": units, "arm": records.answers["arm"].rows(good)}).dropna().drop_duplicates()
