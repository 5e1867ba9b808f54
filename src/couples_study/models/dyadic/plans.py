"""From rows sorted by couple, day and partner to the plan of a residual structure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.dyadic.residual import PAIR_EDGE, Atom, Floats, IndependentPlan, Ints, PairPlan, SameDayPlan

if TYPE_CHECKING:
    from numpy.typing import NDArray

ABSENT = -1


@dataclass(frozen=True, slots=True)
class CoupleDays:
    """Days on which at least one partner answered, sorted by couple and day.

    ``row`` (D, 2) is the row of each partner or `ABSENT`; ``gap`` (D,) the days since the couple's previous such day,
    0 on its first; ``couple`` (D,) the couple.
    """

    row: NDArray[np.intp]
    gap: Floats
    couple: Ints


def couple_days(couple: Ints, slot: Ints, day: Floats) -> CoupleDays:
    """Pair the partners' rows by day; rows are sorted by couple, day and slot."""
    new = np.r_[True, (couple[1:] != couple[:-1]) | (day[1:] != day[:-1])]
    at = np.cumsum(new) - 1
    row = np.full((at[-1] + 1, 2), ABSENT, dtype=np.intp)
    row[at, slot] = np.arange(len(couple))
    couple_of, day_of = couple[new], day[new]
    return CoupleDays(row=row, gap=_gaps(couple_of, day_of), couple=couple_of)


def _gaps(couple: Ints, day: Floats) -> Floats:
    gap = np.zeros(len(day))
    gap[1:] = np.where(couple[1:] == couple[:-1], np.diff(day), 0.0)
    return gap


def independent_plan(
    couple: Ints, slot: Ints, day: Floats, times: Floats, *, ar: bool, gaps: Floats | None
) -> IndependentPlan:
    """Each person is a series; without ``ar`` every row starts one.

    ``times`` (C,) is how often a couple counts; ``gaps`` are those to provide for, if others than there are.
    """
    people = [np.flatnonzero(slot == i) for i in (0, 1)]
    steps = [_gaps(couple[rows], day[rows]) if ar else np.zeros(len(rows)) for rows in people]
    gaps = np.unique(np.concatenate([gap[gap > 0] for gap in steps])) if gaps is None else gaps
    atoms: list[Atom] = []
    n_first, n_gap = np.zeros(2), np.zeros((2, len(gaps)))
    for i, (rows, step) in enumerate(zip(people, steps, strict=True)):
        first = rows[step == 0]
        atoms.append(Atom(first, first))
        n_first[i] = times[couple[first]].sum()
        for g, gap in enumerate(gaps):
            at = np.flatnonzero(step == gap)
            later, earlier = rows[at], rows[at - 1]
            atoms += [Atom(later, later), Atom(earlier, earlier), Atom(later, earlier)]
            n_gap[i, g] = times[couple[later]].sum()
    return IndependentPlan(atoms=tuple(atoms), gaps=gaps, n_first=n_first, n_gap=n_gap)


def same_day_plan(days: CoupleDays, times: Floats) -> SameDayPlan:
    """Days with both partners against days with one."""
    there, each = days.row != ABSENT, times[days.couple]
    together = there.all(axis=1)
    both = days.row[together]
    alone = [there[:, i] & ~there[:, 1 - i] for i in (0, 1)]
    single = [days.row[alone[i], i] for i in (0, 1)]
    atoms = (
        *_squares(both),
        Atom(single[0], single[0]),
        Atom(single[1], single[1]),
    )
    n_single = np.array([each[days_of].sum() for days_of in alone])
    return SameDayPlan(atoms=atoms, n_both=float(each[together].sum()), n_single=n_single)


def pair_plan(days: CoupleDays, times: Floats, gaps: Floats | None) -> PairPlan:
    """The couple as one bivariate series; absent partner-days count as zeros."""
    gaps, each = np.unique(days.gap[days.gap > 0]) if gaps is None else gaps, times[days.couple]
    atoms = list(_squares(days.row[days.gap == 0]))
    n_gap = np.zeros(len(gaps))
    for g, gap in enumerate(gaps):
        at = np.flatnonzero(days.gap == gap)
        later, earlier = days.row[at], days.row[at - 1]
        atoms += [*_squares(later), *_squares(earlier)]
        atoms += [_cross(later[:, i], earlier[:, j]) for i in (0, 1) for j in (0, 1)]
        n_gap[g] = each[at].sum()
    return PairPlan(atoms=tuple(atoms), gaps=gaps, n_first=float(each[days.gap == 0].sum()), n_gap=n_gap)


def edge_start(gap_index: Ints) -> Ints:
    """Where the weights of a gap begin in `PairPlan.weights`."""
    return 3 + PAIR_EDGE * gap_index


def _squares(row: NDArray[np.intp]) -> tuple[Atom, Atom, Atom]:
    a, b = (row[row[:, i] != ABSENT, i] for i in (0, 1))
    return Atom(a, a), _cross(row[:, 0], row[:, 1]), Atom(b, b)


def _cross(left: NDArray[np.intp], right: NDArray[np.intp]) -> Atom:
    keep = (left != ABSENT) & (right != ABSENT)
    return Atom(left[keep], right[keep])
