"""The commands' work: plan, intake, report, from a study's word to files on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from couples_study.contracts.verdict import Verdict
from couples_study.core.paths import PROCESSED, REPORTS
from couples_study.pipeline.deliveries import headers, inputs_of, read_deliveries, read_keys
from couples_study.pipeline.locate import locate
from couples_study.pipeline.parallel import estimated
from couples_study.pipeline.tables import table_files
from couples_study.pipeline.write import write_all
from couples_study.planning.planned import Planned, planned
from couples_study.planning.synthetic import simulate
from couples_study.steps import check, decide, derive, describe, link, take_in
from couples_study.steps.describe import describe_intake
from couples_study.steps.estimate import failed

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command did: files written, rows held, verdicts, analyses that broke down, and where the page is."""

    written: tuple[Path, ...]
    rows_read: int
    rows_held: int
    page: Path
    verdicts: tuple[Verdict, ...] = ()
    failed: tuple[str, ...] = ()


def quiet(_: str) -> None:
    """Tell nobody."""


def run_plan(word: str) -> tuple[Planned, ...]:
    """What would be fitted, from study.toml, the headers and the key columns alone."""
    place = locate(word)
    checked = check(place.study)
    return planned(checked, headers(place), read_keys(place))


def run_intake(word: str, out: Path | None, tell: Tell = quiet) -> Done:
    """Read, recode, validate, link; write tables, quarantine, ledger and the intake page."""
    place = locate(word)
    checked = check(place.study)
    tell("reading")
    exports = read_deliveries(place)
    tell("validating")
    intake = link(place.study, take_in(place.study, exports, checked.glossary), checked.glossary)
    data_files = table_files(intake)
    page_files = describe_intake(checked, intake, inputs_of(place, exports), derive(checked, intake))
    data_files["ledger.json"] = page_files.pop("ledger.json")
    written = _write(data_files, page_files, out, place.study.study.id)
    return Done(
        written=tuple(written),
        rows_read=sum(one.rows_read for one in intake.ledger.sources),
        rows_held=intake.ledger.rows_held,
        page=(out or REPORTS / place.study.study.id) / "intake.html",
    )


def run_report(
    word: str, out: Path | None, claims: tuple[str, ...] | None = None, tell: Tell = quiet, jobs: int = 1
) -> Done:
    """The main job: intake, frames, estimates, verdicts, pages."""
    place = locate(word)
    checked = check(place.study, only=claims)
    tell("reading")
    exports = read_deliveries(place)
    tell("validating")
    intake = link(place.study, take_in(place.study, exports, checked.glossary), checked.glossary)
    frames = derive(checked, intake)
    found = estimated(checked, frames, jobs, lambda key: tell(f"estimating {key}"))
    tell("writing")
    inputs = inputs_of(place, exports)
    described = describe(checked, intake, found, decide(checked, found), inputs)
    data_files = table_files(intake)
    page_files = {**described.files, **describe_intake(checked, intake, inputs, frames)}
    data_files["ledger.json"] = page_files.pop("ledger.json")
    written = _write(data_files, page_files, out, place.study.study.id)
    return Done(
        written=tuple(written),
        rows_read=sum(one.rows_read for one in intake.ledger.sources),
        rows_held=intake.ledger.rows_held,
        page=(out or REPORTS / place.study.study.id) / "index.html",
        verdicts=described.verdicts,
        failed=failed(found),
    )


def run_simulate(scenario: str, couples: int, days: int, seed: int, out: Path) -> list[Path]:
    """Write a synthetic study below ``out``: exports, study.toml, truth.json."""
    return write_all(simulate(scenario, couples, days, seed).files, out)


def _write(data_files: dict[str, bytes], page_files: dict[str, bytes], out: Path | None, study: str) -> list[Path]:
    if out is not None:
        return write_all({**data_files, **page_files}, out)
    return write_all(data_files, PROCESSED / study) + write_all(page_files, REPORTS / study)
