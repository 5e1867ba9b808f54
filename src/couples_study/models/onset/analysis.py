"""From weekly arrays to the numbers that rule R7 reads: how soon most improve, and what comes first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from couples_study.contracts.hypothesis import Question
from couples_study.models.clustered import t_beyond
from couples_study.models.onset.change import (
    ReliableChange,
    Times,
    couple_times,
    never_if_unseen,
    reached,
    reliable_change,
    retest,
    times_of,
)
from couples_study.models.onset.curve import (
    Share,
    couple_weights,
    difference,
    turnbull,
    z_of_difference,
)
from couples_study.models.onset.gap import CELLS, gap_curve, gaps_of, hump, order_excess, score
from couples_study.models.weekly.arrays import Weekly

DRAWS = 200
WITHIN_WEEKS = (4.0, 8.0)
MOST = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTimes:
    """Couples' times in one arm: as seen, and with everybody unseen taken as never."""

    seen: Times
    never: Times
    people: Times
    gone: np.ndarray


def change_of(question: Question, weekly: Weekly, column: str) -> ReliableChange | None:
    """Improvement by the question's criterion: a stated value, or reliable change; None without a reliability."""
    if question.stated is not None:
        return reached(weekly, column, question.stated)
    known = question.tolerance.get("reliability")
    reliability = known if known is not None else retest(weekly, column)
    if reliability is None or not 0 < reliability < 1:
        return None
    return reliable_change(weekly, column, reliability)


def arm_times(question: Question, weekly: Weekly, change: ReliableChange, arm: str, looks: int = 2) -> ArmTimes:
    """Times of the couples of one arm. ``gone`` is their week of separation."""
    inside = weekly.arm == weekly.arms.index(arm)
    people = times_of(change, looks=looks)
    alone = ~weekly.member.all(axis=1)
    if alone.any():  # where one partner takes part, that one is the couple
        people = Times(
            left=np.where(weekly.member, people.left, people.left[:, ::-1]),
            right=np.where(weekly.member, people.right, people.right[:, ::-1]),
        )
    couples = couple_times(people, question.who)
    seen = Times(left=couples.left[inside], right=couples.right[inside])
    return ArmTimes(
        seen=seen,
        never=never_if_unseen(seen, float(change.weeks[-1])),
        people=Times(left=people.left[inside], right=people.right[inside]),
        gone=weekly.gone[inside],
    )


def share_by(times: Times, week: float, last: int, rng: np.random.Generator, draws: int = DRAWS) -> Share:
    """P(T <= week) with the couples it is worth; resampled only where a skipped week leaves it open."""
    grid = np.arange(1, last + 1)
    value = float(turnbull(times, grid).by(week))
    open_ = (times.left < week) & (times.right > week) & np.isfinite(times.right)
    censored = ~np.isfinite(times.right) & (times.left < week)
    if not (open_ | censored).any():
        return Share(value=value, n=float(len(times.left)))
    weights = couple_weights(rng, len(times.left), draws)
    return Share.of(value, turnbull(times, grid, weights).by(week), len(times.left))


def timing_facts(
    question: Question, active: ArmTimes, control: ArmTimes, last: int, rng: np.random.Generator
) -> dict[str, float]:
    """Shares by ``at`` and before ``early`` in the first arm, net of the second; who is unseen is not better."""
    by, early = float(question.at or 4), float(question.early or 1)
    reached_by = share_by(active.never, by, last, rng)
    too_early = share_by(active.never, early - 1, last, rng)
    waiting = share_by(control.never, by, last, rng)
    facts = {
        "by": by, "early": early, "share": reached_by.value, "share_early": too_early.value,
        "share_control": waiting.value, "net": reached_by.value - waiting.value,
        "median": float(turnbull(active.never, np.arange(1, last + 1)).median()),
    }  # fmt: skip
    facts["share_low95"], facts["share_high95"] = reached_by.interval(0.95)
    facts["share_early_low95"], facts["share_early_high95"] = too_early.interval(0.95)
    facts["net_low95"], facts["net_high95"] = difference(reached_by, waiting, 0.95)
    facts["net_low90"], facts["net_high90"] = difference(reached_by, waiting, 0.90)
    one_sided = max(
        float(stats.norm.sf(reached_by.z_against(MOST))),
        float(stats.norm.sf(z_of_difference(reached_by, waiting))),
        float(stats.norm.cdf(too_early.z_against(MOST))),
    )
    facts["p_value"] = min(1.0, 2 * one_sided)
    if not np.isfinite(facts["median"]):
        del facts["median"]
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """What the order of two domains rests on: facts for the rule, and the gap's distribution for the picture.

    ``excess`` (C,) is each couple's order beyond simultaneous change, ``lost`` (C,) the share of its people whose order
    was not seen because they stopped answering.
    """

    facts: dict[str, float]
    grid: np.ndarray
    p: np.ndarray
    excess: np.ndarray
    lost: np.ndarray
    people: int
    couples: int


def sequence(
    weekly: Weekly, columns: tuple[str, str], changes: tuple[ReliableChange, ReliableChange],
    rng: np.random.Generator, draws: int = DRAWS,
) -> Sequence:  # fmt: skip
    """Gap, order against the simultaneous null, and the hump, in the couples of ``weekly``.

    ``changes`` are those of ``weekly``'s couples, the first domain first.
    """
    first, second = (times_of(change) for change in changes)
    gaps = gaps_of(first, second)
    last = int(changes[0].weeks[-1])
    curve, resampled = gap_curve(gaps, last, rng, draws, weekly.couples)
    low, high = _medians(resampled.median())
    excess, null = order_excess(weekly, columns, changes, rng)
    order, half = float(excess.mean()), float(excess.std(ddof=1) / np.sqrt(len(excess)))
    logs, influence, events = hump(first, second)
    t95, t90 = (t_beyond((1 - level) / 2, len(excess) - 1) for level in (0.95, 0.90))
    facts = {
        "gap": _plain(float(curve.median()), last), "gap_low95": _plain(low, last), "gap_high95": _plain(high, last),
        "gap_within": float(curve.by(WITHIN_WEEKS[1]) - curve.by(WITHIN_WEEKS[0] - 1)),
        "order": float(score(first, second).mean()), "order_null": null, "excess": order,
        "excess_low95": order - t95 * half, "excess_high95": order + t95 * half,
        "excess_low90": order - t90 * half, "excess_high90": order + t90 * half,
    }  # fmt: skip
    p_values = [float(2 * stats.t.sf(order / half, len(excess) - 1))] if half > 0 else [1.0]
    for other, name in ((0, CELLS[0]), (2, CELLS[2])):
        value, spread = logs[1] - logs[other], influence[1] - influence[other]
        error = float(np.sqrt(spread @ spread + _added(events, other)))
        facts[f"hump_{name}"] = float(value)
        facts[f"hump_{name}_low95"] = float(value - t95 * error)
        facts[f"hump_{name}_high95"] = float(value + t95 * error)
        p_values.append(float(2 * stats.t.sf(value / error, len(excess) - 1)))
    facts |= {f"events_{name}": float(count) for name, count in zip(CELLS, events, strict=True)}
    facts["p_value"] = min(1.0, max(p_values))
    return Sequence(
        facts=facts, grid=curve.grid, p=curve.p, people=len(gaps.couple), couples=len(np.unique(gaps.couple)),
        excess=excess, lost=_lost(weekly, first, second, float(changes[0].weeks[-2])),
    )  # fmt: skip


def _lost(weekly: Weekly, first: Times, second: Times, last: float) -> np.ndarray:
    """The share of a couple's people (C,) of whom no order is known and who were not seen until week ``last``."""
    stopped = [~times.seen & (times.left < last) for times in (first, second)]
    gone = (score(first, second) == 0) & (stopped[0] | stopped[1]) & weekly.member
    lost: np.ndarray = gone.sum(axis=1) / np.maximum(weekly.member.sum(axis=1), 1)
    return lost


def _added(events: np.ndarray, other: int) -> float:
    """The variance of the half event added to each cell."""
    return float(0.5 / (events[1] + 0.5) ** 2 + 0.5 / (events[other] + 0.5) ** 2)


def _medians(values: np.ndarray) -> tuple[float, float]:
    """The middle 95% of resampled medians; infinite ones count as the largest."""
    ordered = np.sort(values)
    n = len(ordered)
    return float(ordered[int(0.025 * n)]), float(ordered[min(int(np.ceil(0.975 * n)), n - 1)])


def _plain(value: float, last: int) -> float:
    return float(last + 1) if not np.isfinite(value) else value
