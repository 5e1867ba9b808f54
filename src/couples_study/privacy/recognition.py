"""Could a partner, who knows the own answers and what the couple knows, read off the other's?

Of rows: whoever finds the own row by the own answers finds the partner's beside it. Of tables: where nearly everybody
gave one answer, or too few others stand in a table, the partner's answer is among very few, or certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from couples_study.core.errors import listed
from couples_study.privacy.small_cells import SMALLEST_CELL

MOST_NAMED = 12
FEWEST_COUPLES = 2 * SMALLEST_CELL  # in a table of answers, the own couple and enough others


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """``found`` of ``people`` could tell their own rows from everybody else's and so find the partner's."""

    people: int
    found: int

    @property
    def blocks(self) -> bool:
        return self.found > 0


def recognised(frames: Iterable[pd.DataFrame]) -> Recognition:
    """Of everyone whose partner is in the data too, how many have answers that fewer than five people share.

    ``frames`` have couple_id, person_id and answers, one or more rows a person, the rows of partners linked by
    couple_id.
    """
    said: dict[str, list[str]] = {}
    couple_of: dict[str, str] = {}
    for frame in frames:
        answers = [name for name in frame.columns if name not in ("couple_id", "person_id")]
        for couple, person, *told in frame[["couple_id", "person_id", *answers]].itertuples(index=False, name=None):
            said.setdefault(person, []).append("\x1f".join("" if pd.isna(one) else str(one) for one in told))
            couple_of[person] = couple
    of_couple = pd.Series(couple_of, dtype="object")
    both = of_couple.map(of_couple.value_counts()) > 1
    whole = pd.Series({person: "\x1e".join(rows) for person, rows in said.items()}, dtype="object")
    shared = whole.map(whole.value_counts())
    return Recognition(people=int(both.sum()), found=int((shared.lt(SMALLEST_CELL) & both).sum()))


def reads_off(counts: Sequence[int], couples: int) -> str | None:
    """Why a table of one column's answers would tell a partner the other's, or None.

    ``counts`` are the answers by cell, ``couples`` those behind them.
    """
    if couples < FEWEST_COUPLES:
        return "too few couples"
    n = sum(counts)
    if n and max(counts) > n - SMALLEST_CELL:
        return "nearly everybody gave the same answer"
    return None


def reads_off_pairs(both: int, one: int, neither: int) -> frozenset[str]:
    """The parts of a table of partners' reports (yes/yes, unlike, no/no) that would tell single evenings.

    Where partners never differ, each one's answer is the other's.
    """
    if one < SMALLEST_CELL:
        return frozenset({"unlike", "both", "neither"})
    small = 0 < both < SMALLEST_CELL or 0 < neither < SMALLEST_CELL
    return frozenset({"both", "neither"}) if small else frozenset()


def told_why(blocked: Mapping[str, str]) -> list[str]:
    """Reasons by column as lines, those of one reason together."""
    reasons: dict[str, list[str]] = {}
    for name, why in blocked.items():
        reasons.setdefault(why, []).append(name)
    return [f"{why}: {listed(names, most=MOST_NAMED)}" for why, names in reasons.items()]
