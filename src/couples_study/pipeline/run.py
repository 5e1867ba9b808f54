"""The intake command's work, from a study's word to validated tables on disk."""

from __future__ import annotations

from pathlib import Path

from couples_study.intake import link
from couples_study.pipeline.changes import changes
from couples_study.pipeline.locate import locate
from couples_study.pipeline.looking import look
from couples_study.pipeline.running import (
    INTAKE,
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
from couples_study.steps.batteries import batteries_of
from couples_study.steps.check import check


def run_intake(word: str, out: Path | None, tell: Tell = quiet, jobs: int = 1, cluster: str | None = None) -> Done:
    """Read, recode, validate, link; write tables, quarantine, ledger and the intake page."""
    place = locate(word)
    checked = check(place.study, models=False)
    with rooms(place, out, tell) as (data, pages):
        shelf = Shelf(data / SHELF)
        tell("reading")
        delivered, keys = look(checked, place, shelf, jobs, tell, cluster)
        since = changes(data / LEDGER, delivered, place, shelf)
        tell("linking")
        intake = link(place.study, delivered, checked.glossary, batteries_of(checked))
        tell("writing")
        data_files, page_files = intake_files(checked, intake, inputs_told(place, delivered))
        files = written(data_files, page_files, data, pages)
        shelf.clear_but(keys)
    return done_with(intake, files, pages / INTAKE, changes=since)
