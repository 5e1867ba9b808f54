"""The people of a study as positions 0, 1, 2, ..., so that every check counts in whole numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.privacy.shown import shown_couples, shown_people

_DIGITS = re.compile(r"\d+")
UNKNOWN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """Everyone who takes part, couple by couple, within a couple by role.

    ``couple_of`` gives each person's couple; ``first`` and ``second`` are the positions of the two partners of the
    couples that have exactly two (``pairs`` are those couples). ``couples`` and ``people`` are shown names.
    """

    couples: tuple[str, ...]
    people: tuple[str, ...]
    roles: tuple[str, ...]
    couple_of: np.ndarray
    pairs: np.ndarray
    first: np.ndarray
    second: np.ndarray
    couple_ids: pd.Index
    person_ids: pd.Index
    single_ids: bool

    def positions(self, frame: pd.DataFrame) -> np.ndarray:
        """Each row's person; `UNKNOWN` for someone who is not on the roll."""
        codes, words = coded(frame["person_id"])
        if self.single_ids:
            return _looked_up(self.person_ids.get_indexer(words), codes)
        known_person, known_words = pd.factorize(self.person_ids)
        known = self.couple_of * len(known_words) + known_person
        couple = self.couple_positions(frame)
        person = _looked_up(pd.Index(known_words).get_indexer(words), codes)
        found = pd.Index(known).get_indexer(pd.Index(couple * len(known_words) + person))
        return np.where((couple < 0) | (person < 0), UNKNOWN, found)

    def couple_positions(self, frame: pd.DataFrame) -> np.ndarray:
        """Each row's couple; `UNKNOWN` where the couple is not on the roll."""
        codes, words = coded(frame["couple_id"])
        return _looked_up(self.couple_ids.get_indexer(words), codes)


def roll_of(people: pd.DataFrame) -> Roll:
    """The roll of ``people`` (couple_id, person_id, role), whatever the order of its rows."""
    known = people[["couple_id", "person_id", "role"]].astype("str").fillna("")
    words = sorted(set(known["couple_id"]), key=natural)
    place = dict(zip(words, range(len(words)), strict=True))
    told = zip(known["couple_id"].tolist(), known["role"].tolist(), known["person_id"].tolist(), strict=True)
    rows = sorted({(place[couple], role, person) for couple, role, person in told})
    couple_codes = np.array([row[0] for row in rows], dtype="int64")
    sizes = np.bincount(couple_codes, minlength=len(words))
    starts = np.cumsum(sizes) - sizes
    places = np.arange(len(rows)) - starts[couple_codes]
    couples = shown_couples(words)
    ids = [row[2] for row in rows]
    pairs = np.flatnonzero(sizes == 2)
    return Roll(
        couples=tuple(couples),
        people=tuple(shown_people(ids, [couples[row[0]] for row in rows], places.tolist())),
        roles=tuple(row[1] for row in rows),
        couple_of=couple_codes,
        pairs=pairs,
        first=starts[pairs],
        second=starts[pairs] + 1,
        couple_ids=pd.Index(np.array(words, dtype=object)),
        person_ids=pd.Index(np.array(ids, dtype=object)),
        single_ids=len(set(ids)) == len(ids),
    )


def coded(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """A column of words as codes and the words they stand for; -1 is a missing one."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    codes, words = pd.factorize(column)
    return codes, pd.Index(words)


def natural(word: str) -> tuple[str, str]:
    """A sorting key that puts C2 before C10."""
    return _DIGITS.sub(lambda digits: digits.group().zfill(12), word), word


def _looked_up(positions: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """``positions[codes]``, `UNKNOWN` for the code of a missing value."""
    return np.append(positions, UNKNOWN)[codes].astype("int64")
