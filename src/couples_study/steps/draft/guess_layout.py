"""One row for both partners: prefixes, suffixes, and copies of the partner's answers beside one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from couples_study.steps.draft.words import plain, role_of, words

MARKS = ("_", ".", "-", " ")
LEAST_SHARE = 0.6  # of the columns that are no keys, for a pair of prefixes to count as the layout
SAME = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """Two prefixes (or, with ``suffixes``, endings) and the roles they stand for."""

    roles: Mapping[str, str]
    why: str = ""
    suffixes: bool = False
    columns: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Columns that repeat the partner's answers: own name by stem, and the copies that are left out."""

    own: Mapping[str, str]
    copies: tuple[str, ...]
    why: str = ""


def wide(names: Sequence[str]) -> Wide | None:
    """The layout of a form whose columns come in pairs of one prefix or one suffix each; None if they do not."""
    for suffixes in (False, True):
        best = _best_pair(names, suffixes)
        if best is not None:
            return best
    return None


def _best_pair(names: Sequence[str], suffixes: bool) -> Wide | None:
    stems: dict[str, set[str]] = {}
    for name in names:
        for affix in _affixes(name, suffixes):
            stems.setdefault(affix, set()).add(_stem(name, affix, suffixes))
    found: list[tuple[int, Wide]] = []
    for one in stems:
        for other in stems:
            shared = stems[one] & stems[other]
            roles = _pair(one, other) if one != other and shared else None
            if roles is None or not _is_the_layout(names, one, other, shared, stems, suffixes):
                continue
            unsure = (
                ""
                if set(roles) == {"woman", "man"} and not suffixes
                else "roles are named after the columns; check who is who"
            )
            columns = tuple(stem for name in names if (stem := _stem(name, one, suffixes)) != name and stem in shared)
            mapping = dict(zip(roles, (one, other), strict=True))
            found.append((len(shared), Wide(roles=mapping, why=unsure, suffixes=suffixes, columns=columns)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _stem(name: str, affix: str, suffixes: bool) -> str:
    return name.removesuffix(affix) if suffixes else name.removeprefix(affix)


def _affixes(name: str, suffixes: bool) -> set[str]:
    """Beginnings of a name up to a mark, or endings from one on."""
    spots = [i for i, letter in enumerate(name) if letter in MARKS and 0 < i < len(name) - 1]
    if suffixes:
        return {name[i:] for i in spots[-1:]}
    return {name[: i + 1] for i in spots}


def _pair(one: str, other: str) -> tuple[str, str] | None:
    """The roles of two affixes that stand for two partners, else None. Only one of the two orders is taken."""
    first, second = role_of(one), role_of(other)
    if (first, second) == ("woman", "man"):
        return "woman", "man"
    if first or second:
        return None
    left, right = plain(one), plain(other)
    if [left, right] in words()["pairs"]["pairs"]:
        return (f"partner_{left}", f"partner_{right}") if len(left) == 1 else (left, right)
    shared = _differs_in_one_digit(one, other)
    return ("partner_1", "partner_2") if shared else None


def _differs_in_one_digit(one: str, other: str) -> bool:
    """``prqc.1_`` and ``prqc.2_``, or ``sat_p1_`` and ``sat_p2_``."""
    if len(one) != len(other):
        return False
    unlike = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return unlike == [("1", "2")]


def _is_the_layout(
    names: Sequence[str], one: str, other: str, shared: set[str], stems: Mapping[str, set[str]], suffixes: bool
) -> bool:
    """Most columns belong to the pair, and (where only a number tells the two apart) there is no third of its kind."""
    share = 2 * len(shared) / max(len(names) - 2, 1)
    if role_of(one):
        return len(shared) >= 1 and share >= LEAST_SHARE / 2
    third = other.replace("2", "3")
    if "2" in other and (third in stems or (suffixes and {"0", "3"} & {plain(affix) for affix in stems})):
        return False
    if _differs_in_one_digit(one, other) and len(shared) < 2:
        return False
    return share >= LEAST_SHARE


def copies(frame: pd.DataFrame, couple: str | None) -> Copies | None:
    """Endings or beginnings as ``_A`` and ``_P``: own answers, and the partner's copied beside them."""
    for one, other in words()["pairs"]["copies"]:
        for ending in (True, False):
            pairs = _own_and_copy(list(map(str, frame.columns)), one, other, ending)
            if len(pairs) >= 2:
                certain = couple is not None and _are_copies(frame, couple, list(pairs.values()))
                why = "" if certain else "taken for copies of the partner's answers by their names; check that they are"
                own = {stem: mine for stem, (mine, _) in pairs.items()}
                return Copies(own=own, copies=tuple(copy for _, copy in pairs.values()), why=why)
    return None


def _own_and_copy(names: Sequence[str], one: str, other: str, ending: bool) -> dict[str, tuple[str, str]]:
    found = {}
    lower = {name.lower(): name for name in names}
    for mark in MARKS[:2]:
        for name in names:
            affix = f"{mark}{one}" if ending else f"{one}{mark}"
            low = name.lower()
            if not (low.endswith(affix) if ending else low.startswith(affix)) or len(low) <= len(affix):
                continue
            stem = name[: -len(affix)] if ending else name[len(affix) :]
            twin = f"{stem}{mark}{other}" if ending else f"{other}{mark}{stem}"
            if twin.lower() in lower:
                found[stem] = (name, lower[twin.lower()])
    return found


def _are_copies(frame: pd.DataFrame, couple: str, pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether each copy holds what the other row of the couple says of itself, in couples of exactly two rows."""
    two = frame.groupby(couple)[couple].transform("size").eq(2)
    both = frame[two].sort_values(couple, kind="stable").reset_index(drop=True)
    if both.empty:
        return False
    other = pd.Series(range(len(both))).map(lambda row: row + 1 if row % 2 == 0 else row - 1).to_numpy()
    same = [both[mine].to_numpy()[other] == both[copy].to_numpy() for mine, copy in pairs]
    return max(float(one.mean()) for one in same) >= SAME
