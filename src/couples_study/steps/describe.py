"""Step 7: verdicts to pages, figures and files, as bytes by relative path. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol, TypeVar

from couples_study.claims import contradictions, themes
from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.prereg import Preregistered
from couples_study.contracts.verdict import NOT_TESTABLE, Verdict
from couples_study.core.provenance import package_version, versions
from couples_study.intake import Intake
from couples_study.measures import Frames
from couples_study.privacy.told import told
from couples_study.report.answer import answered
from couples_study.report.apa import Table, as_csv, as_latex, tables
from couples_study.report.apa_gt import as_html
from couples_study.report.context import ReportContext
from couples_study.report.figure_data import figure_csvs, flow_csv, overview_csv
from couples_study.report.figures import FLOW, OVERVIEW, drawings, drawn
from couples_study.report.flow import Flow, flow_of
from couples_study.report.methods import as_markdown, methods
from couples_study.report.page import report_page
from couples_study.report.paragraphs import paragraphs
from couples_study.report.references import as_bibtex, keys
from couples_study.report.results_files import results_csv, results_json
from couples_study.report.verdicts_json import as_json, verdicts_json
from couples_study.steps.check import Checked
from couples_study.steps.estimate import Found

T = TypeVar("T")
R = TypeVar("R")
OF_TRIALS = frozenset({"trial", "growth", "onset"})


class Each(Protocol):
    """``map``, or one that has other processes do it."""

    def __call__(self, function: Callable[[T], R], values: Sequence[T], /) -> Iterable[R]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The verdicts with their sentences, and every file of the report by its path below OUT."""

    verdicts: tuple[Verdict, ...]
    files: Mapping[str, bytes]


def describe(
    checked: Checked,
    intake: Intake,
    frames: Frames,
    found: Found,
    verdicts: tuple[Verdict, ...],
    inputs: Mapping[str, str],
    plan: Preregistered,
    each: Each = map,
) -> Described:
    """Sentences, figures, tables and pages for a judged study; ``plan`` says how it stands to a frozen plan.

    ``each`` draws the figures and sets the tables.
    """
    found = {key: told(one) for key, one in found.items()}
    said = tuple(answered(verdict, found) for verdict in verdicts)
    evidence = _by_verdict(said, found)
    context = _context(checked, intake, frames, inputs, plan, said, evidence)
    files, svgs, narrow = _drawn(context, each)
    files |= _to_paste(context, each)
    for key, one in {**found, **evidence}.items():
        if isinstance(one, Evidence):
            files[f"results/{key}.csv"] = results_csv(one)
            files[f"results/{key}.json"] = results_json(one)
    files["index.html"] = report_page(context, svgs, narrow).encode("utf-8")
    meta = checked.study.study
    files["verdicts.json"] = verdicts_json(meta.id, meta.synthetic, inputs, package_version(), said)
    files["provenance.json"] = as_json(_provenance(checked, inputs))
    files["prereg.json"] = as_json(_told(plan))
    return Described(verdicts=said, files=files)


def _context(
    checked: Checked, intake: Intake, frames: Frames, inputs: Mapping[str, str], plan: Preregistered,
    said: tuple[Verdict, ...], evidence: dict[str, Evidence | NotTestable],
) -> ReportContext:  # fmt: skip
    """Everything that pages, figures and tables are made from."""
    meta = checked.study.study
    return ReportContext(
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
        themes=themes() if any(asked.is_claim for asked in checked.asked) else {},
        column_labels={name: column.label for name, column in checked.glossary.items()},
        flow=_flow(checked, intake, frames),
        deviations=plan.deviations,
        plan_notes=plan.notes,
        standings=plan.standings,
        packages={name: version for name, version in versions().items() if name not in ("python", "couples_study")},
    )


def _drawn(context: ReportContext, each: Each) -> tuple[dict[str, bytes], dict[str, bytes], dict[str, bytes]]:
    """The figures' files, and as SVG by name for the page: as on a wide screen, and what a phone is shown."""
    files: dict[str, bytes] = {}
    svgs: dict[str, bytes] = {}
    narrow: dict[str, bytes] = {}
    asked = drawings(context)
    for drawing, (svg, png) in zip(asked, each(drawn, asked), strict=True):
        if drawing.narrow:
            narrow[drawing.name] = svg
        else:
            svgs[drawing.name] = files[f"figures/{drawing.name}.svg"] = svg
            files[f"figures/{drawing.name}.png"] = png
    return files, svgs, narrow


def _to_paste(context: ReportContext, each: Each) -> dict[str, bytes]:
    """What goes into a paper: methods, references, tables, paragraphs, and the numbers behind the figures."""
    files = {"methods.md": as_markdown(methods(context)), "references.bib": as_bibtex(keys(context))}
    if context.verdicts:
        files[f"figures/{OVERVIEW}.csv"] = overview_csv(context.verdicts)
    if context.flow is not None:
        files[f"figures/{FLOW}.csv"] = flow_csv(context.flow)
    set_up = tables(context.verdicts, context.evidence)
    for (name, table), html in zip(set_up.items(), each(_html, tuple(set_up.items())), strict=True):
        files[f"tables/{name}.csv"], files[f"tables/{name}.tex"] = as_csv(table), as_latex(table)
        files[f"tables/{name}.html"] = html
    for verdict in context.verdicts:
        evidence = context.evidence.get(verdict.id)
        if verdict.verdict != NOT_TESTABLE:
            files[f"paragraphs/{verdict.id}.md"] = paragraphs(verdict, evidence).encode("utf-8")
        files |= {f"figures/{name}.csv": content for name, content in figure_csvs(verdict, evidence).items()}
    return files


def _html(named: tuple[str, Table]) -> bytes:
    name, table = named
    return as_html(table, name)


def _flow(checked: Checked, intake: Intake, frames: Frames) -> Flow | None:
    """The flow of couples through the trial that the study's questions ask of; None where there is none."""
    asked = [
        question
        for one in checked.asked
        for _, _, question in one.readings
        if question.arm is not None and question.model in OF_TRIALS and frames.has(question.arm)
    ]
    waves = frames.person_waves
    if not asked or waves is None or asked[0].outcome not in waves:
        return None
    arm = str(asked[0].arm)
    couples = frames.couples if arm in frames.couples else frames.people.drop_duplicates("couple_id")
    weeks = sorted({question.at for question in asked if question.arm == arm and question.at is not None})
    return flow_of(
        intake.ledger.record(), couples, waves, arm=arm, outcome=asked[0].outcome, begins=asked[0].begins, weeks=weeks
    )


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
        testable = {key: one for key in keys if isinstance(one := found[key], Evidence)}
        if verdict.verdict != NOT_TESTABLE and testable:
            shown[verdict.id] = replace(testable[deciding(verdict, testable)], id=verdict.id)
        shown |= {key: found[key] for key in keys}
    return shown


def deciding(verdict: Verdict, readings: Mapping[str, Evidence]) -> str:
    """The reading whose numbers a verdict gives; where it gives several readings', the first that says the same.

    A claim that one reading leads keeps that reading's numbers when another contradicts it: what is shown beside
    the numbers has to be theirs.
    """
    numbers = [(term.term, term.estimate) for term in verdict.terms]
    for key, one in readings.items():
        if numbers and [(term.name, term.estimate) for term in one.tested] == numbers:
            return key
    same = {one.id for one in verdict.readings if one.verdict == verdict.verdict and not one.aside}
    return next((key for key in readings if key in same), next(iter(readings)))


def _told(plan: Preregistered) -> dict[str, object]:
    """``prereg.json``: whether a plan was frozen, what differs from it, and what each statement may be called."""
    return {
        "frozen": plan.deviations is not None,
        "sha256": plan.sha256 or None,
        "deviations": list(plan.deviations or ()),
        "notes": list(plan.notes),
        "statements": {key: asdict(one) for key, one in plan.standings.items()},
    }


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
