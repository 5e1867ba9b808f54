"""What if couples who were not seen to the end were not like the others? Beside all answers about improvement.

Primary is that whoever was not seen to improve did not. Here stand its rivals: the unseen improved as often as the
others, half as often, or not at all in one arm and as often as the others in the other (pattern mixtures on the scale
of shares and hazards: Little, 1993; the point at which the answer tips is printed), and weights by the inverse chance
of being seen to the end, given arm, baseline and the change in the first weeks (Robins and Finkelstein, 2000).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

from couples_study.contracts.evidence import Concern, Sensitivity
from couples_study.models.clustered import t_beyond
from couples_study.models.missing_data import inverse_probability
from couples_study.models.onset.change import Times, never_if_unseen
from couples_study.models.onset.curve import Share, difference, turnbull
from couples_study.models.onset.hazard import Stretches, hazard_ratios, stretches
from couples_study.models.weekly.arrays import Weekly, mean_over

WEIGHTED = "weighted by the inverse chance of being seen to the end"
EARLY = 2  # weeks whose change tells who will stop
NEAR_TIP = 0.25  # of those not seen: if so few of them could undo an answer, that is a reservation
TIPS = "missing_not_at_random"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Rows, numbers and reservations about those who were not seen to the end."""

    rows: tuple[Sensitivity, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)
    concerns: tuple[Concern, ...] = ()


def chances(weekly: Weekly, columns: tuple[str, ...], seen: np.ndarray) -> np.ndarray:
    """Weights (C,) of couples who were ``seen`` to the end: one over the chance of it; zero for the others."""
    told = [(weekly.arm[:, None] == np.arange(len(weekly.arms)))[:, 1:].astype(np.float64)]
    for column in columns:
        before = weekly.baseline(column)
        first = (weekly.weeks > 0) & (weekly.weeks <= EARLY)
        change = mean_over(weekly.answers[column][:, :, first]) - before
        told += [_filled(mean_over(values))[:, None] for values in (before, change)]
    known = np.column_stack(told)
    varies = known.std(axis=0) > 0
    scaled = (known[:, varies] - known[:, varies].mean(axis=0)) / known[:, varies].std(axis=0)
    weights = inverse_probability(seen, np.column_stack([np.ones(len(seen)), scaled]))
    return np.where(seen, weights, 0.0)


def _filled(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    return np.where(known, values, values[known].mean() if known.any() else 0.0)


def improved_by(times: Times, by: float, last: float) -> np.ndarray:
    """The chance (n,) that each had improved by week ``by``: 0 or 1, or what lies between where weeks were skipped."""
    grid = np.arange(1, int(last) + 1)
    p = turnbull(never_if_unseen(times, last), grid).p[:-1]
    inside = (grid > times.left[:, None]) & (grid <= times.right[:, None]) & times.seen[:, None]
    whole = (inside * p).sum(axis=1)
    part = (inside * p * (grid <= by)).sum(axis=1)
    return np.where(whole > 0, part / np.maximum(whole, 1e-300), 0.0)


def lost_before(times: Times, by: float) -> np.ndarray:
    """Who was neither seen to improve at any time nor followed to week ``by``."""
    lost: np.ndarray = ~times.seen & (times.left < by)
    return lost


def unseen_shares(by: float, last: float, arms: tuple[Times, Times], weights: tuple[np.ndarray, np.ndarray]) -> Unseen:
    """The net share by week ``by`` of the first arm over the second, whatever became of those not seen until then."""
    better = [improved_by(times, by, last) for times in arms]
    lost = [lost_before(times, by) for times in arms]
    alike = [_of(one.sum(), (~gone).sum()) for one, gone in zip(better, lost, strict=True)]

    def net(first: float, second: float, label: str = "") -> Sensitivity:
        shares = [
            Share(value=(one.sum() + s * gone.sum()) / len(one), n=float(len(one)))
            for one, gone, s in zip(better, lost, (first, second), strict=True)
        ]
        low, high = difference(shares[0], shares[1], 0.95)
        return Sensitivity(label=label, estimate=shares[0].value - shares[1].value, conf_low=low, conf_high=high)

    words = "none of those not seen in the first arm improved, and of those in the second as many as of the others"
    adverse = net(0.0, alike[1], words)
    rows = [
        net(alike[0], alike[1], "of those not seen as many improved as of the others"),
        net(alike[0] / 2, alike[1], "of those not seen in the first arm half as many improved as of the others"),
        adverse,
        _weighted_net(better, weights),
    ]
    if net(0.0, 0.0).conf_low <= 0:
        return Unseen(rows=tuple(rows))
    tip = _root(lambda s: net(0.0, s).conf_low)
    facts = {} if tip is None else {"tipping_point": tip}
    if tip is None or adverse.conf_low > 0:
        return Unseen(rows=tuple(rows), facts=facts)
    words = f"If {tip:.0%} of the couples not seen in the second arm had improved, and none of those in the first"
    return Unseen(rows=tuple(rows), facts=facts, concerns=(_near(words),))


def _of(part: float, whole: int) -> float:
    return float(part) / max(int(whole), 1)


def _weighted_net(better: list[np.ndarray], weights: tuple[np.ndarray, np.ndarray]) -> Sensitivity:
    """The difference of weighted shares; couples' influences give its error."""
    shares = [float((w * one).sum() / w.sum()) for one, w in zip(better, weights, strict=True)]
    parts = [w * (one - share) / w.sum() for one, w, share in zip(better, weights, shares, strict=True)]
    error = float(np.sqrt(sum(part @ part for part in parts)))
    df = sum(len(part) for part in parts) - 1
    return _row(WEIGHTED, shares[0] - shares[1], error, df)


def unseen_hazards(last: float, arms: tuple[Times, Times], weights: tuple[np.ndarray, np.ndarray]) -> Unseen:
    """The log hazard ratio if couples of the first arm who were lost before week ``last`` improved less often."""
    times = Times(**{end: np.concatenate([getattr(one, end) for one in arms]) for end in ("left", "right")})
    rows = stretches(times, np.arange(len(times.left)))
    n = len(arms[0].left)
    lost = np.flatnonzero((~arms[0].seen) & (arms[0].left < last))

    def ratio(slower: float, label: str = "") -> Sensitivity:
        longer, by_row = _followed_on(rows, n, lost, (arms[0].left[lost], last), slower)
        term = hazard_ratios(longer, {"hazard": (longer.couple < n).astype(np.float64)}, by_row)["hazard"]
        return Sensitivity.of(term, label)

    first = {"hazard": (rows.couple < n).astype(np.float64)}
    weighted = hazard_ratios(rows, first, np.concatenate(weights)[rows.couple])["hazard"]
    found = [Sensitivity.of(weighted, WEIGHTED)]
    if not len(lost):
        return Unseen(rows=tuple(found))
    none = ratio(0.0, "those lost from the first arm never improved")
    found = [ratio(0.5, "those lost from the first arm improved at half the rate"), none, *found]
    if ratio(1.0).conf_low <= 0 or none.conf_low > 0:
        return Unseen(rows=tuple(found))
    tip = float(optimize.brentq(lambda slower: ratio(slower).conf_low, 0.0, 1.0, xtol=1e-3))
    words = f"If couples lost from the first arm improved at {tip:.0%} of the rate of the others or less"
    concerns = (_near(words),) if tip > 1 - NEAR_TIP else ()
    return Unseen(rows=tuple(found), facts={"tipping_point": tip}, concerns=concerns)


def _followed_on(
    rows: Stretches, n: int, lost: np.ndarray, span: tuple[np.ndarray, float], slower: float
) -> tuple[Stretches, np.ndarray]:
    """The rows, and the weeks in which lost couples of the first ``n`` were not seen, split by the chance of an event.

    That chance is ``slower`` times the hazard of the first arm over its whole time.
    """
    first = rows.couple < n
    hazard = slower * float(rows.event[first].sum() / max(rows.width[first].sum(), 1))
    more = [
        (couple, week)
        for couple, left in zip(lost, span[0], strict=True)
        for week in range(int(left) + 1, int(span[1]) + 1)
    ]
    couple, week = (np.array([one[place] for one in more], dtype=np.int64) for place in (0, 1))
    ones = np.ones(len(more), dtype=np.int64)
    longer = Stretches(
        couple=np.r_[rows.couple, couple, couple], start=np.r_[rows.start, week, week],
        width=np.r_[rows.width, ones, ones], event=np.r_[rows.event, ones, 0 * ones],
    )  # fmt: skip
    return longer, np.r_[np.ones(len(rows.event)), np.full(len(more), hazard), np.full(len(more), 1 - hazard)]


def unseen_order(excess: np.ndarray, lost: np.ndarray, weights: np.ndarray) -> Unseen:
    """The order beyond simultaneous change if some of those whose order was not seen had the other order.

    ``lost`` (C,) is the share of a couple's people of whom that is so.
    """
    df = len(excess) - 1
    known = weights > 0
    mean = float((weights * excess).sum() / weights.sum())
    spread = weights * (excess - mean) / weights.sum()
    weighted = _row(WEIGHTED, mean, float(np.sqrt(spread @ spread)), int(known.sum()) - 1)
    if not lost.any():
        return Unseen(rows=(weighted,))

    def turned(share: float, label: str = "") -> Sensitivity:
        values = excess - share * lost
        return _row(label, float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))), df)

    rows = [
        turned(share, f"{words} of those not seen to the end had the other order")
        for share, words in ((0.25, "a quarter"), (0.5, "half"))
    ]
    if turned(0.0).conf_low <= 0:
        return Unseen(rows=(*rows, weighted))
    tip = _root(lambda share: turned(share).conf_low)
    facts = {} if tip is None else {"tipping_point": tip}
    near = tip is not None and tip < NEAR_TIP
    concerns = (_near(f"If {tip:.0%} of those not seen to the end had the other order"),) if near else ()
    return Unseen(rows=(*rows, weighted), facts=facts, concerns=concerns)


def _root(low: Callable[[float], float]) -> float | None:
    """The share from 0 to 1 at which the lower limit meets zero; None where no share does that."""
    return None if low(1.0) > 0 else float(optimize.brentq(low, 0.0, 1.0))


def _row(label: str, estimate: float, error: float, df: int) -> Sensitivity:
    half = t_beyond(0.025, df) * error
    return Sensitivity(
        label=label, estimate=estimate, conf_low=estimate - half, conf_high=estimate + half, std_error=error, df=df
    )


def _near(words: str) -> Concern:
    return Concern(code=TIPS, sentence=f"{words}, the interval would hold zero.")
