"""Records that claim the same place in a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from couples_study.intake.records import SAID, Records
from couples_study.tables import GRAINS


def hold_duplicates(files: Sequence[Records]) -> None:
    """Hold doubles over all files of one source: every one where they disagree, all but the first where they agree.

    Events and samples may well agree in all but the moment: there a double is what agrees in the time stamp, too.

    A record that is at fault already still counts as a claim on its place: when it disagrees with a faultless one,
    nobody can say which is right.
    """
    keys = _place(files[0])
    if not keys:
        return
    joined = pd.concat([_claims(one, keys) for one in files], keys=range(len(files)), names=["file", "position"])
    placed = joined[joined[keys].notna().all(axis=1)]
    repeated = placed[placed.duplicated(keys, keep=False)]
    if repeated.empty:
        return
    same_place = repeated.groupby(keys, sort=False).ngroup()
    same_all = repeated.groupby(list(repeated.columns), dropna=False, sort=False).ngroup()
    agreeing = same_all.groupby(same_place).transform("nunique").eq(1)
    if SAID in keys:
        agreeing[:] = True
    conflicting = repeated.index[~agreeing]
    extra = repeated.index[agreeing & repeated.duplicated(keys, keep="first")]
    for number, records in enumerate(files):
        _hold(records, list(conflicting), number, "duplicate_conflicting")
        _hold(records, list(extra), number, "duplicate_identical")


def _place(records: Records) -> list[str]:
    keys = GRAINS[records.source.table].keys
    if "number" not in keys:
        return list(keys)
    return [*keys[:-1], "_key_date", SAID] if records.source.keys.date else []


def _claims(records: Records, keys: list[str]) -> pd.DataFrame:
    claims = records.frame[[*dict.fromkeys([*keys, SAID])]].reset_index(drop=True)
    return claims.assign(**{key: claims[key].mask(claims[key].astype("str").eq("")) for key in keys})


def _hold(records: Records, index: list[tuple[int, int]], number: int, reason: str) -> None:
    positions = [position for file, position in index if file == number]
    mask = np.zeros(len(records.frame), dtype=bool)
    mask[positions] = True
    column = records.source.keys.day or records.source.keys.date or records.source.keys.wave or records.source.keys.week
    records.hold(mask, reason, column or records.source.keys.person or records.source.keys.couple or "")
