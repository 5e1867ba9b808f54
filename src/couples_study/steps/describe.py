"""Step 7: verdicts to pages, figures and files, as bytes by relative path. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from couples_study.claims import contradictions
from couples_study.contracts.checks import Careless
from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.seen import USED
from couples_study.contracts.verdict import NOT_TESTABLE, Verdict
from couples_study.contracts.watch import Watch
from couples_study.core.provenance import package_version, versions
from couples_study.intake import Intake
from couples_study.intake.watch import watch
from couples_study.intake.watch.agreement import DEFAULT_PAIRS
from couples_study.report.answer import answered
from couples_study.report.context import DayAnswered, HeldRow, IntakeContext, ReportContext
from couples_study.report.figures import page_figures, to_svg
from couples_study.report.page import intake_page, report_page
from couples_study.report.results_files import results_csv, results_json
from couples_study.report.verdicts_json import as_json, verdicts_json
from couples_study.steps.batteries import ANSWERED_IN, batteries_of
from couples_study.steps.check import Checked
from couples_study.steps.estimate import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The verdicts with their sentences, and every file of the report by its path below OUT."""

    verdicts: tuple[Verdict, ...]
    files: Mapping[str, bytes]


def describe(
    checked: Checked, intake: Intake, found: Found, verdicts: tuple[Verdict, ...], inputs: Mapping[str, str]
) -> Described:
    """Sentences, figures, tables and pages for a judged study."""
    meta = checked.study.study
    said = tuple(answered(verdict, found) for verdict in verdicts)
    evidence = _by_verdict(said, found)
    context = ReportContext(
        study_id=meta.id,
        title=meta.title,
        synthetic=meta.synthetic,
        verdicts=said,
        evidence=evidence,
        ledger=intake.ledger.record(),
        inputs=inputs,
        package_version=package_version(),
        hypotheses=tuple(asked.id for asked in checked.asked if not asked.is_claim),
        tensions=contradictions(),
        design=_design(checked),
        dyads=checked.study.dyads.type,
        scheduled_days=meta.scheduled_days,
        column_labels={name: column.label for name, column in checked.glossary.items()},
        packages={name: version for name, version in versions().items() if name not in ("python", "couples_study")},
    )
    svgs = {name: to_svg(figure) for name, figure in page_figures(context).items()}
    files = {f"figures/{name}.svg": content for name, content in svgs.items()}
    for key, one in {**found, **evidence}.items():
        if isinstance(one, Evidence):
            files[f"results/{key}.csv"] = results_csv(one)
            files[f"results/{key}.json"] = results_json(one)
    files["index.html"] = report_page(context, svgs).encode("utf-8")
    files["verdicts.json"] = verdicts_json(meta.id, meta.synthetic, inputs, package_version(), said)
    files["provenance.json"] = as_json(_provenance(checked, inputs))
    return Described(verdicts=said, files=files)


def describe_intake(checked: Checked, intake: Intake, inputs: Mapping[str, str]) -> dict[str, bytes]:
    """``intake.html`` and ``ledger.json``."""
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
    return {
        "intake.html": intake_page(context).encode("utf-8"),
        "ledger.json": as_json(intake.ledger.record()),
    }


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


def _by_verdict(verdicts: tuple[Verdict, ...], found: Found) -> dict[str, Evidence | NotTestable]:
    """Evidence by verdict id: a claim shows that of the reading which decided it."""
    shown: dict[str, Evidence | NotTestable] = {}
    for verdict in verdicts:
        if verdict.id in found:
            shown[verdict.id] = found[verdict.id]
            continue
        keys = [reading.id for reading in verdict.readings if reading.id in found] or [
            key for key in found if key.startswith(f"{verdict.id}_") or key.removeprefix(verdict.id).isalpha()
        ]
        deciding = [r.id for r in verdict.readings if r.id in found and r.verdict == verdict.verdict]
        testable = [key for key in keys if isinstance(found[key], Evidence)]
        if verdict.verdict != NOT_TESTABLE and testable:
            key = next((one for one in deciding if one in testable), testable[0])
            shown[verdict.id] = replace(found[key], id=verdict.id)
        shown |= {key: found[key] for key in keys}
    return shown


def _design(checked: Checked) -> str:
    return "randomised" if any(source.design == "randomised" for source in checked.study.source) else "observational"


def _provenance(checked: Checked, inputs: Mapping[str, str]) -> dict[str, object]:
    return {
        "study": checked.study.study.id,
        "inputs": dict(inputs),
        "versions": versions(),
        "seed": checked.setting.seed,
        "data_root": checked.study.study.data_root,
        "analyses": {
            key: {
                "equation": plan.equation,
                "formula": plan.formula,
                "estimator": plan.estimator,
                "tested": list(plan.tested),
            }
            for asked in checked.asked
            for key, plan in asked.planned(checked.setting).items()
        },
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
