"""``model = "prevalence"``: how many say so, with couples as what is counted or as clusters.

One row per couple gives Wilson's interval (1927). Persons of one couple are no independent answers: their interval is
Wilson's with the effective number of persons, the number that would give the couple-robust variance (Korn and Graubard,
1998).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.contracts.evidence import Concern, Counts, Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import ABOVE, BELOW, Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames
from couples_study.models.concerns import few_couples
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, too_few
from couples_study.privacy import SMALLEST_CELL, SUPPRESSED, is_small, share_told

OPTIONS = frozenset({"cut", "who", "stated", "quantifier", "placebo", "among", "tolerance"})
Who = Literal["both", "either", "each"]
WORDS: Mapping[Who, str] = MappingProxyType(
    {"both": "couples in which both say so", "either": "couples in which at least one does", "each": "persons"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share, the number of independent answers it is worth, and how many couples and persons gave them.

    Where fewer than five say so (or do not), anybody could work out how many from the share. It is then told as that
    of five; its ``counts`` are all that it may be, and its interval holds those of all.
    """

    value: float
    worth: float
    couples: int
    people: int
    rows: int
    counts: tuple[int, ...] = ()

    @property
    def hidden(self) -> bool:
        return bool(self.counts)

    @property
    def possible(self) -> tuple[Share, ...]:
        """The share itself; of a hidden one the least and the most that it may be."""
        n = max(self.rows, 1)
        return tuple(replace(self, value=count / n, counts=()) for count in self.counts) or (self,)

    def interval(self, level: float) -> tuple[float, float]:
        """Wilson's score interval at ``level``."""
        if self.hidden:
            ends = [one.interval(level) for one in self.possible]
            return min(low for low, _ in ends), max(high for _, high in ends)
        z = float(stats.norm.isf((1 - level) / 2))
        middle = self.value + z**2 / (2 * self.worth)
        half = z * np.sqrt(self.value * (1 - self.value) / self.worth + z**2 / (4 * self.worth**2))
        scale = 1 + z**2 / self.worth
        low, high = float((middle - half) / scale), float((middle + half) / scale)
        return (0.0 if self.value == 0 else low), (1.0 if self.value == 1 else high)

    def score(self, against: float) -> float:
        """The score statistic against a share of ``against``, which Wilson's interval inverts."""
        return float((self.value - against) / np.sqrt(against * (1 - against) / self.worth))


SMALL_CELL = Concern(
    code="small_cell",
    sentence=f"{SUPPRESSED.capitalize()} say so, or do not: the share is told as that of {SMALLEST_CELL}, with an "
    "interval that holds all it may be.",
)


def as_told(share: Share) -> Share:
    """``share`` as it may be judged and told: hidden where fewer than five answers would show."""
    said = round(share.value * share.rows)
    if is_small(said):
        counts, value = (1, SMALLEST_CELL), SMALLEST_CELL
    elif is_small(share.rows - said):
        counts, value = (share.rows - SMALLEST_CELL, share.rows - 1), share.rows - SMALLEST_CELL
    else:
        return share
    return replace(share, value=value / share.rows, worth=float(share.couples), counts=counts)


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if question.cut is None:
        faults.append("cut, the value from which on an answer counts")
    if question.rule == "R2" and question.quantifier is None:
        faults.append(f"quantifier, one of {', '.join((*ABOVE, *BELOW))}")
    if set(question.tolerance) - {"refuted"} or (question.tolerance and question.rule != "R2"):
        faults.append("no tolerance but refuted, and that with rule R2")
    if question.rule == "R3" and (question.stated is None or not 0 < question.stated < 1):
        faults.append("stated, a share between 0 and 1")
    if question.rule not in ("R2", "R3"):
        faults.append('rule = "R2" (a word such as most) or "R3" (a stated share)')
    if faults:
        raise StudyFileError(
            where, expected="what counts, whose answers, and the rule", found=f"missing: {'; '.join(faults)}",
            do="see prevalence in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    sign = "<=" if question.direction == "negative" else ">="
    return Plan(
        equation=f"share of {WORDS[question.who]}: {question.outcome} {sign} {question.cut:g}{_among(question)}",
        formula=f"({question.outcome} {sign} {question.cut:g}) ~ 1{_among(question)} | couples: couple_id",
        estimator="Wilson's interval, one row per couple" if question.who != "each" else
        "Wilson's interval with the effective number of persons (couple-robust variance)",
        tested=("share",),
    )  # fmt: skip


def _among(question: Question) -> str:
    return f", among {question.among} = 1" if question.among else ""


def _asked(question: Question, frames: Frames) -> pd.DataFrame:
    """The people who are counted."""
    people = frames.people
    return people[people[question.among].eq(1)] if question.among else people


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Count, and set beside it other cut-offs, other ways to count a couple, and the placebo."""
    people = _asked(question, frames)
    found = as_told(_share(people, question.outcome, question, question.who))
    if found.couples < FEWEST_COUPLES:
        return too_few(id, found.couples, "answered it, both partners where both are asked")
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="prevalence",
        unit="share",
        tested=(_term(found),),
        coefficients=(_term(found),),
        counts=Counts(couples=found.couples, people=found.people, n_obs=found.rows),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=(*few_couples(found.couples), *((SMALL_CELL,) if found.hidden else ())),
        sensitivity=tuple(_others(people, question, setting)),
        facts=_facts(people, question, found),
    )


def _share(people: pd.DataFrame, column: str, question: Question, who: str, shift: float = 0.0) -> Share:
    rows = people[["couple_id", "person_id", column]].dropna()
    answers = rows[column].to_numpy(dtype=np.float64)
    cut = float(question.cut or 0.0) + shift
    says = pd.Series(answers <= cut if question.direction == "negative" else answers >= cut, index=rows.index)
    if who == "each":
        return share_of_persons(says.to_numpy(dtype=np.float64), rows["couple_id"])
    by_couple = says.groupby(rows["couple_id"])
    both_answered = by_couple.size() == 2
    told = (by_couple.min() if who == "both" else by_couple.max())[both_answered].astype(np.float64)
    n = len(told)
    return Share(value=float(told.mean()) if n else 0.0, worth=max(n, 1), couples=n, people=2 * n, rows=n)


def share_of_persons(says: np.ndarray, couple: pd.Series) -> Share:
    """Persons, as many as would give the couple-robust variance if they were independent; never more than there are."""
    codes, couples = pd.factorize(couple)
    n, groups = len(says), len(couples)
    share = float(says.mean()) if n else 0.0
    sums = np.bincount(codes, weights=says - share, minlength=groups)
    variance = float(sums @ sums) / max(n, 1) ** 2 * groups / max(groups - 1, 1)
    worth = min(float(n), share * (1 - share) / variance) if variance > 0 else float(groups)
    return Share(value=share, worth=max(worth, 1.0), couples=groups, people=n, rows=n)


def _term(found: Share) -> Term:
    """The share with Wilson's 95% interval; its statistic is the score against one half."""
    low, high = found.interval(0.95)
    statistic = found.score(0.5)
    error = float(np.sqrt(max(found.value * (1 - found.value), 1.0 / found.worth**2) / found.worth))
    return Term(
        term="share", role=None, estimate=found.value, std_error=error, df=None, statistic=statistic,
        p_value=float(2 * stats.norm.sf(abs(statistic))), conf_low=low, conf_high=high,
    )  # fmt: skip


def _facts(people: pd.DataFrame, question: Question, found: Share) -> dict[str, float]:
    """What rules R2 and R3 read."""
    low95, high95 = found.interval(0.95)
    low90, high90 = found.interval(0.90)
    facts = {
        "share": found.value, "share_low95": low95, "share_high95": high95, "share_low90": low90,
        "share_high90": high90, "worth": found.worth, "p_value": _p_value(question, found),
    }  # fmt: skip
    if question.placebo is not None:
        facts |= _beside_placebo(people, question)
    return facts


def _p_value(question: Question, found: Share) -> float:
    """The p-value of what support would claim: beyond the word's share, or within the band around the stated one."""
    if question.rule == "R3":
        stated, band = float(question.stated or 0.5), question.smallest_effect.value
        above, below = max(stated - band, 1e-9), min(stated + band, 1 - 1e-9)
        return float(
            max(max(stats.norm.sf(one.score(above)), stats.norm.cdf(one.score(below))) for one in found.possible)
        )
    word = str(question.quantifier)
    score = min(one.score(ABOVE[word]) if word in ABOVE else -one.score(BELOW[word]) for one in found.possible)
    return float(min(1.0, 2 * stats.norm.sf(score)))


def _beside_placebo(people: pd.DataFrame, question: Question) -> dict[str, float]:
    """How many more say so than of something nobody claims: the difference by couple, with t on couples - 1."""
    columns = [question.outcome, str(question.placebo)]
    rows = people[["couple_id", "person_id", *columns]].dropna()
    both = [_share_by_couple(rows, column, question) for column in columns]
    difference = (both[0] - both[1]).dropna().to_numpy(dtype=np.float64)
    n = len(difference)
    if n < FEWEST_COUPLES:
        return {}
    found = [_beyond(difference, *one) for one in _possible(both, question)]
    return {
        "placebo": share_told(float(both[1].mean()), n * (2 if question.who == "each" else 1)),
        "beyond": found[0][0],
        "beyond_low95": min(low for _, low, _ in found),
        "beyond_high90": max(high for _, _, high in found),
    }


def _possible(both: list[pd.Series], question: Question) -> list[tuple[int, int]]:
    """What to add to the couples who say so of the one alone and of the other alone.

    Where one to four couples do, mean and interval would tell how many: they are told as five, and the interval holds
    all that it may be.
    """
    if question.who == "each":
        return [(0, 0)]
    alone = [int((both[i] > both[1 - i]).sum()) for i in (0, 1)]
    ways = [(SMALLEST_CELL - n, 1 - n) if is_small(n) else (0,) for n in alone]
    return list(product(ways[0], ways[1]))


def _beyond(difference: np.ndarray, more: int, fewer: int) -> tuple[float, float, float]:
    """Mean, 95% lower and 90% upper end of the difference, with so many couples more who differ either way."""
    n = len(difference)
    total, squares = difference.sum() + more - fewer, (difference**2).sum() + more + fewer
    mean = float(total / n)
    error = float(np.sqrt(max(squares - n * mean**2, 0.0) / (n - 1) / n))
    half95, half90 = (float(stats.t.isf(tail, n - 1)) * error for tail in (0.025, 0.05))
    return mean, mean - half95, mean + half90


def _share_by_couple(rows: pd.DataFrame, column: str, question: Question) -> pd.Series:
    says = rows[column].le(question.cut) if question.direction == "negative" else rows[column].ge(question.cut)
    by_couple = says.astype(np.float64).groupby(rows["couple_id"])
    if question.who == "each":
        return by_couple.mean()
    told = by_couple.min() if question.who == "both" else by_couple.max()
    return told[by_couple.size() == 2]


def _others(people: pd.DataFrame, question: Question, setting: Setting) -> list[Sensitivity]:
    """The same count one step up and down the scale, and the other ways to count a couple."""
    cut = float(question.cut or 0.0)
    asked: list[tuple[str, Who, float]] = []
    if not people[question.outcome].dropna().isin((0, 1)).all():
        asked = [(f"cut-off {cut + step:g}", question.who, step) for step in (-1.0, 1.0)]
    if not setting.dyads.single:
        asked += [(words, who, 0.0) for who, words in WORDS.items() if who != question.who]
    rows, told = [], [_counted(_share(people, question.outcome, question, question.who))]
    for label, who, step in asked:
        plain = _share(people, question.outcome, question, who, step)
        found = as_told(plain)
        if found.couples >= FEWEST_COUPLES and not found.hidden and _apart(plain, who, people, question, step, told):
            low, high = found.interval(0.95)
            rows.append(Sensitivity(label=label, estimate=found.value, conf_low=low, conf_high=high))
            told.append(_counted(plain))
    return rows


def _counted(share: Share) -> int:
    return round(share.value * share.rows)


def _apart(share: Share, who: Who, people: pd.DataFrame, question: Question, step: float, told: list[int]) -> bool:
    """Whether a count beside those already told gives no cell of one to four back.

    Of another cut-off the difference is a cell; of another way to count couples, those of whom both, one or neither
    say so.
    """
    if step:
        return not any(is_small(abs(_counted(share) - other)) for other in told)
    both, either = (_share(people, question.outcome, question, how) for how in ("both", "either"))
    cells = (_counted(both), _counted(either) - _counted(both), either.rows - _counted(either))
    return not any(map(is_small, cells))


MODEL = Model(
    name="prevalence",
    summary="how many say so",
    options=OPTIONS,
    repeated=lambda question: False,
    partners=lambda question: question.who != "each",
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "descriptive",
    looks=lambda question: frozenset({("own", 0)}),
)
