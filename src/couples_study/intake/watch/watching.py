"""Everything that is looked at in validated data, in one pure call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pandas as pd

from couples_study.contracts.seen import FileProfile
from couples_study.contracts.study import StudyFile
from couples_study.contracts.watch import Battery, Devices, PairAgreement, Watch
from couples_study.core.columns import Glossary
from couples_study.intake.watch.agreement import agreements, evenings_of_both
from couples_study.intake.watch.careless_told import Whose, careless_told, left_out
from couples_study.intake.watch.compliance import compliance_of
from couples_study.intake.watch.devices import devices
from couples_study.intake.watch.drift import drift
from couples_study.intake.watch.fates import DIARY, DiaryFates, diary_fates
from couples_study.intake.watch.grid import grid_of
from couples_study.intake.watch.late import late_entries
from couples_study.intake.watch.roll import Roll, roll_of
from couples_study.intake.watch.silence import running_study


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
    careless, careless_people = careless_told(
        tables, batteries or {}, study.checks.careless, whose, left_out(fates, roll), roll
    )
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
