"""The main job: intake, frames, estimates, verdicts, pages."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from couples_study.intake import link
from couples_study.pipeline.changes import changes
from couples_study.pipeline.locate import locate
from couples_study.pipeline.looking import look
from couples_study.pipeline.parallel import estimated_on, workers
from couples_study.pipeline.pdf import PDF, pdf_of
from couples_study.pipeline.prereg import standing_of
from couples_study.pipeline.running import (
    LEDGER,
    Done,
    Tell,
    done_with,
    inputs_told,
    intake_files,
    quiet,
    rooms,
    written,
)
from couples_study.pipeline.shelf import FOLDER as SHELF
from couples_study.pipeline.shelf import Shelf
from couples_study.pipeline.write import write_all
from couples_study.planning.prereg.standing import upheld
from couples_study.steps.batteries import batteries_of
from couples_study.steps.check import check
from couples_study.steps.derive import derive
from couples_study.steps.describe import describe
from couples_study.steps.estimate import failed
from couples_study.steps.judge import decide

INDEX = "index.html"


def run_report(
    word: str,
    out: Path | None,
    claims: tuple[str, ...] | None = None,
    tell: Tell = quiet,
    jobs: int = 1,
    cluster: str | None = None,
    *,
    pdf: bool = False,
) -> Done:
    """The main job: intake, frames, estimates, verdicts, pages; with ``pdf`` the page is printed last."""
    place = locate(word)
    checked = check(place.study, only=claims)
    with rooms(place, out, tell) as (data, pages):
        shelf = Shelf(data / SHELF)
        tell("reading")
        delivered, keys = look(checked, place, shelf, jobs, tell, cluster)
        since = changes(data / LEDGER, delivered, place, shelf)
        tell("linking")
        intake = link(place.study, delivered, checked.glossary, batteries_of(checked))
        frames = derive(checked, intake)
        with workers(checked, frames, jobs) as there:
            told = partial(_estimating, tell)
            found = there.estimated(told) if cluster is None else estimated_on(cluster, checked, frames, told)
            tell("writing")
            inputs = inputs_told(place, delivered)
            plan = standing_of(place, checked, inputs)
            verdicts = tuple(upheld(verdict, plan.standings) for verdict in decide(checked, found))
            described = describe(checked, intake, frames, found, verdicts, inputs, plan, there.map)
        data_files, page_files = intake_files(checked, intake, inputs)
        files = written(data_files, {**page_files, **described.files}, data, pages)
        shelf.clear_but(keys)
        if pdf:
            tell("printing")
            files += write_all({PDF: pdf_of(described.files[INDEX])}, pages)
    return done_with(intake, files, pages / INDEX, changes=since, verdicts=described.verdicts, failed=failed(found))


def _estimating(tell: Tell, key: str) -> None:
    tell(f"estimating {key}")
