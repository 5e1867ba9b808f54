"""``model = "ranking"``: which items of a list are named by most, and between which places the rank of each lies.

Shares as in `prevalence`; the intervals of the ranks come from all their differences at once (`ranks`), with couples as
what is resampled. A share that lies within noise of its neighbours therefore has a wide rank, however neat the list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Counts, Evidence, FigureData, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError, listed
from couples_study.core.seeds import child
from couples_study.measures import Frames
from couples_study.models.clustered import term_of
from couples_study.models.concerns import few_couples
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, too_few
from couples_study.models.prevalence import WORDS, Who
from couples_study.models.ranks import Ranked, p_at_least, ranked
from couples_study.privacy import SMALLEST_CELL

OPTIONS = frozenset({"items", "test", "cut", "who", "stated", "among", "tolerance"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """Shares (J,) of those who name each item, each couple's influence on them (G, J), and who stands behind them."""

    share: np.ndarray
    influence: np.ndarray
    named: np.ndarray
    couples: int
    people: int
    rows: int


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if len(set(question.items)) < 3 or len(set(question.items)) < len(question.items):
        faults.append("items, three or more columns, each once")
    strays = [name for name in (question.outcome, *question.test) if name not in question.items]
    if strays:
        faults.append(f"{listed(strays)} among items")
    if question.rule != "R12":
        faults.append('rule = "R12"')
    place, refuted = question.stated, question.tolerance.get("refuted")
    if place is None or place != int(place) or not 1 <= place < max(len(question.items), 2):
        faults.append("stated, a whole number: among the first how many")
    elif set(question.tolerance) - {"refuted"} or (refuted is not None and refuted < place):
        faults.append("no tolerance but refuted, at the stated place or beyond")
    if faults:
        raise StudyFileError(
            where, expected="a list, whose place is claimed, and which place", found=f"missing: {'; '.join(faults)}",
            do="see ranking in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    among = f", among {question.among} = 1" if question.among else ""
    return Plan(
        equation=f"rank of {listed(_asked(question))} by share of {WORDS[question.who]} who name it, among "
        f"{len(question.items)} items{among}",
        formula=f"rank(mean({question.items[0]}, ..., {question.items[-1]})) | couples: couple_id",
        estimator="shares with couples as clusters; ranks from all differences at once (random signs of couples)",
        tested=_asked(question),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Ranks of the items asked about, and of all items for the picture."""
    people = frames.people[frames.people[question.among].eq(1)] if question.among else frames.people
    found = ticked(people, question, question.who)
    if found.couples < FEWEST_COUPLES:
        return too_few(id, found.couples, "answered the list, both partners where both are asked")
    asked = _asked(question)
    numbers = np.array([question.items.index(name) for name in asked])
    seed = child(setting.seed, "ranking", id)
    result = ranked(found.share, found.influence, np.random.default_rng(seed), of=numbers)
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="ranking",
        unit="rank",
        tested=tuple(_term(question, name, found, result) for name in asked),
        coefficients=tuple(_share_term(question, number, found) for number in _told(found)),
        counts=Counts(couples=found.couples, people=found.people, n_obs=found.rows),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=few_couples(found.couples),
        sensitivity=() if setting.brief else tuple(_other_ways(people, question, setting, seed)),
        facts=_facts(question, found, result),
        figure=None if setting.brief else _figure(question, found, setting, seed),
    )


def _asked(question: Question) -> tuple[str, ...]:
    return question.test or (question.outcome,)


def ticked(people: pd.DataFrame, question: Question, who: Who) -> Ticked:
    """Who names what: persons, or couples by what either or both of them say. Unanswered items are left out."""
    columns = [people[name].to_numpy(dtype=np.float64) for name in question.items]
    answers = pd.DataFrame(np.column_stack(columns), index=people.index)
    cut = 1.0 if question.cut is None else question.cut
    says = (
        (answers <= cut if question.direction == "negative" else answers >= cut)
        .astype("float64")
        .where(answers.notna())
    )
    if who != "each":
        by_couple = says.groupby(people["couple_id"].to_numpy())
        told = by_couple.min() if who == "both" else by_couple.max()
        says = told.where(by_couple.count() == 2)
    couple = people["couple_id"].to_numpy() if who == "each" else says.index.to_numpy()
    answered = says.notna().to_numpy()
    codes, couples = pd.factorize(couple[answered.any(axis=1)])
    values, answered = says.to_numpy()[answered.any(axis=1)], answered[answered.any(axis=1)]
    n = np.maximum(answered.sum(axis=0), 1)
    share = np.nansum(values, axis=0) / n
    parts = np.where(answered, values - share, 0.0) / n
    influence = np.column_stack([np.bincount(codes, weights=part, minlength=len(couples)) for part in parts.T])
    return Ticked(
        share=share, influence=influence, named=np.nansum(values, axis=0), couples=len(couples),
        people=len(codes) if who == "each" else 2 * len(codes), rows=len(codes),
    )  # fmt: skip


def _told(found: Ticked) -> list[int]:
    """The items whose shares are told: named by enough, and not named by enough, that nobody can be read off."""
    cells = np.minimum(found.named, found.rows - found.named)
    return [int(number) for number in np.flatnonzero(cells >= SMALLEST_CELL)]


def _term(question: Question, name: str, found: Ticked, result: Ranked) -> Term:
    number = question.items.index(name)
    p = p_at_least(result, number, int(question.stated or 1))
    return Term(
        term=name, role=None, estimate=float(result.rank[number]), std_error=float(result.spread[number]), df=None,
        statistic=float(result.rank[number]), p_value=p, conf_low=float(result.low[number]),
        conf_high=float(result.high[number]),
    )  # fmt: skip


def _share_term(question: Question, number: int, found: Ticked) -> Term:
    """An item's share with its couple-robust error; its test is of none."""
    error = float(np.sqrt((found.influence[:, number] ** 2).sum() * found.couples / (found.couples - 1)))
    told = term_of(f"share.{question.items[number]}", float(found.share[number]), error, found.couples - 1)
    return replace(told, unit="share")


def _facts(question: Question, found: Ticked, result: Ranked) -> dict[str, float]:
    """What rule R12 reads, by item; the p-value is the largest of the items'."""
    facts: dict[str, float] = {}
    p_values = []
    for name in _asked(question):
        number = question.items.index(name)
        facts |= {
            f"{name}_rank": float(result.rank[number]), f"{name}_low95": float(result.low[number]),
            f"{name}_high95": float(result.high[number]),
        }  # fmt: skip
        p_values.append(p_at_least(result, number, int(question.stated or 1)))
    return facts | {"p_value": max(p_values), "items": float(len(question.items))}


def _other_ways(
    people: pd.DataFrame, question: Question, setting: Setting, seed: np.random.SeedSequence
) -> list[Sensitivity]:
    """The same ranks where couples are counted in another way."""
    rows = []
    for who in (who for who in get_args(Who) if who != question.who and not setting.dyads.single):
        found = ticked(people, question, who)
        if found.couples < FEWEST_COUPLES:
            continue
        numbers = np.array([question.items.index(name) for name in _asked(question)])
        result = ranked(found.share, found.influence, np.random.default_rng(seed), of=numbers)
        rows += [
            Sensitivity(
                label=f"{WORDS[who]}: {question.items[number]}", estimate=float(result.rank[number]),
                conf_low=float(result.low[number]), conf_high=float(result.high[number]),
            )
            for number in numbers
        ]  # fmt: skip
    return rows


def _figure(question: Question, found: Ticked, setting: Setting, seed: np.random.SeedSequence) -> FigureData:
    """Every item with its share and the rank that all comparisons together leave it."""
    result = ranked(found.share, found.influence, np.random.default_rng(seed))
    told = set(_told(found))
    rows = []
    for number in np.argsort(-found.share, kind="stable"):
        term = _share_term(question, int(number), found) if int(number) in told else None
        rows.append({
            "item": _label(question.items[number], setting), "value": term.estimate if term else np.nan,
            "low": term.conf_low if term else np.nan, "high": term.conf_high if term else np.nan,
            "rank": int(result.rank[number]), "rank_low": int(result.low[number]),
            "rank_high": int(result.high[number]), "asked": question.items[number] in _asked(question),
        })  # fmt: skip
    return FigureData(
        kind="ranks", title=f"Which of {len(rows)} are named most", x_label=f"share of {WORDS[question.who]}",
        y_label="rank", frames={"ranks": pd.DataFrame(rows)}, notes={"items": len(rows)},
    )  # fmt: skip


def _label(name: str, setting: Setting) -> str:
    return setting.glossary[name].label if name in setting.glossary else name


MODEL = Model(
    name="ranking",
    summary="which of a list are named most",
    options=OPTIONS,
    repeated=lambda question: False,
    partners=lambda question: question.who != "each",
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "descriptive",
    looks=lambda question: frozenset({("own", 0)}),
)
