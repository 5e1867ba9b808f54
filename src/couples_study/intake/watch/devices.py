"""Who answers from which device: one device in several couples, or one hand for both partners. No device is named."""

from __future__ import annotations

import numpy as np
import pandas as pd

from couples_study.contracts.watch import Devices, OneHand, SharedDevice
from couples_study.intake.watch.agreement import Evenings
from couples_study.intake.watch.fates import NEVER, DiaryFates
from couples_study.intake.watch.roll import Roll, coded

DEVICE = "device"
ONE_HAND_SECONDS = 60


def devices(diary: pd.DataFrame, people: np.ndarray, evenings: Evenings, fates: DiaryFates, roll: Roll) -> Devices:
    """Shared devices and couples answering by one hand; ``people`` are the positions of the diary's rows."""
    if DEVICE not in diary:
        return Devices(why_not=f"no column is mapped onto {DEVICE}, a pseudonym of the device or its address")
    codes, words = coded(diary[DEVICE])
    if not (codes >= 0).any():
        return Devices(why_not="no entry names its device")
    return Devices(
        shared=_shared(codes, len(words), people, roll),
        one_hand=_one_hand(diary, codes, people, evenings, fates, roll),
    )


def _shared(codes: np.ndarray, n: int, people: np.ndarray, roll: Roll) -> tuple[SharedDevice, ...]:
    known = (codes >= 0) & (people >= 0)
    couple = roll.couple_of[people[known]]
    used_by = pd.unique(codes[known].astype("int64") * len(roll.couples) + couple)
    device, user = used_by // len(roll.couples), used_by % len(roll.couples)
    shared = np.flatnonzero(np.bincount(device, minlength=n) > 1)
    entries = np.bincount(codes[known], minlength=n)
    found = [(np.sort(user[device == one]).tolist(), int(entries[one])) for one in shared.tolist()]
    return tuple(SharedDevice(couples=tuple(roll.couples[i] for i in who), entries=many) for who, many in sorted(found))


def _one_hand(
    diary: pd.DataFrame, codes: np.ndarray, people: np.ndarray, evenings: Evenings, fates: DiaryFates, roll: Roll
) -> tuple[OneHand, ...]:
    """Evenings whose two entries came from one device within a minute, by couple."""
    same = (codes[evenings.first] == codes[evenings.second]) & (codes[evenings.first] >= 0)
    first, second, couple = evenings.first[same], evenings.second[same], evenings.couple[same]
    if not len(first):
        return ()
    day = diary["day"].to_numpy(dtype="int64")
    one, other = (_entered(fates, people[rows], day[rows]) for rows in (first, second))
    together = (one != NEVER) & (other != NEVER)
    together[together] = np.abs(one[together] - other[together]) <= ONE_HAND_SECONDS
    n = np.bincount(couple[together], minlength=len(roll.couples))
    compared = np.bincount(evenings.couple, minlength=len(roll.couples))
    return tuple(
        OneHand(couple=roll.couples[i], evenings=int(n[i]), compared=int(compared[i])) for i in np.flatnonzero(n)
    )


def _entered(fates: DiaryFates, person: np.ndarray, day: np.ndarray) -> np.ndarray:
    """When each of these people made the entry that is used for the day; `NEVER` if unknown."""
    timed = np.flatnonzero(fates.used & (fates.entered != NEVER) & (fates.day >= 0))
    if not len(timed):
        return np.full(len(person), NEVER)
    span = int(max(fates.day[timed].max(), day.max())) + 1
    keys = fates.person[timed].astype("int64") * span + fates.day[timed]
    order = np.argsort(keys, kind="stable")
    keys, entered = keys[order], fates.entered[timed][order]
    wanted = person * span + day
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, entered[place], NEVER)
