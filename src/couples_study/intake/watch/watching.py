"""Everything that is looked at in validated data, in one pure call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np
import pandas as pd

from couples_study.contracts.checks import CARELESS, Careless
from couples_study.contracts.seen import FileProfile
from couples_study.contracts.study import StudyFile
from couples_study.contracts.watch import Battery, CarelessCheck, CarelessPerson, Devices, PairAgreement, Watch
from couples_study.core.columns import Glossary
from couples_study.intake.watch.agreement import agreements, evenings_of_both
from couples_study.intake.watch.careless import SECONDS, Sign, signs_of
from couples_study.intake.watch.compliance import compliance_of
from couples_study.intake.watch.devices import devices
from couples_study.intake.watch.drift import drift
from couples_study.intake.watch.fates import DIARY, DiaryFates, diary_fates
from couples_study.intake.watch.grid import grid_of
from couples_study.intake.watch.late import late_entries
from couples_study.intake.watch.roll import Roll, roll_of
from couples_study.intake.watch.silence import running_study

Whose: TypeAlias = Callable[[str], np.ndarray]  # the positions on the roll of a table's rows


def watch(
    *,
    study: StudyFile,
    glossary: Glossary,
    tables: Mapping[str, pd.DataFrame],
    fates: pd.DataFrame,
    people: pd.DataFrame,
    states: pd.DataFrame,
    profiles: Sequence[FileProfile] = (),
    batteries: Mapping[str, Battery] | None = None,
) -> Watch:
    """What the study team is told about a study, running or done.

    Parameters
    ----------
    study, glossary
        The study file, and the glossary with the study's own measures.
    tables
        Validated tables by name; ``diary_days`` has ``day`` as whole numbers.
    fates
        One row per record that came: table, source, file, row, couple_id, person_id, role, day, date, entered,
        entry_late and outcome ("used", "held" or the rule that left it out).
    people
        Everyone on the roster: couple_id, person_id, role.
    states
        Dated events: couple_id, person_id ("" for the couple), day, state.
    profiles
        One per delivered file, in the order of delivery.
    batteries
        Scales whose answers are looked at for carelessness, by name.

    The result does not depend on the order of rows in any frame.
    """
    roll = roll_of(people)
    entries = diary_fates(fates, roll)
    grid = grid_of(study, roll, entries, tables, states)
    whose = cache(lambda name: roll.positions(tables[name]))
    agreement, used_devices = _of_both(study, glossary, tables.get(DIARY), whose, entries, roll)
    careless, careless_people = _careless(tables, batteries or {}, study.checks.careless, whose, roll)
    return Watch(
        agreement=agreement,
        careless=careless,
        careless_people=careless_people,
        late=late_entries(entries, roll),
        devices=used_devices,
        compliance=compliance_of(grid, roll),
        drift=drift(profiles, glossary),
        running=running_study(study, grid, roll),
    )


def _of_both(
    study: StudyFile, glossary: Glossary, diary: pd.DataFrame | None, whose: Whose, fates: DiaryFates, roll: Roll
) -> tuple[tuple[PairAgreement, ...], Devices]:
    if diary is None or not len(diary):
        return (), Devices(why_not="there is no diary")
    people = whose(DIARY)
    evenings = evenings_of_both(roll, people, diary["day"].to_numpy(dtype="int64"))
    pairs = () if study.dyads.single else agreements(diary, evenings, roll, study.checks.partners, glossary)
    return pairs, devices(diary, people, evenings, fates, roll)


def _careless(
    tables: Mapping[str, pd.DataFrame],
    batteries: Mapping[str, Battery],
    bounds: Careless,
    whose: Whose,
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
        checks.extend(_check(name, sign, float(getattr(bounds, sign.flag)), who) for sign in signs)
        people.extend(_flagged_people(name, signs, who, roll))
    return tuple(checks), tuple(people)


def _check(table: str, sign: Sign, bound: float, who: np.ndarray) -> CarelessCheck:
    return CarelessCheck(
        table=table,
        flag=sign.flag,
        bound=bound,
        judged=int(sign.judged.sum()),
        flagged=int(sign.flagged.sum()),
        people=len(np.unique(who[sign.flagged])),
        why_not=sign.why_not,
    )


def _flagged_people(table: str, signs: Sequence[Sign], who: np.ndarray, roll: Roll) -> Iterator[CarelessPerson]:
    """People with flags, most flags first."""
    counts = np.stack([np.bincount(who[sign.flagged & (who >= 0)], minlength=len(roll.people)) for sign in signs])
    total = counts.sum(axis=0)
    rows = np.bincount(who[who >= 0], minlength=len(roll.people))
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
