"""From what an export says of time to a study day (0 is the couple's first) or a wave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

import numpy as np
import pandas as pd

from couples_study.contracts.study import Meta
from couples_study.core.errors import StudyFileError
from couples_study.intake.records import Records, blank
from couples_study.intake.roster import Roster
from couples_study.tables import GRAINS

STAMP = r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)?"
OFFSET = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"
WHOLE = r"[+-]?[0-9]{1,7}(?:\.0*)?"


def place_in_time(records: Records, roster: Roster, meta: Meta) -> None:
    """Set ``day`` (and ``date``, ``entry_late``) or ``wave``; hold records with no time or one outside the study."""
    frame, keys = records.frame, records.source.keys
    if records.source.table == "survey_waves":
        column = keys.wave or keys.week or ""
        frame["wave"] = _whole(records, "_key_wave" if keys.wave else "_key_week", column)
        records.hold(frame["wave"] < 0, "wave_negative", column)
        if keys.week:
            frame["week"] = frame["wave"]
        return
    if keys.day:
        frame["day"] = _whole(records, "_key_day", keys.day) - meta.first_day
        if meta.start_date is not None or len(roster.start_dates):
            frame["date"] = _starts(records, roster, meta) + pd.to_timedelta(frame["day"], unit="D")
    elif keys.date:
        evening = _evenings(records, meta, keys.date)
        starts = _starts(records, roster, meta)
        records.hold(starts.isna() & evening.notna() & ~records.held(), "start_date_unknown", keys.date)
        frame["date"] = evening
        frame["day"] = (evening - starts).dt.days.astype("float64")
    if keys.day or keys.date:
        beyond = np.inf if meta.scheduled_days is None else meta.scheduled_days
        outside = (frame["day"] < 0) | (frame["day"] >= beyond)
        records.hold(outside & ~records.held(), "day_outside_window", keys.day or keys.date or "")


def number_within_days(everyone: Sequence[Records]) -> None:
    """Give each event and sample its ``number`` among the person's of that day, from 1, in order of delivery."""
    for table in [name for name, grain in GRAINS.items() if "number" in grain.keys]:
        files = [records for records in everyone if records.source.table == table]
        if files:
            placed = pd.concat([records.frame[["couple_id", "person_id", "day"]][~records.held()] for records in files])
            numbers = (placed.groupby(["couple_id", "person_id", "day"], sort=False).cumcount() + 1).to_numpy()
            ends = np.cumsum([int((~records.held()).sum()) for records in files])[:-1]
            for records, own in zip(files, np.split(numbers.astype("float64"), ends), strict=True):
                records.frame["number"] = np.nan
                records.frame.loc[~records.held(), "number"] = own


def _whole(records: Records, key: str, column: str) -> pd.Series:
    cells = records.frame[key]
    good = cells.str.fullmatch(WHOLE)
    records.hold(blank(cells), "missing_key", column)
    records.hold(~good & ~blank(cells), "not_a_whole_number", column)
    return pd.to_numeric(cells.where(good), errors="raise").astype("float64")


def _starts(records: Records, roster: Roster, meta: Meta) -> pd.Series:
    common: Any = pd.Timestamp(meta.start_date) if meta.start_date is not None else pd.NaT
    starts = records.frame["couple_id"].map(roster.start_dates) if len(roster.start_dates) else None
    if starts is None and meta.start_date is None:
        raise StudyFileError(
            "study.toml, [study]",
            expected="a first day, since the diary has dates and not days",
            found="neither start_date under [study] nor a start_date column in people or couples",
            do="say start_date = 2026-03-02 under [study], or map a column onto start_date",
        )
    if starts is None:
        return pd.to_datetime(pd.Series(common, index=records.frame.index))
    own = records.frame["couple_id"].isin(roster.start_dates.index)
    return pd.to_datetime(starts.where(own, common))


def _evenings(records: Records, meta: Meta, column: str) -> pd.Series:
    """The calendar date of the evening each entry belongs to, in the study's time zone."""
    cells = records.frame["_key_date"]
    zoned = cells.str.fullmatch(STAMP + OFFSET)
    plain = cells.str.fullmatch(STAMP)
    records.hold(blank(cells), "missing_key", column)
    stamps = pd.to_datetime(cells.where(plain), format="ISO8601", errors="coerce")
    aware = pd.to_datetime(cells.where(zoned), format="ISO8601", errors="coerce", utc=True)
    stamps = stamps.fillna(aware.dt.tz_convert(meta.zone).dt.tz_localize(None))
    records.hold(stamps.isna() & ~blank(cells), "unreadable_date", column)
    has_time = cells.str.len() > len("2026-03-02")
    since_midnight = stamps - stamps.dt.normalize()
    ends, opens = _since_midnight(meta.day_ends), _since_midnight(meta.day_opens or meta.day_ends)
    after_midnight = has_time & (since_midnight < ends)
    late = has_time & ~after_midnight & (since_midnight < opens)
    records.frame["entry_late"] = late.astype("float64")
    return stamps.dt.normalize() - pd.to_timedelta((after_midnight | late).astype("int64"), unit="D")


def _since_midnight(moment: time) -> pd.Timedelta:
    return pd.Timedelta(hours=moment.hour, minutes=moment.minute)
