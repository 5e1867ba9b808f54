"""The fate of every diary record, in whole numbers: whose it is, which evening, when it was made, what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.seen import HELD, USED
from couples_study.intake.watch.roll import Roll, coded

DIARY = "diary_days"
NEEDED = ["table", "couple_id", "person_id", "day", "date", "entered", "entry_late", "outcome"]
LATE = "late_entry"
CARELESS = "careless_"
NEVER = np.iinfo("int64").min  # what a missing date becomes as a whole number
SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryFates:
    """One entry per diary record of a known person, in arrays of one length.

    ``day`` is the study day (-1 if unknown), ``date`` the evening in days since 1970 and ``entered`` the moment of the
    entry in seconds since 1970, local time (both `NEVER` if unknown). ``answered`` is false for what a rule calls no
    answer of a participant (previews, unanswered or unfinished forms).
    """

    person: np.ndarray
    day: np.ndarray
    date: np.ndarray
    entered: np.ndarray
    late: np.ndarray
    used: np.ndarray
    answered: np.ndarray


def diary_fates(fates: pd.DataFrame, roll: Roll) -> DiaryFates:
    """The diary records of ``fates`` that belong to someone on the roll."""
    of_diary = (fates["table"] == DIARY).to_numpy() if len(fates) else np.zeros(0, dtype=bool)
    diary = fates if of_diary.all() and len(fates) else fates.reindex(columns=NEEDED)[of_diary]
    person = roll.positions(diary)
    codes, words = coded(diary["outcome"])
    used = np.array([*(word == USED for word in words), False])
    answered = np.array([*(is_answer(str(word)) for word in words), False])
    day = diary["day"].to_numpy(dtype="float64")
    known = person >= 0
    arrays = {
        "person": person.astype("int32"),
        "day": np.nan_to_num(day, nan=-1).astype("int32"),
        "date": _whole(diary["date"], "D"),
        "entered": _whole(diary["entered"], "s"),
        "late": diary["entry_late"].to_numpy(dtype=bool),
        "used": used[codes],
        "answered": answered[codes],
    }
    return DiaryFates(**(arrays if known.all() else {name: values[known] for name, values in arrays.items()}))


def _whole(moments: pd.Series, unit: str) -> np.ndarray:
    """Days or seconds since 1970; where none is known, one `NEVER` that is told once."""
    if moments.isna().all():
        return np.broadcast_to(np.int64(NEVER), len(moments))
    return moments.to_numpy().astype(f"datetime64[{unit}]", copy=False).view("int64")


def is_answer(outcome: str) -> bool:
    """Whether a record with this fate shows that its person answered, even if the answer is not used."""
    return outcome in (USED, HELD, LATE) or outcome.startswith(CARELESS)
