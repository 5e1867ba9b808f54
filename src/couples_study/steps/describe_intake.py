"""Step 7 for what came in: the ledger and the intake page, as bytes. It needs no model and draws no figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from couples_study.contracts.checks import Careless
from couples_study.contracts.seen import USED
from couples_study.contracts.watch import Watch
from couples_study.core.provenance import package_version
from couples_study.intake import Intake
from couples_study.intake.watch import watch
from couples_study.intake.watch.agreement import DEFAULT_PAIRS
from couples_study.report.context import DayAnswered, HeldRow, IntakeContext
from couples_study.report.intake import intake_page
from couples_study.report.verdicts_json import as_json
from couples_study.steps.batteries import ANSWERED_IN, batteries_of
from couples_study.steps.check import Checked


def ledger_json(intake: Intake) -> bytes:
    """``ledger.json``."""
    return as_json(intake.ledger.record())


def describe_intake(checked: Checked, intake: Intake, inputs: Mapping[str, str]) -> bytes:
    """``intake.html``."""
    meta = checked.study.study
    seen = watched(checked, intake)
    context = IntakeContext(
        study_id=meta.id,
        title=meta.title,
        synthetic=meta.synthetic,
        ledger=intake.ledger.record(),
        inputs=inputs,
        package_version=package_version(),
        held=tuple(_held(intake)),
        answered_by_day=() if seen.compliance.by_day else _answered(intake, checked),
        watch=seen,
        column_labels={name: column.label for name, column in checked.glossary.items()},
    )
    return intake_page(context).encode("utf-8")


def watched(checked: Checked, intake: Intake) -> Watch:
    """What a running study is watched for: silence, lateness, carelessness, drift, agreement of the partners."""
    return watch(
        study=checked.study,
        glossary=checked.glossary,
        tables=_watched(checked, intake),
        fates=intake.fates,
        people=intake.people,
        states=intake.states,
        profiles=intake.profiles,
        batteries=batteries_of(checked),
    )


def _watched(checked: Checked, intake: Intake) -> dict[str, pd.DataFrame]:
    """The tables with the columns that are looked at, which spares a large study the others."""
    checks = checked.study.checks
    wanted = {"device", "answer_seconds"}
    wanted |= {name for pair in (*DEFAULT_PAIRS, *checks.partners) for name in (pair.mine, pair.partners)}
    if checks.careless != Careless():
        wanted |= {item for battery in batteries_of(checked).values() for item in battery.items}
    everything = checks.careless.too_fast is not None
    small = {name: intake.tables[name] for name in ("people", "couples")}
    return small | {
        name: intake.tables.lean(name, [*plan.columns] if everything else sorted(wanted & {*plan.columns}))
        for name, plan in intake.tables.plans.items()
        if name in ANSWERED_IN
    }


def _held(intake: Intake) -> Iterator[HeldRow]:
    """Where each held record stands and why, without a single cell of the export."""
    for rows in intake.held.values():
        told = zip(rows["_file"], rows["_row"].tolist(), rows["_reason"], rows["_column"], strict=True)
        for file, row, reason, column in told:
            columns = tuple(part for part in str(column).split("; ") if part)
            yield HeldRow(file=str(file), row=row, reason=str(reason), columns=columns)


def _answered(intake: Intake, checked: Checked) -> tuple[DayAnswered, ...]:
    """People due and people answering by study day: everyone of the roster is due on every scheduled day."""
    scheduled = checked.study.study.scheduled_days
    if "diary_days" not in intake.tables or scheduled is None:
        return ()
    fates = intake.fates
    used = fates[(fates["table"] == "diary_days") & (fates["outcome"] == USED)]
    one_each = used[["day", "couple_id", "person_id"]].drop_duplicates()
    counts = one_each["day"].value_counts().reindex(range(scheduled), fill_value=0)
    due = len(intake.people)
    return tuple(DayAnswered(day=day, scheduled=due, answered=n) for day, n in enumerate(counts.tolist()))
