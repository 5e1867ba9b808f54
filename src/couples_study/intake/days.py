"""From what an export says of time to a study day (0 is the couple's first) or a wave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

import numpy as np
import pandas as pd

from couples_study.contracts.study import Meta
from couples_study.core.errors import StudyFileError
from couples_study.intake.dates import local_times
from couples_study.intake.places import MOST_IN_A_DAY
from couples_study.intake.records import Records, blank
from couples_study.intake.roster import Roster
from couples_study.tables import GRAINS

WHOLE = r"[+-]?[0-9]{1,7}(?:\.0*)?"
DAY = np.timedelta64(1, "D")
NO_TIME = np.datetime64("NaT")


def read_times(records: Records, meta: Meta) -> None:
    """Set the record's own time as far as its file alone tells: a number, or an evening with lateness."""
    keys = records.source.keys
    if records.source.table == "survey_waves":
        records.time = _whole(records, "wave" if keys.wave else "week")
        records.hold(records.time < 0, "wave_negative", keys.wave or keys.week or "")
        if keys.date:
            records.entered, _ = _stamps(records, meta)
        return
    if keys.day:
        records.time = _whole(records, "day") - meta.first_day
    elif keys.date:
        _read_evenings(records, meta)


def place_in_time(records: Records, roster: Roster, meta: Meta) -> None:
    """Set the study day (and the date) from the couple's first day; hold what lies outside the study."""
    keys = records.source.keys
    if records.source.table == "survey_waves" or not (keys.day or keys.date):
        return
    column = keys.day or keys.date or ""
    if keys.day and records.time is not None:
        if len(roster.start_days):
            records.time = records.time - _by_couple(records, roster.start_days.astype("float64"), 0.0)
        if meta.start_date is not None or len(roster.start_dates):
            days = np.where(np.isfinite(records.time), records.time, 0).astype("timedelta64[D]")
            records.date = np.where(np.isfinite(records.time), _starts(records, roster, meta) + days, NO_TIME)
    elif records.date is not None:
        starts = _starts(records, roster, meta)
        records.hold(np.isnat(starts) & ~np.isnat(records.date) & ~records.held(), "start_date_unknown", column)
        records.time = ((records.date - starts) / DAY).astype("float64")
    if records.time is None:
        return
    beyond = np.inf if meta.scheduled_days is None else meta.scheduled_days
    outside = (records.time < 0) | (records.time >= beyond)
    records.hold(outside & ~records.held(), "day_outside_window", column)


def number_within_days(everyone: Sequence[Records]) -> None:
    """Give each event and sample its ``number`` among the person's of that day, from 1, in order of delivery.

    More than a table has places for are held.
    """
    for table in [name for name, grain in GRAINS.items() if "number" in grain.keys]:
        files = [records for records in everyone if records.source.table == table]
        if not files:
            continue
        good = [records.good() for records in files]
        placed = pd.DataFrame(
            {
                "person": np.concatenate(
                    [r.whos["person"].to_numpy()[r.who[g]] for r, g in zip(files, good, strict=True)]
                ),
                "day": np.concatenate([r.time[g] for r, g in zip(files, good, strict=True) if r.time is not None]),
            }
        )
        numbers = (placed.groupby(["person", "day"], sort=False).cumcount() + 1).to_numpy()
        ends = np.cumsum([int(g.sum()) for g in good])[:-1]
        for records, mask, own in zip(files, good, np.split(numbers, ends), strict=True):
            records.number = np.zeros(len(records), dtype=np.int64)
            records.number[mask] = own
            keys = records.source.keys
            records.hold(records.number > MOST_IN_A_DAY, "too_many_in_a_day", keys.day or keys.date or "")


def _whole(records: Records, key: str) -> np.ndarray:
    """A numbered key, after its recode: platforms name their waves (``intake_arm_1``), we count them."""
    cells, column = records.told.keys[key], getattr(records.source.keys, key)
    texts, empty = cells.texts, blank(cells.texts)
    records.hold_texts(cells, empty, "missing_key", column)
    if recode := records.source.recode.get(column):
        known = texts.isin(list(recode))
        records.hold_texts(cells, ~known & ~empty, "unknown_label", column)
        texts = texts.map({text: str(value) for text, value in recode.items()}).fillna("").astype("str")
    good = texts.str.fullmatch(WHOLE)
    records.hold_texts(cells, ~good & ~blank(texts), "not_a_whole_number", column)
    return pd.to_numeric(texts.where(good), errors="raise").astype("float64").to_numpy()[cells.codes]


def _by_couple(records: Records, values: pd.Series, default: float) -> np.ndarray:
    own = values.reindex(records.whos["couple_id"])
    return own.fillna(default).to_numpy()[records.who]


def _starts(records: Records, roster: Roster, meta: Meta) -> np.ndarray:
    common = np.datetime64(meta.start_date, "D") if meta.start_date is not None else NO_TIME
    if not len(roster.start_dates) and meta.start_date is None:
        raise StudyFileError(
            "study.toml, [study]",
            expected="a first day, since the diary has dates and not days",
            found="neither start_date under [study] nor a start_date column in people or couples",
            do="say start_date = 2026-03-02 under [study], or map a column onto start_date",
        )
    if not len(roster.start_dates):
        return np.full(len(records), common, dtype="datetime64[D]")
    couples = records.whos["couple_id"]
    own = couples.map(roster.start_dates).to_numpy().astype("datetime64[D]")
    starts = np.where(couples.isin(roster.start_dates.index).to_numpy(), own, common)
    return starts.astype("datetime64[D]")[records.who]


def _stamps(records: Records, meta: Meta) -> tuple[np.ndarray, np.ndarray]:
    """The local time of each record's stamp, and whether it tells a time of day; unreadable ones are held."""
    cells, column = records.told.keys["date"], records.source.keys.date or ""
    where = f"{records.export.file}, column {column!r}"
    stamps, clock = local_times(cells.texts, records.source, meta.zone, where)
    if records.source.table != "survey_waves":  # a wave has its number, and may go without a date
        records.hold_texts(cells, blank(cells.texts), "missing_key", column)
    records.hold_texts(cells, stamps.isna() & ~blank(cells.texts), "unreadable_date", column)
    return stamps.to_numpy().astype("datetime64[s]")[cells.codes], clock[cells.codes]


def _read_evenings(records: Records, meta: Meta) -> None:
    """The calendar date of the evening each entry belongs to, in the study's time zone."""
    stamps, clock = _stamps(records, meta)
    midnight = stamps.astype("datetime64[D]")
    since = stamps - midnight
    ends, opens = _since_midnight(meta.day_ends), _since_midnight(meta.day_opens or meta.day_ends)
    after_midnight = clock & (since < ends)
    records.late = clock & ~after_midnight & (since < opens)
    records.entered = np.where(clock, stamps, NO_TIME)
    records.date = midnight - (after_midnight | records.late).astype("timedelta64[D]")


def _since_midnight(moment: time) -> np.timedelta64:
    return np.timedelta64(3600 * moment.hour + 60 * moment.minute, "s")
