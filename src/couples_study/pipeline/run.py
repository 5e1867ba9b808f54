"""The commands' work: plan, intake, report, from a study's word to files on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from couples_study.contracts.verdict import Verdict
from couples_study.core.paths import PROCESSED, REPORTS
from couples_study.intake import Delivered, Intake
from couples_study.pipeline.changes import changes
from couples_study.pipeline.deliveries import headers, inputs_of, read_keys
from couples_study.pipeline.locate import Place, locate
from couples_study.pipeline.looking import look
from couples_study.pipeline.parallel import estimated
from couples_study.pipeline.room import room_at
from couples_study.pipeline.shelf import FOLDER as SHELF
from couples_study.pipeline.shelf import Shelf
from couples_study.pipeline.tables import Content, table_files
from couples_study.pipeline.write import write_all
from couples_study.planning.planned import Planned, planned
from couples_study.planning.synthetic import simulate
from couples_study.steps import check, decide, derive, describe, link
from couples_study.steps.batteries import batteries_of
from couples_study.steps.describe import describe_intake
from couples_study.steps.estimate import failed

Tell = Callable[[str], None]
Files = dict[str, Content]
LEDGER = "ledger.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command did: files written, rows held, verdicts, analyses that broke down, and where the page is."""

    written: tuple[Path, ...]
    rows_read: int
    rows_held: int
    page: Path
    verdicts: tuple[Verdict, ...] = ()
    failed: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


def quiet(_: str) -> None:
    """Tell nobody."""


def run_plan(word: str) -> tuple[Planned, ...]:
    """What would be fitted, from study.toml, the headers and the key columns alone."""
    place = locate(word)
    checked = check(place.study)
    return planned(checked, headers(place), read_keys(place))


def run_intake(word: str, out: Path | None, tell: Tell = quiet, jobs: int = 1) -> Done:
    """Read, recode, validate, link; write tables, quarantine, ledger and the intake page."""
    place = locate(word)
    checked = check(place.study)
    with _rooms(place, out, tell) as (data, pages):
        shelf = Shelf(data / SHELF)
        tell("reading")
        delivered, keys = look(checked, place, shelf, jobs, tell)
        since = changes(data / LEDGER, delivered, place, shelf)
        tell("linking")
        intake = link(place.study, delivered, checked.glossary, batteries_of(checked))
        inputs = _inputs(place, delivered)
        data_files: Files = {**table_files(intake)}
        page_files: Files = {**describe_intake(checked, intake, inputs)}
        data_files[LEDGER] = page_files.pop(LEDGER)
        tell("writing")
        written = _write(data_files, page_files, data, pages)
        shelf.clear_but(keys)
    return _done(intake, written, pages / "intake.html", changes=since)


def run_report(
    word: str, out: Path | None, claims: tuple[str, ...] | None = None, tell: Tell = quiet, jobs: int = 1
) -> Done:
    """The main job: intake, frames, estimates, verdicts, pages."""
    place = locate(word)
    checked = check(place.study, only=claims)
    with _rooms(place, out, tell) as (data, pages):
        shelf = Shelf(data / SHELF)
        tell("reading")
        delivered, keys = look(checked, place, shelf, jobs, tell)
        since = changes(data / LEDGER, delivered, place, shelf)
        tell("linking")
        intake = link(place.study, delivered, checked.glossary, batteries_of(checked))
        found = estimated(checked, derive(checked, intake), jobs, lambda key: tell(f"estimating {key}"))
        tell("writing")
        inputs = _inputs(place, delivered)
        described = describe(checked, intake, found, decide(checked, found), inputs)
        data_files: Files = {**table_files(intake)}
        page_files: Files = {**described.files, **describe_intake(checked, intake, inputs)}
        data_files[LEDGER] = page_files.pop(LEDGER)
        written = _write(data_files, page_files, data, pages)
        shelf.clear_but(keys)
    return _done(
        intake, written, pages / "index.html", changes=since, verdicts=described.verdicts, failed=failed(found)
    )


@contextmanager
def _rooms(place: Place, out: Path | None, tell: Tell) -> Iterator[tuple[Path, Path]]:
    """The folders for data and for pages, held for this run alone."""
    study = place.study.study.id
    data, pages = (out, out) if out is not None else (PROCESSED / study, REPORTS / study)
    with ExitStack() as stack:
        stack.enter_context(room_at(data, tell))
        if pages != data:
            stack.enter_context(room_at(pages, tell))
        yield data, pages


def _inputs(place: Place, delivered: Delivered) -> dict[str, str]:
    return inputs_of(place, (records.export for files in delivered for records in files))


def _done(intake: Intake, written: list[Path], page: Path, **more: Any) -> Done:
    return Done(
        written=tuple(written),
        rows_read=sum(one.rows_read for one in intake.ledger.sources),
        rows_held=intake.ledger.rows_held,
        page=page,
        **more,
    )


def run_simulate(scenario: str, couples: int, days: int, seed: int, out: Path) -> list[Path]:
    """Write a synthetic study below ``out``: exports, study.toml, truth.json."""
    return write_all(simulate(scenario, couples, days, seed).files, out)


def _write(data_files: Files, page_files: Files, data: Path, pages: Path) -> list[Path]:
    if data == pages:
        return write_all({**data_files, **page_files}, data)
    return write_all(data_files, data) + write_all(page_files, pages)
