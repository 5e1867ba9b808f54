"""The place in a table that a record claims, as one whole number: who, when, and the how-manieth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from couples_study.core.errors import FrameError
from couples_study.intake.records import Records
from couples_study.tables import GRAINS

TIME_BITS, NUMBER_BITS = 25, 16
MIDDLE = 1 << (TIME_BITS - 1)
MOST_PEOPLE = 1 << (63 - TIME_BITS - NUMBER_BITS)
MOST_IN_A_DAY = (1 << NUMBER_BITS) - 1
NOWHERE = -1


def places(records: Records, couples: pd.Index) -> np.ndarray:
    """One number per record, in the order of the finished table; `NOWHERE` where who or when is not known.

    ``couples`` are all couples in their order, for the table that has one row per couple.
    """
    grain = GRAINS[records.source.table]
    whose = (
        records.whos["person"].to_numpy()
        if grain.has_person
        else couples.get_indexer(pd.Index(records.whos["couple_id"]))
    )
    if whose.max(initial=0) >= MOST_PEOPLE:
        raise FrameError("intake", expected=f"fewer than {MOST_PEOPLE} people", found="more", do="split the study")
    who = whose.astype(np.int64)[records.who]
    known = who >= 0
    when: np.ndarray = np.zeros(len(records), dtype=np.int64)
    if grain.whole:
        if records.time is None:
            return np.full(len(records), NOWHERE, dtype=np.int64)
        known &= (records.time > -MIDDLE) & (records.time < MIDDLE)  # neither holds for a day that is not known
        when = records.time.astype(np.int64) if known.all() else np.where(known, records.time, 0).astype(np.int64)
        when += MIDDLE
    place = who
    place <<= TIME_BITS + NUMBER_BITS
    when <<= NUMBER_BITS
    place |= when
    if records.number is not None:
        place |= np.minimum(records.number, MOST_IN_A_DAY)
    return place if known.all() else np.where(known, place, NOWHERE)


def rises(place: np.ndarray) -> bool:
    """Whether each place lies behind the one before it."""
    return bool((place[1:] > place[:-1]).all())


def place_of(person: np.ndarray, time: np.ndarray) -> np.ndarray:
    """The places of persons at whole times."""
    return (person.astype(np.int64) << (TIME_BITS + NUMBER_BITS)) | ((time.astype(np.int64) + MIDDLE) << NUMBER_BITS)


def who_of(place: np.ndarray) -> np.ndarray:
    """Who alone of places, back from `places`."""
    return place >> (TIME_BITS + NUMBER_BITS)


def parts_of(place: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who, when and the how-manieth of places, back from `places`."""
    when = ((place >> NUMBER_BITS) & ((1 << TIME_BITS) - 1)) - MIDDLE
    return who_of(place), when, place & MOST_IN_A_DAY


def all_couples(everyone: Sequence[Records], people: pd.DataFrame) -> pd.Index:
    """Every couple there is: first those of the roster in its order, then those that only a couples file names."""
    named = [records.whos["couple_id"] for records in everyone if records.source.table == "couples"]
    return pd.Index(pd.concat([people["couple_id"], *named], ignore_index=True).drop_duplicates())
