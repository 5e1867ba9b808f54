"""Careless answering, told by table and by person: what is flagged, and what a rule left out for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from couples_study.contracts.checks import CARELESS, Careless
from couples_study.contracts.watch import Battery, CarelessCheck, CarelessPerson
from couples_study.intake.watch.careless import SECONDS, Sign, signs_of
from couples_study.intake.watch.fates import CARELESS as RULE
from couples_study.intake.watch.roll import Roll, coded

Whose: TypeAlias = Callable[[str], np.ndarray]  # the positions on the roll of a table's rows
LeftOut: TypeAlias = Mapping[tuple[str, str], np.ndarray]  # by table and sign, the people of the records left out
NOBODY = np.zeros(0, dtype="int64")


def left_out(fates: pd.DataFrame, roll: Roll) -> LeftOut:
    """The known people of the records that a careless rule keeps out of the tables."""
    if not len(fates):
        return {}
    codes, words = coded(fates["outcome"])
    rules = np.array([*(str(word).startswith(RULE) for word in words), False])
    if not rules.any():
        return {}
    ruled = rules[codes]
    own = fates.loc[ruled, ["table", "couple_id", "person_id", "outcome"]].astype("str")
    whose = pd.Series(roll.positions(own), index=own.index)
    parts = whose[whose >= 0].groupby([own["table"], own["outcome"]], sort=True)
    return {(str(table), str(rule).removeprefix(RULE)): part.to_numpy() for (table, rule), part in parts}


def careless_told(
    tables: Mapping[str, pd.DataFrame],
    batteries: Mapping[str, Battery],
    bounds: Careless,
    whose: Whose,
    out: LeftOut,
    roll: Roll,
) -> tuple[tuple[CarelessCheck, ...], tuple[CarelessPerson, ...]]:
    """Every sign in every table that has a scale or a time to fill in, and the people with any."""
    checks: list[CarelessCheck] = []
    people: list[CarelessPerson] = []
    asked = any(getattr(bounds, name) is not None for name in CARELESS)
    for name in sorted(tables) if asked else ():
        table, own = tables[name], {key: battery for key, battery in batteries.items() if battery.table == name}
        if "person_id" not in table or not len(table) or not (own or SECONDS in table):
            continue
        who = whose(name)
        signs = signs_of(table, own, bounds, who)
        gone = [out.get((name, sign.flag), NOBODY) for sign in signs]
        told = zip(signs, gone, strict=True)
        checks.extend(_check(name, sign, float(getattr(bounds, sign.flag)), who, lost) for sign, lost in told)
        people.extend(_flagged_people(name, signs, who, gone, roll))
    return tuple(checks), tuple(people)


def _check(table: str, sign: Sign, bound: float, who: np.ndarray, gone: np.ndarray) -> CarelessCheck:
    return CarelessCheck(
        table=table,
        flag=sign.flag,
        bound=bound,
        judged=int(sign.judged.sum()),
        flagged=int(sign.flagged.sum()),
        left_out=len(gone),
        people=len(np.union1d(who[sign.flagged], gone)),
        why_not=sign.why_not,
    )


def _flagged_people(
    table: str, signs: Sequence[Sign], who: np.ndarray, gone: Sequence[np.ndarray], roll: Roll
) -> Iterator[CarelessPerson]:
    """People with flags, most flags first; what was left out for a flag counts."""
    flagged = [np.append(who[sign.flagged & (who >= 0)], lost) for sign, lost in zip(signs, gone, strict=True)]
    counts = np.stack([np.bincount(people, minlength=len(roll.people)) for people in flagged])
    total = counts.sum(axis=0)
    rows = np.bincount(np.concatenate([who[who >= 0], *gone]), minlength=len(roll.people))
    seen = np.flatnonzero(total)
    for i in seen[np.lexsort((seen, -total[seen]))].tolist():
        flags = tuple((sign.flag, int(n)) for sign, n in zip(signs, counts[:, i], strict=True) if n)
        yield CarelessPerson(
            table=table,
            couple=roll.couples[roll.couple_of[i]],
            person=roll.people[i],
            questionnaires=int(rows[i]),
            flags=flags,
        )
