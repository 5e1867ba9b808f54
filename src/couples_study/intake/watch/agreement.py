"""What both partners report of the same evening, compared: touch given against touch received, sex, conflict.

Point estimates pool all compared reports; intervals leave out one couple at a time, so that the evenings of one couple
are never taken for independent ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from couples_study.contracts.checks import PartnerPair
from couples_study.contracts.watch import AgreementIndex, FarOffCouple, PairAgreement
from couples_study.core.columns import Glossary
from couples_study.intake.watch import moments as mo
from couples_study.intake.watch.roll import Roll
from couples_study.privacy import SMALLEST_CELL, SUPPRESSED, is_small
from couples_study.privacy.recognition import reads_off_pairs

DEFAULT_PAIRS = (
    PartnerPair(mine="touch_given_n", partners="touch_received_n"),
    PartnerPair(mine="sex_today", partners="sex_today"),
    PartnerPair(mine="conflict_today", partners="conflict_today"),
)
MOST_CELLS_OF_A_ROW = 8  # of a table of people by days, which is quicker than sorting as long as it is well filled
FEWEST_REPORTS_OF_A_COUPLE = 7
FEWEST_COUPLES_TO_STAND_OUT_FROM = 10
NO_SPREAD = "the reports do not vary, so there is nothing to agree about"

Formula = Callable[[mo.Moments], Any]
NUMBER: Mapping[str, Formula] = {
    "mean_difference": mo.mean_difference,
    "sd_difference": mo.sd_difference,
    "icc": mo.icc_agreement,
    "concordance": mo.concordance,
    "within_r": mo.within_correlation,
    "within_one": mo.within_one,
}
FLAG: Mapping[str, Formula] = {
    "kappa": mo.kappa,
    "adjusted_kappa": mo.adjusted_kappa,
    "positive_agreement": mo.positive_agreement,
    "negative_agreement": mo.negative_agreement,
    "observed": mo.observed,
}
BY_FISHER_Z = ("icc", "concordance", "within_r")
BOUNDS = {"mean_difference": (-np.inf, np.inf), "sd_difference": (0.0, np.inf)}
OF_DIFFERENCES = ("observed", "adjusted_kappa")  # they tell how many reports differ, and no more
SHARES = ("within_one", "observed", "positive_agreement", "negative_agreement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evenings:
    """Row numbers of the diary where both partners of a couple answered for the same day."""

    couple: np.ndarray
    first: np.ndarray
    second: np.ndarray


def evenings_of_both(roll: Roll, people: np.ndarray, days: np.ndarray) -> Evenings:
    """Pair the rows of a diary; ``people`` are positions on the roll, ``days`` whole numbers."""
    known = None if (people >= 0).all() else np.flatnonzero(people >= 0)
    person, day = (people, days) if known is None else (people[known], days[known])
    day = day.astype("int64", copy=False)
    low, span = (int(day.min()), int(np.ptp(day)) + 1) if len(day) else (0, 1)
    found = _by_table(roll, person, day, low, span)
    one, other = _by_order(roll, person, day - low, span) if found is None else found
    first, second = (one, other) if known is None else (known[one], known[other])
    return Evenings(couple=roll.couple_of[people[first]], first=first, second=second)


def _by_table(
    roll: Roll, person: np.ndarray, day: np.ndarray, low: int, span: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """The partners' rows of each evening, from a table of people by days; None where that would not do.

    It does not with days far apart, with couples of more than two, or with two rows of one person and day.
    """
    sizes = np.bincount(roll.couple_of, minlength=1)
    if len(roll.people) * span > MOST_CELLS_OF_A_ROW * len(person) or sizes.max() > 2:
        return None
    cells = person * span
    cells += day
    cells -= low
    rows = np.full(len(roll.people) * span, -1, dtype="int32")
    rows[cells] = np.arange(len(cells), dtype="int32")
    if np.count_nonzero(rows >= 0) < len(cells):
        return None
    one, other = (rows.reshape(-1, span)[whose].ravel() for whose in (roll.first, roll.second))
    both = (one >= 0) & (other >= 0)
    return one[both].astype("int64"), other[both].astype("int64")


def _by_order(roll: Roll, person: np.ndarray, day: np.ndarray, span: int) -> tuple[np.ndarray, np.ndarray]:
    """The same for any diary, by sorting it: neighbours of one couple and day, if they are two people."""
    key = roll.couple_of[person] * span + day
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    one, other = order[same], order[same + 1]
    in_order = person[one] < person[other]
    two = person[one] != person[other]
    return np.where(in_order, one, other)[two], np.where(in_order, other, one)[two]


def agreements(
    diary: pd.DataFrame, evenings: Evenings, roll: Roll, pairs: Sequence[PartnerPair], glossary: Glossary
) -> tuple[PairAgreement, ...]:
    """`PairAgreement` of the default pairs that the diary has, and of every pair that the study names."""
    asked = [pair for pair in DEFAULT_PAIRS if {pair.mine, pair.partners} <= set(diary.columns)]
    asked += [pair for pair in pairs if pair not in asked]
    return tuple(_agreement(diary, evenings, roll, pair, glossary) for pair in asked)


def _agreement(
    diary: pd.DataFrame, evenings: Evenings, roll: Roll, pair: PartnerPair, glossary: Glossary
) -> PairAgreement:
    names = (pair.mine, pair.partners)
    flags = all(_is_flag(diary, name, glossary) for name in names)
    told = PairAgreement(mine=pair.mine, partners=pair.partners, kind="flag" if flags else "number")
    absent = [name for name in dict.fromkeys(names) if name not in diary.columns]
    if absent:
        return replace(told, why_not=f"the diary has no column {' and no column '.join(absent)}")
    if not all(pd.api.types.is_numeric_dtype(diary[name]) for name in names):
        return replace(told, why_not="the answers are words; only numbers and flags are compared")
    x, y, cluster, couple_days = _compared(diary, evenings, pair)
    sums = mo.moments_by_couple(*_centred(x, y, told.kind), cluster, len(roll.couples))
    couples = int((sums.n > 0).sum())
    if min(couples, couple_days) < SMALLEST_CELL:
        return replace(told, why_not=f"{SUPPRESSED} couples have evenings on which both answered it")
    return replace(
        told,
        couples=couples,
        couple_days=couple_days,
        reports=len(x),
        indices=tuple(_indices(told.kind, sums.only(sums.n > 0))),
        far_off=_far_off(x, y, cluster // 2, roll, _margin(told.kind, pair.mine, glossary)),
    )


def _is_flag(diary: pd.DataFrame, name: str, glossary: Glossary) -> bool:
    """A flag of the glossary, or a study's own measure from 0 to 1 that is never anything between."""
    column = glossary.get(name)
    if column is None or column.kind == "flag":
        return column is not None
    if (column.low, column.high) != (0, 1) or name not in diary or not pd.api.types.is_numeric_dtype(diary[name]):
        return False
    return bool(diary[name].dropna().isin([0, 1]).all())


def _compared(
    diary: pd.DataFrame, evenings: Evenings, pair: PartnerPair
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Answered pairs: mine, the partner's, and the cluster (twice the couple plus which partner gave mine)."""
    mine, partners = (diary[name].to_numpy(dtype="float64") for name in (pair.mine, pair.partners))
    x, y, cluster = mine[evenings.first], partners[evenings.second], 2 * evenings.couple
    answered = ~(np.isnan(x) | np.isnan(y))
    if pair.mine == pair.partners:
        return x[answered], y[answered], cluster[answered], int(answered.sum())
    back_x, back_y = mine[evenings.second], partners[evenings.first]
    back = ~(np.isnan(back_x) | np.isnan(back_y))
    return (
        np.concatenate([x[answered], back_x[back]]),
        np.concatenate([y[answered], back_y[back]]),
        np.concatenate([cluster[answered], cluster[back] + 1]),
        int((answered | back).sum()),
    )


def _centred(x: np.ndarray, y: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Numbers about their common mean, for sums of squares that keep their digits; flags as they are."""
    if kind == "flag" or not len(x):
        return x, y
    centre = (x.mean() + y.mean()) / 2
    return x - centre, y - centre


def _indices(kind: str, sums: mo.Moments) -> list[AgreementIndex]:
    whole, left_out = sums.total(), sums.without_each()
    formulas = FLAG if kind == "flag" else NUMBER
    found = []
    for name, formula in formulas.items():
        hidden = _too_few(name, whole) if kind == "flag" else _too_few_apart(name, whole, formula)
        found.append(AgreementIndex(name=name, why_not=hidden) if hidden else _index(name, formula, whole, left_out))
    return found


def _too_few(name: str, whole: mo.Moments) -> str:
    """Why an index on flags would point to single evenings, or nothing.

    With the number of reports beside it, each index gives back how many evenings had two yes, one, or none.
    """
    yes, unlike = round(float(whole.xy)), round(float(whole.x + whole.y - 2 * whole.xy))
    hidden = reads_off_pairs(yes, unlike, round(float(whole.n)) - yes - unlike)
    if "unlike" in hidden:
        return f"on {SUPPRESSED} evenings the reports differ, so each would tell the other"
    if hidden and name not in OF_DIFFERENCES:
        return f"{SUPPRESSED} evenings have two yes, or two no"
    return ""


def _too_few_apart(name: str, whole: mo.Moments, formula: Formula) -> str:
    """Why the share of reports within one would point to single evenings, or nothing."""
    if name != "within_one" or not whole.n:
        return ""
    apart = round(float(whole.n) * (1 - float(formula(whole))))
    return f"{SUPPRESSED} reports are further apart" if is_small(apart) else ""


def _index(name: str, formula: Formula, whole: mo.Moments, left_out: mo.Moments) -> AgreementIndex:
    """The index with its delete-one-couple jackknife interval (Efron and Stein, 1981, Annals of Statistics 9, 586)."""
    from scipy.special import stdtrit  # takes longer to load than a usual study takes to watch

    with np.errstate(divide="ignore", invalid="ignore"):
        value, others = float(formula(whole)), np.asarray(formula(left_out), dtype="float64")
    if not np.isfinite(value):
        return AgreementIndex(name=name, why_not=NO_SPREAD)
    low, high = BOUNDS.get(name, (0.0, 1.0) if name in SHARES else (-1.0, 1.0))
    fisher = name in BY_FISHER_Z and abs(value) < 1 and bool((np.abs(others) < 1).all())
    centre, parts = (np.arctanh(value), np.arctanh(others)) if fisher else (value, others)
    if not np.isfinite(parts).all() or len(parts) < SMALLEST_CELL:
        return AgreementIndex(name=name, value=value)
    couples = len(parts)
    error = np.sqrt((couples - 1) / couples * ((parts - parts.mean()) ** 2).sum())
    ends = centre + stdtrit(couples - 1, 0.975) * error * np.array([-1.0, 1.0])
    ends = np.tanh(ends) if fisher else np.clip(ends, low, high)
    return AgreementIndex(name=name, value=value, low=float(ends[0]), high=float(ends[1]))


def _margin(kind: str, name: str, glossary: Glossary) -> float:
    """The least mean distance above the usual one that is worth a look: a tenth of the scale, a quarter of flags."""
    if kind == "flag":
        return 0.25
    column = glossary.get(name)
    bounded = column is not None and column.low is not None and column.high is not None
    return max(1.0, (column.high - column.low) / 10) if bounded else 1.0  # type: ignore[union-attr, operator]


def _far_off(x: np.ndarray, y: np.ndarray, couple: np.ndarray, roll: Roll, margin: float) -> tuple[FarOffCouple, ...]:
    """Couples beyond Tukey's outer fence (third quartile plus three times the spread of the middle half)."""
    n = np.bincount(couple, minlength=len(roll.couples))
    apart = np.bincount(couple, weights=np.abs(x - y), minlength=len(roll.couples)) / np.maximum(n, 1)
    enough = n >= FEWEST_REPORTS_OF_A_COUPLE
    if enough.sum() < FEWEST_COUPLES_TO_STAND_OUT_FROM:
        return ()
    low, middle, high = np.quantile(apart[enough], [0.25, 0.5, 0.75])
    far = enough & (apart > high + 3 * (high - low)) & (apart > middle + margin)
    return tuple(FarOffCouple(couple=roll.couples[i], reports=int(n[i])) for i in np.flatnonzero(far))
