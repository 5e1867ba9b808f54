"""The people of a study as positions 0, 1, 2, ..., so that every check counts in whole numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

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
        known = pd.Index(self.couple_of * len(known_words) + known_person)
        couple = self.couple_positions(frame)
        person = _looked_up(pd.Index(known_words).get_indexer(words), codes)
        wanted = np.where((couple < 0) | (person < 0), UNKNOWN, couple * len(known_words) + person)
        starts = np.flatnonzero(np.diff(wanted, prepend=UNKNOWN - 1))  # a person's rows mostly stand together
        return np.repeat(known.get_indexer(pd.Index(wanted[starts])), np.diff(starts, append=len(wanted)))

    def couple_positions(self, frame: pd.DataFrame) -> np.ndarray:
        """Each row's couple; `UNKNOWN` where the couple is not on the roll."""
        codes, words = coded(frame["couple_id"])
        return _looked_up(self.couple_ids.get_indexer(words), codes)


def roll_of(people: pd.DataFrame) -> Roll:
    """The roll of ``people`` (couple_id, person_id, role), whatever the order of its rows."""
    known = people[["couple_id", "person_id", "role"]].astype("str").fillna("")
    couple_codes, couple_words = pd.factorize(known["couple_id"])
    order = in_natural_order(couple_words.tolist())
    couple_ids = couple_words[order]
    couple_of, roles, person_ids = _everyone(np.argsort(order)[couple_codes], known["role"], known["person_id"])
    sizes = np.bincount(couple_of, minlength=len(couple_ids))
    starts = np.cumsum(sizes) - sizes
    places = np.arange(len(couple_of)) - starts[couple_of]
    couples = shown_couples(couple_ids.tolist())
    pairs = np.flatnonzero(sizes == 2)
    return Roll(
        couples=tuple(couples),
        people=tuple(shown_people(person_ids.tolist(), [couples[i] for i in couple_of.tolist()], places.tolist())),
        roles=tuple(roles.tolist()),
        couple_of=couple_of,
        pairs=pairs,
        first=starts[pairs],
        second=starts[pairs] + 1,
        couple_ids=couple_ids,
        person_ids=person_ids,
        single_ids=person_ids.is_unique,
    )


def _everyone(couple: np.ndarray, role: pd.Series, person: pd.Series) -> tuple[np.ndarray, pd.Index, pd.Index]:
    """Couple, role and id of everyone in that order, each person once."""
    role_codes, roles = pd.factorize(role, sort=True)
    person_codes, persons = pd.factorize(person, sort=True)
    told = np.stack([couple, role_codes, person_codes])[:, np.lexsort((person_codes, role_codes, couple))]
    new = np.append(True, (told[:, 1:] != told[:, :-1]).any(axis=0))[: len(couple)]
    couple_of, role_of, id_of = told[:, new]
    return couple_of, roles[role_of], persons[id_of]


def coded(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """A column of words as codes and the words they stand for; -1 is a missing one."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    codes, words = pd.factorize(column)
    return codes, pd.Index(words)


def in_natural_order(words: Sequence[str]) -> np.ndarray:
    """The order of the words that puts C2 before C10."""
    if pc.all(pc.match_substring_regex(pa.array(words, pa.string()), "^[0-9]{1,12}$")).as_py():
        return _sorted(pc.utf8_lpad(pa.array(words, pa.string()), 12, "0"), words)
    keys = _DIGITS.sub(_padded, "\0".join(words)).split("\0")  # in one go, which is quicker than word by word
    if len(keys) != len(words):
        keys = [_DIGITS.sub(_padded, word) for word in words]
    return _sorted(pa.array(keys, pa.string()), words)


def _sorted(keys: pa.Array, words: Sequence[str]) -> np.ndarray:
    table = pa.table({"key": keys, "word": pa.array(words, pa.string())})
    order = pc.sort_indices(table, sort_keys=[("key", "ascending"), ("word", "ascending")])
    return order.to_numpy().astype("int64")


def _padded(digits: re.Match[str]) -> str:
    return digits.group().zfill(12)


def _looked_up(positions: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """``positions[codes]``, `UNKNOWN` for the code of a missing value."""
    return np.append(positions, UNKNOWN)[codes].astype("int64", copy=False)
