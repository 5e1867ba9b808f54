"""The calibrate command's work: how long it will take, the replicates, and the files that say how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from couples_study.claims import claims as all_claims
from couples_study.core.provenance import package_version
from couples_study.core.seeds import DEFAULT_SEED
from couples_study.pipeline.replicates import FOLDER, Replicates, Tell, tallies
from couples_study.pipeline.room import room_at
from couples_study.pipeline.workers import cores_of
from couples_study.pipeline.write import write_all
from couples_study.planning.calibration import OWN, calibration_table, cells, seconds_of
from couples_study.report.calibration_page import calibration_page
from couples_study.report.power_words import in_time

if TYPE_CHECKING:
    import pandas as pd

    from couples_study.planning.designs import Design


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is calibrated: ``claims`` None for all, ``scenarios`` as `cells` reads them."""

    claims: Sequence[str] | None = None
    scenarios: Sequence[str] = (OWN,)
    times: Sequence[float] | None = None
    couples: int = 100
    days: int = 28
    reps: int = 100
    seed: int = DEFAULT_SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """The table, and the files written."""

    table: pd.DataFrame
    written: tuple[Path, ...]


def run_calibrate(
    asked: Asked,
    out: Path,
    tell: Tell = lambda _: None,
    jobs: int = 1,
    cluster: str | None = None,
    say: Tell = lambda _: None,
) -> Calibrated:
    """Say how long it will take, run what is missing, write calibration.csv and calibration.html below ``out``."""
    claims = tuple(all_claims()) if asked.claims is None else asked.claims
    designs = cells(claims, asked.scenarios, asked.couples, asked.days, asked.times)
    with room_at(out, tell):
        kept = Replicates(folder=out / FOLDER, seed=asked.seed)
        say(_expected(designs, kept, asked.reps, cores_of(jobs, cluster), tell))
        found = tallies(designs, kept, reps=asked.reps, precision=0.0, jobs=jobs, cluster=cluster, tell=tell)
        table = calibration_table(designs, found)
        files = {
            "calibration.csv": table.to_csv(index=False, lineterminator="\n").encode(),
            "calibration.html": calibration_page(table, package_version()).encode(),
        }
        written = write_all(files, out)
    return Calibrated(table=table, written=tuple(written))


def _expected(designs: Sequence[Design], kept: Replicates, reps: int, cores: int, tell: Tell) -> str:
    """The sentence about time, from a few timed replicates and what is kept already."""
    missing = [max(reps - sum(map(len, kept.read(design))), 0) for design in designs]
    todo = [(design, many) for design, many in zip(designs, missing, strict=True) if many]
    each = seconds_of([design for design, _ in todo], kept.seed, tell)
    seconds = sum(many * one for (_, many), one in zip(todo, each, strict=True)) / cores
    return (
        f"{len(designs)} designs x {reps} replicates, {sum(missing)} still to run: expected to take "
        f"{in_time(seconds)} on {cores} {'core' if cores == 1 else 'cores'}"
    )
