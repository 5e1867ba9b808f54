"""The people of a study as positions 0, 1, 2, ..., so that every check counts in whole numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.privacy.shown import shown_couples, shown_people

_DIGITS = re.compile(r"\d+")
_WORD_AND_NUMBER = r"^(?P<word>[^0-9]*)(?P<number>[0-9]{1,12})$"
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
    words = _in_natural_order(known["couple_id"])
    place = pd.Series(np.arange(len(words)), index=pd.Index(words, dtype="str"))
    rows = known.assign(place=place.reindex(known["couple_id"]).to_numpy()).drop_duplicates()
    rows = rows.sort_values(["place", "role", "person_id"], kind="stable")
    couple_codes = rows["place"].to_numpy(dtype="int64")
    sizes = np.bincount(couple_codes, minlength=len(words))
    starts = np.cumsum(sizes) - sizes
    places = np.arange(len(rows)) - starts[couple_codes]
    couples = shown_couples(words)
    ids = rows["person_id"].tolist()
    pairs = np.flatnonzero(sizes == 2)
    return Roll(
        couples=tuple(couples),
        people=tuple(shown_people(ids, [couples[place] for place in couple_codes.tolist()], places.tolist())),
        roles=tuple(rows["role"].tolist()),
        couple_of=couple_codes,
        pairs=pairs,
        first=starts[pairs],
        second=starts[pairs] + 1,
        couple_ids=pd.Index(np.array(words, dtype=object)),
        person_ids=pd.Index(np.array(ids, dtype=object)),
        single_ids=len(set(ids)) == len(ids),
    )


def _in_natural_order(ids: pd.Series) -> list[str]:
    """The distinct ids with C2 before C10; where all are numbers, or words before one, without a look at each."""
    distinct = ids.drop_duplicates()
    parts = distinct.str.extract(_WORD_AND_NUMBER)
    if parts["number"].isna().any():
        return sorted(distinct.tolist(), key=natural)
    padded = parts["word"] + parts["number"].str.zfill(12)
    keys = pd.DataFrame({"padded": padded, "word": distinct})
    return keys.sort_values(["padded", "word"], kind="stable")["word"].tolist()


def coded(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """A column of words as codes and the words they stand for; -1 is a missing one."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    codes, words = pd.factorize(column)
    return codes, pd.Index(words)


def natural(word: str) -> tuple[str, str]:
    """A sorting key that puts C2 before C10."""
    if word.isdecimal():
        return word.zfill(12), word
    return _DIGITS.sub(lambda digits: digits.group().zfill(12), word), word


def _looked_up(positions: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """``positions[codes]``, `UNKNOWN` for the code of a missing value."""
    return np.append(positions, UNKNOWN)[codes].astype("int64")
