"""How answers lie, as it may leave the project: counts in steps of five, means told coarsely, partners kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from couples_study.codebook.distribution import Bounds, Cell, Distribution, distribution, reach_of
from couples_study.core.columns import Glossary
from couples_study.privacy.recognition import reads_off
from couples_study.privacy.release import to_five
from couples_study.privacy.small_cells import SUPPRESSED, coarse_step, to_step

HIDDEN = "not told"
TABLED = ("number", "count", "flag", "code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Distributions by frame and column, why others are blocked, and how many cells are suppressed."""

    frames: Mapping[str, Mapping[str, Distribution]]
    blocked: Mapping[str, str]
    suppressed: int


def released_tables(frames: Mapping[str, pd.DataFrame], columns: Glossary) -> Told:
    """Every column of numbers, flags and codes whose table would not tell a partner the other's answer."""
    told: dict[str, dict[str, Distribution]] = {}
    blocked: dict[str, str] = {}
    for name, frame in frames.items():
        told[name] = {}
        for column in [one for one in frame.columns if one in columns and columns[one].kind in TABLED]:
            found, why = _released(frame, column, columns[column].kind, (columns[column].low, columns[column].high))
            if why:
                blocked[f"{name}.{column}"] = why
            told[name][column] = Distribution(n=None, n_people=None, n_missing=None) if why else found
    hidden = sum(cell.n is None for one in told.values() for two in one.values() for cell in two.cells)
    return Told(frames=told, blocked=blocked, suppressed=hidden)


def _released(frame: pd.DataFrame, column: str, kind: str, bounds: Bounds) -> tuple[Distribution, str | None]:
    people = frame["person_id" if "person_id" in frame else "couple_id"]
    found = distribution(frame[column], people, kind, bounds)
    there = frame[frame[column].notna()]
    answers = there.groupby(people[there.index], sort=False)[column]
    steady = bool(answers.nunique().le(1).all())
    counts = answers.first().value_counts().tolist() if steady else []
    why = reads_off(counts, int(there["couple_id"].nunique()))
    if why or found.n is None:
        return found, why or "too few people"
    return _coarse(found, bounds), None


def _coarse(found: Distribution, bounds: Bounds) -> Distribution:
    cells = tuple(Cell(label=cell.label, n=_five(cell.n)) for cell in found.cells)
    told = replace(
        found, n=_five(found.n), n_people=_five(found.n_people), n_missing=_five(found.n_missing), cells=cells,
        quartiles=None,
    )  # fmt: skip
    if found.mean is None or not found.n:
        return told
    step = coarse_step(reach_of(found.sd, bounds), found.n)
    return replace(told, mean=to_step(found.mean, step), sd=None if found.sd is None else to_step(found.sd, step))


def _five(n: int | None) -> int | None:
    return None if n is None else to_five(n)


def numbers_table(told: Told) -> pd.DataFrame:
    """One row per column: answers, people, missing answers, mean and SD."""
    return pd.DataFrame(
        list(_numbers(told)), columns=["frame", "column", "n", "people", "missing", "mean", "sd"], dtype="str"
    )


def _numbers(told: Told) -> Iterator[tuple[object, ...]]:
    for name, columns in told.frames.items():
        for column, one in columns.items():
            if f"{name}.{column}" in told.blocked:
                yield name, column, HIDDEN, HIDDEN, HIDDEN, "", ""
                continue
            counts = (SUPPRESSED if n is None else str(n) for n in (one.n, one.n_people, one.n_missing))
            yield name, column, *counts, *("" if value is None else repr(value) for value in (one.mean, one.sd))


def answers_table(told: Told) -> pd.DataFrame:
    """One row per bar: the answer, or the ends of a bin, and how many; over both partners together."""
    rows = [
        (name, column, cell.label, HIDDEN if cell.n is None else str(cell.n))
        for name, columns in told.frames.items()
        for column, one in columns.items()
        for cell in one.cells
    ]
    return pd.DataFrame(rows, columns=["frame", "column", "answer", "n"], dtype="str")
