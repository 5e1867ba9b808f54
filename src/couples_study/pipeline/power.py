"""The power command's work: which claims or hypothesis, the replicates, and the files that say what came of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from couples_study.claims import claims
from couples_study.core.paths import STUDY_FILE
from couples_study.core.seeds import DEFAULT_SEED
from couples_study.pipeline.locate import locate
from couples_study.pipeline.replicates import FOLDER, Replicates, Tell, tallies
from couples_study.pipeline.room import room_at
from couples_study.pipeline.write import write_all
from couples_study.planning.designs import Subject, worlds_for
from couples_study.planning.power import designs_of, power_table

if TYPE_CHECKING:
    import pandas as pd

TARGET, PRECISION = 0.80, 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What power is asked for: ``words`` is a claim, several with commas between, all, or STUDY:hypothesis."""

    words: str
    couples: Sequence[int] = (100,)
    days: Sequence[int] = (28,)
    attrition: Sequence[float] = (0.0,)
    times: Sequence[float] | None = None
    scenario: str | None = None
    spread: tuple[tuple[str, float], ...] = ()
    reps: int = 1000
    precision: float = PRECISION
    target: float = TARGET
    seed: int = DEFAULT_SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Powered:
    """What came of it: the table, the same as JSON, the sentences, and the files written."""

    table: pd.DataFrame
    json: str
    sentences: tuple[str, ...]
    written: tuple[Path, ...]


def run_power(
    asked: Asked, out: Path, tell: Tell = lambda _: None, jobs: int = 1, cluster: str | None = None
) -> Powered:
    """Run what is missing, and write power.csv, power.json and power.svg below ``out``."""
    from couples_study.report.power_figure import plot_power
    from couples_study.report.power_words import recommendations
    from couples_study.report.svg import to_svg

    subjects = subjects_of(asked.words, asked.spread)
    designs = designs_of(subjects, asked.couples, asked.days, asked.attrition, asked.times, asked.scenario)
    with room_at(out, tell):
        kept = Replicates(folder=out / FOLDER, seed=asked.seed)
        found = tallies(
            designs, kept, reps=asked.reps, precision=asked.precision, jobs=jobs, cluster=cluster, tell=tell
        )
        table = power_table(designs, found)
        said = recommendations(table, asked.target)
        told = _as_json(asked, table, said)
        files = {
            "power.csv": table.to_csv(index=False, lineterminator="\n").encode(),
            "power.json": told.encode(),
            "power.svg": to_svg(plot_power(table, asked.target)),
        }
        written = write_all(files, out)
    return Powered(table=table, json=told, sentences=tuple(said), written=tuple(written))


def subjects_of(words: str, spread: tuple[tuple[str, float], ...] = ()) -> tuple[Subject, ...]:
    """The claims named, all that have worlds, or a study's own hypothesis (STUDY:hypothesis)."""
    if ":" in words:
        study, _, hypothesis = words.rpartition(":")
        text = (locate(study).folder / STUDY_FILE).read_text("utf-8-sig")
        return (Subject(id=hypothesis, study=text, spread=tuple(sorted(spread))),)
    if words == "all":
        return tuple(one for one in map(_claim, claims()) if worlds_for(one))
    return tuple(_claim(one.strip()) for one in words.split(",") if one.strip())


def _claim(claim: str) -> Subject:
    return Subject(id=claim)


def _as_json(asked: Asked, table: pd.DataFrame, said: Sequence[str]) -> str:
    rows = json.loads(table.to_json(orient="records", double_precision=15))
    told = {
        "claim": asked.words, "seed": asked.seed, "target": asked.target, "precision": asked.precision,
        "reps": asked.reps, "recommendations": list(said), "rows": rows,
    }  # fmt: skip
    return json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
