"""What every run has: its rooms, the fingerprints of its inputs, what it says it did, and files put in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from couples_study.core.memory import all_cores, lean_memory
from couples_study.core.paths import PROCESSED, REPORTS
from couples_study.intake import Delivered, Intake
from couples_study.pipeline.deliveries import inputs_of
from couples_study.pipeline.locate import Place
from couples_study.pipeline.room import room_at
from couples_study.pipeline.tables import Content, table_files
from couples_study.pipeline.write import write_all, write_each
from couples_study.steps.check import Checked

if TYPE_CHECKING:
    from couples_study.contracts.verdict import Verdict

Tell = Callable[[str], None]
Files = dict[str, Content]
LEDGER, INTAKE = "ledger.json", "intake.html"


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


@contextmanager
def rooms(place: Place, out: Path | None, tell: Tell) -> Iterator[tuple[Path, Path]]:
    """The folders for data and for pages, held for this run alone."""
    study = place.study.study.id
    data, pages = (out, out) if out is not None else (PROCESSED / study, REPORTS / study)
    with all_cores(), lean_memory(), ExitStack() as stack:
        stack.enter_context(room_at(data, tell))
        if pages != data:
            stack.enter_context(room_at(pages, tell))
        yield data, pages


def inputs_told(place: Place, delivered: Delivered) -> dict[str, str]:
    return inputs_of(place, (records.export for files in delivered for records in files))


def intake_files(checked: Checked, intake: Intake, inputs: Mapping[str, str]) -> tuple[Files, Files]:
    """What intake alone writes: tables, held rows and ledger for the data's room, the page for the pages' room.

    Page and tables are made while they are written, side by side; what the page is made with loads while they are.
    """

    def page(path: Path) -> None:
        from couples_study.steps.describe_intake import describe_intake

        path.write_bytes(describe_intake(checked, intake, inputs))

    def ledger(path: Path) -> None:
        from couples_study.steps.describe_intake import ledger_json

        path.write_bytes(ledger_json(intake))

    return {**table_files(intake), LEDGER: ledger}, {INTAKE: page}


def done_with(intake: Intake, written: list[Path], page: Path, **more: Any) -> Done:
    return Done(
        written=tuple(written),
        rows_read=sum(one.rows_read for one in intake.ledger.sources),
        rows_held=intake.ledger.rows_held,
        page=page,
        **more,
    )


def written(data_files: Files, page_files: Files, data: Path, pages: Path) -> list[Path]:
    if data == pages:
        return write_all({**page_files, **data_files}, data)
    return write_each([(page_files, pages), (data_files, data)])
