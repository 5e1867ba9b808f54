"""A running study on one evening: who has not answered and for how long, and which couples may stop."""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np

from couples_study.contracts.study import StudyFile
from couples_study.contracts.watch import CoupleAtRisk, Running, SilentPerson
from couples_study.intake.watch.fates import NEVER
from couples_study.intake.watch.grid import EPOCH, Grid
from couples_study.intake.watch.roll import Roll

RECENT_EVENINGS = 7
FEWEST_BEFORE = 7
DECLINE = 0.30
STILL_WELL = 0.60

Reason = Literal["silent", "declining"]


def running_study(study: StudyFile, grid: Grid | None, roll: Roll) -> Running:
    """Where every couple stands on the evening looked at; silence is counted in evenings that were due."""
    why_not = _why_not(grid)
    if why_not or grid is None or grid.as_of is None or grid.scheduled is None:
        return Running(why_not=why_not)
    evening = grid.evening(roll)
    today = (evening >= 0) & (evening < grid.scheduled)
    rows = np.arange(len(evening))
    tonight = today & grid.in_study[rows, np.where(today, evening, 0)]
    answered = grid.answered & grid.due
    behind = _due_after(grid.due)
    silence = _silent_evenings(grid.due, answered)
    silent = np.flatnonzero(tonight & (silence > 0))
    order = silent[np.lexsort((silent, -silence[silent]))]
    ever = answered.any(axis=1)
    begun = np.bincount(roll.couple_of, weights=evening >= 0, minlength=len(roll.couples)) > 0
    active = np.bincount(roll.couple_of, weights=tonight, minlength=len(roll.couples)) > 0
    over = np.bincount(roll.couple_of, weights=evening >= grid.scheduled, minlength=len(roll.couples)) > 0
    return Running(
        as_of=date.fromordinal(EPOCH + grid.as_of),
        active=int(active.sum()),
        done=int(over.sum()),
        ended=int((begun & ~active & ~over).sum()),
        not_started=tuple(roll.couples[i] for i in np.flatnonzero(~begun)),
        silent=tuple(_silent(roll, i, int(silence[i]), bool(ever[i])) for i in order.tolist()),
        at_risk=_at_risk(study.checks.silent_days, roll, grid.due, answered, behind, tonight, silence),
    )


def _why_not(grid: Grid | None) -> str:
    if grid is None or not grid.due.size:
        return "there is no diary to follow from evening to evening"
    if grid.scheduled is None:
        return "study.toml does not say scheduled_days, so nobody knows who is due tonight"
    if grid.as_of is None or (grid.start == NEVER).all():
        return "the exports have study days and no dates, so nobody knows which evening is tonight"
    return ""


def _due_after(due: np.ndarray) -> np.ndarray:
    """For each day, how many due days there are from it on, itself included."""
    return np.cumsum(due[:, ::-1], axis=1, dtype="int32")[:, ::-1]


def _silent_evenings(due: np.ndarray, answered: np.ndarray) -> np.ndarray:
    """Due days after the last answered one."""
    later = np.cumsum(answered[:, ::-1], axis=1, dtype="int32")[:, ::-1]
    return (due & (later == 0)).sum(axis=1)


def _silent(roll: Roll, i: int, evenings: int, ever: bool) -> SilentPerson:
    return SilentPerson(
        couple=roll.couples[roll.couple_of[i]],
        person=roll.people[i],
        role=roll.roles[i],
        evenings=evenings,
        ever=ever,
    )


def _at_risk(
    silent_days: int,
    roll: Roll,
    due: np.ndarray,
    answered: np.ndarray,
    behind: np.ndarray,
    tonight: np.ndarray,
    silence: np.ndarray,
) -> tuple[CoupleAtRisk, ...]:
    """Couples due tonight with a partner silent for ``silent_days``, or answering much less than before."""
    recent = due & (behind <= RECENT_EVENINGS)
    now_due, now, then_due, then = (
        _by_couple(roll, cells.sum(axis=1))
        for cells in (recent, recent & answered, due & ~recent, (due & ~recent) & answered)
    )
    now_share, then_share = now / np.maximum(now_due, 1), then / np.maximum(then_due, 1)
    enough = then_due >= FEWEST_BEFORE
    declining = enough & (then_share - now_share >= DECLINE) & (now_share < STILL_WELL)
    longest = np.zeros(len(roll.couples), dtype="int64")
    np.maximum.at(longest, roll.couple_of[tonight], silence[tonight])
    active = _by_couple(roll, tonight) > 0
    found = np.flatnonzero(active & (declining | (longest >= silent_days)))
    order = found[np.lexsort((found, now_share[found], -longest[found]))]
    return tuple(
        CoupleAtRisk(
            couple=roll.couples[i],
            reasons=_reasons(bool(longest[i] >= silent_days), bool(declining[i])),
            evenings=int(longest[i]),
            recent=float(now_share[i]),
            before=float(then_share[i]) if enough[i] else None,
        )
        for i in order.tolist()
    )


def _by_couple(roll: Roll, values: np.ndarray) -> np.ndarray:
    return np.bincount(roll.couple_of, weights=values, minlength=len(roll.couples))


def _reasons(silent: bool, declining: bool) -> tuple[Reason, ...]:
    told: tuple[Reason, ...] = ("silent",) if silent else ()
    return (*told, "declining") if declining else told
