"""k-anonymity with the couple as the unit: no couple's outside facts are shared by fewer than five couples.

Facts are made coarser for everybody, the one with the most values first (Sweeney, 2002, Int. J. Uncertainty, Fuzziness
and Knowledge-Based Systems 10, 571), until few couples are left alone; theirs are then blanked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from couples_study.privacy.small_cells import SMALLEST_CELL

MOST_BLANKED = 0.05
BANDS: Mapping[str, tuple[float, ...]] = {
    "age": (5, 10, 20),
    "years_together": (2, 5, 10, 20),
    "education": (3, 6),
}
TOPS: Mapping[str, tuple[float, ...]] = {"children_n": (3, 2, 1)}
OUTSIDE = (
    "age", "gender", "role", "kids", "children_n", "years_together", "married", "education", "religiosity",
    "presenting_concern",
)  # fmt: skip
GONE = "blank"
IN = "_found_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymised:
    """What was done: by column how it is told, how many couples' facts were blanked, and the smallest class left."""

    k: int
    classes: int
    smallest: int | None
    smallest_before: int | None
    blanked: int
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return self.smallest is not None and self.smallest >= self.k


def outside_facts(frame: pd.DataFrame) -> list[str]:
    """The columns of ``frame`` that somebody outside may know of a couple, in the order of `OUTSIDE`."""
    return [name for name in OUTSIDE if name in frame.columns]


def signatures(people: pd.DataFrame, facts: Sequence[str]) -> pd.Series:
    """One text per couple: the facts of all its members; a blank is a value like any other."""
    told = people[["couple_id"]].assign(
        facts=["\x1f".join(map(_word, row)) for row in people[list(facts)].itertuples(index=False, name=None)]
    )
    return told.groupby("couple_id", sort=False)["facts"].agg(lambda one: "\x1e".join(sorted(one)))


def _word(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def class_sizes(people: pd.DataFrame, facts: Sequence[str]) -> pd.Series:
    """By couple, how many couples have the same facts."""
    said = signatures(people, facts)
    return said.map(said.value_counts())


def anonymised(
    people: pd.DataFrame, found_in: Mapping[str, str], k: int = SMALLEST_CELL
) -> tuple[pd.DataFrame, Anonymised]:
    """``people`` with the outside facts of couples coarsened until each class has ``k`` couples, and what was done.

    ``found_in`` says by couple in which tables it is, which is as good as a fact; so each table has classes of ``k``.
    A band is told by its middle, so that it stays a number. Blanked couples are a class too, of ``k`` or more where
    their tables have so many couples at all.
    """
    facts = [name for name in outside_facts(people) if name != "role"]
    fixed = [*(["role"] if "role" in people else []), IN]
    levels = dict.fromkeys(facts, 0)
    people = people.copy().assign(**{IN: people["couple_id"].map(found_in)})
    coarse, before = people, class_sizes(people, [*facts, *fixed])
    while facts and len(people) and class_sizes(coarse, [*facts, *fixed]).lt(k).mean() > MOST_BLANKED:
        open_ones = [name for name in facts if levels[name] <= _last(name)]
        if not open_ones:
            break
        widest = max(open_ones, key=partial(_width, coarse, facts))
        levels[widest] += 1
        coarse = coarse.assign(**{widest: _at(people[widest], widest, levels[widest])})
    blanked: set[str] = set()
    for _, group in coarse.groupby(IN, sort=True):
        blanked |= _to_blank(group, facts, fixed, k)
    which = coarse["couple_id"].isin(blanked)
    coarse = coarse.assign(**{name: coarse[name].mask(which) for name in facts})
    after = class_sizes(coarse, [*facts, *fixed])
    return coarse.drop(columns=IN), Anonymised(
        k=k,
        classes=int(signatures(coarse, [*facts, *fixed]).nunique()),
        smallest=int(after.min()) if len(after) else None,
        smallest_before=int(before.min()) if len(before) else None,
        blanked=len(blanked),
        told={name: _said(name, level) for name, level in levels.items()},
    )


def _width(frame: pd.DataFrame, facts: Sequence[str], name: str) -> tuple[int, int]:
    """By what the next fact to coarsen is chosen: its number of values, the first of those with as many."""
    return frame[name].nunique(), -list(facts).index(name)


def _to_blank(group: pd.DataFrame, facts: Sequence[str], fixed: Sequence[str], k: int) -> set[str]:
    """The couples of small classes, and of the next smallest classes until ``k`` couples are blank.

    Blank couples of unlike make-up (one member in the data, or two) are classes of their own; so couples are blanked
    until each of these has ``k``, or everybody of that make-up is.
    """
    blanked: set[str] = set()
    make_up = signatures(group, fixed)
    for _, alike in make_up.groupby(make_up):
        said = signatures(group[group["couple_id"].isin(alike.index)], facts)
        sizes = said.value_counts()
        nothing = {one for one in sizes.index if not set(one) - {"\x1e", "\x1f"}}
        gone = {one for one in sizes.index if sizes[one] < k} | nothing
        for one in sorted(set(sizes.index) - gone, key=lambda one: (int(sizes[one]), str(one))):
            if not gone or sum(int(sizes[name]) for name in gone) >= k:
                break
            gone.add(one)
        blanked |= set(said.index[said.isin(gone - nothing)])
    return blanked


def _steps(name: str) -> tuple[Callable[[pd.Series], pd.Series], ...]:
    if name in BANDS:
        return tuple(_band(width) for width in BANDS[name])
    return tuple(_top(most) for most in TOPS.get(name, ()))


def _last(name: str) -> int:
    return len(_steps(name))


def _at(column: pd.Series, name: str, level: int) -> pd.Series:
    """The column at a level: 0 as it is, then its bands, and beyond the last nothing."""
    steps = _steps(name)
    return column.mask(column.notna()) if level > len(steps) else steps[level - 1](column)


def _band(width: float) -> Callable[[pd.Series], pd.Series]:
    return lambda column: (column // width) * width + width / 2


def _top(most: float) -> Callable[[pd.Series], pd.Series]:
    return lambda column: column.clip(upper=most)


def _said(name: str, level: int) -> str:
    if level == 0:
        return "as answered"
    if level > _last(name):
        return GONE
    if name in BANDS:
        return f"bands of {BANDS[name][level - 1]:g}, told by their middle"
    return f"{TOPS[name][level - 1]:g} or more told as {TOPS[name][level - 1]:g}"
