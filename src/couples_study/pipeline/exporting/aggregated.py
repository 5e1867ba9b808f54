"""For those who are to see no person's answers: tables with small cells suppressed, results, and synthetic data."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from couples_study.codebook.released import Told, answers_table, numbers_table, released_tables
from couples_study.codebook.synthetic import Shape, synthetic
from couples_study.contracts.evidence import Counts, Evidence, NotTestable
from couples_study.contracts.verdict import Verdict
from couples_study.measures import Frames
from couples_study.measures.frames import PANELS
from couples_study.pipeline.exporting.content import Opened, as_csv
from couples_study.privacy.release import coarsened, to_five
from couples_study.privacy.told import COUNTS, told, told_figure
from couples_study.report.answer import answered
from couples_study.steps.estimate import Found
from couples_study.steps.judge import decide

VERDICT = ("id", "statement", "verdict", "reason", "direction", "strength", "status", "sentence")


def tables_of(opened: Opened, frames: Frames) -> tuple[Told, dict[str, str]]:
    """How answers lie, as it may leave the project, and the CSV files of it."""
    found = released_tables(frames.named(), opened.checked.glossary)
    return found, {"numbers.csv": as_csv(numbers_table(found)), "answers.csv": as_csv(answers_table(found))}


def synthetic_files(opened: Opened, frames: Frames, tables: Told) -> dict[str, str]:
    """Frames of the study's shape with nobody in them."""
    roles = tuple(sorted(map(str, frames.people["role"].dropna().unique()))) or ("A", "B")
    times = {name: sorted({int(t) for t in one["time"]}) for name, one in frames.named().items() if name in PANELS}
    shape = Shape(
        couples=to_five(len(frames.couples)),
        roles=roles,
        times=times,
        varying=frames.varying,
        by=opened.checked.study.dyads.by,
    )
    made = synthetic(tables.frames, shape, opened.checked.glossary, opened.checked.setting.seed)
    return {f"{name}.csv": as_csv(_as_frame(one, frames.named()[name])) for name, one in made.items()}


def _as_frame(made: pd.DataFrame, real: pd.DataFrame) -> pd.DataFrame:
    """The columns of the real frame, in its order; what is only a name for time or a date is made from time."""
    for name in ("day", "wave", "week"):
        if name in real and name not in made and "time" in made:
            made = made.assign(**{name: made["time"]})
    if "weekend" in real and "weekend" not in made and "time" in made:
        made = made.assign(weekend=(made["time"] % 7 >= 5).astype("float64"))
    return made[[name for name in real.columns if name in made]]


def results_of(opened: Opened, found: Found) -> tuple[tuple[Verdict, ...], dict[str, str]]:
    """The verdicts with their sentences, and their table; numbers of couples and rows at the nearest five."""
    shown = {key: _coarse_evidence(told(one)) for key, one in found.items()}
    said = tuple(answered(_coarse(one), shown) for one in decide(opened.checked, found))
    table = pd.DataFrame([{name: getattr(one, name) or "" for name in VERDICT} for one in said], columns=list(VERDICT))
    return said, {"verdicts.csv": as_csv(table)}


def coefficients_of(found: Found) -> dict[str, str]:
    """Every coefficient of every model; degrees of freedom, which count couples, at the nearest five."""
    rows = [
        {"result": key, **row}
        for key, one in found.items()
        if isinstance(one, Evidence)
        for row in one.tidy().to_dict("records")
    ]
    if not rows:
        return {}
    return {"coefficients.csv": as_csv(coarsened(pd.DataFrame(rows), ["df"]))}


def figures_of(found: Found) -> dict[str, str]:
    """The numbers behind figures that draw answers: small rows left out, counts at the nearest five."""
    files = {}
    for key, one in found.items():
        if isinstance(one, NotTestable) or one.figure is None:
            continue
        frames = [
            coarsened(frame, COUNTS).assign(part=name)
            for name, frame in told_figure(one.figure).frames.items()
            if len(frame) and name != "profile"
        ]
        if frames:
            files[f"{key}.csv"] = as_csv(pd.concat(frames, ignore_index=True))
    return files


def _coarse(verdict: Verdict) -> Verdict:
    readings = tuple(_coarse(one) for one in verdict.readings)
    counts = None if verdict.counts is None else _coarse_counts(verdict.counts)
    return replace(verdict, readings=readings, counts=counts)


def _coarse_evidence(one: Evidence | NotTestable) -> Evidence | NotTestable:
    return one if isinstance(one, NotTestable) else replace(one, counts=_coarse_counts(one.counts))


def _coarse_counts(counts: Counts) -> Counts:
    days = (counts.days_scheduled, counts.days_answered, counts.days_used)
    scheduled, done, used = (None if n is None else to_five(n) for n in days)
    return replace(
        counts, couples=to_five(counts.couples), people=to_five(counts.people), n_obs=to_five(counts.n_obs),
        days_scheduled=scheduled, days_answered=done, days_used=used,
    )  # fmt: skip
