"""The first look at every delivered file: from the shelf where it was looked at before, several at a time if asked."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from couples_study.contracts.study import Source
from couples_study.core.errors import AnalysisError, CouplesStudyError, DeliveryError
from couples_study.intake import Delivered, first_look
from couples_study.intake.records import Records
from couples_study.intake.stored import Stored, stored, taken_up
from couples_study.pipeline.deliveries import dictionary_of, files_of, name_of, read_one, sha256_of
from couples_study.pipeline.locate import Place
from couples_study.pipeline.secret import secret_of
from couples_study.pipeline.shelf import Shelf, key_of
from couples_study.privacy.pseudonym import pseudonym
from couples_study.steps.check import Checked

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

IN_MEMORY = 2**29  # deliveries of more bytes than this are kept on the shelf alone, and read again for their held rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class File:
    """One delivered file, and the key under which the shelf keeps it."""

    path: Path
    source: Source
    sha256: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A delivered file that was not read in this run; its rows are fetched from the file when they are needed."""

    path: Path
    source: Source
    place: Place
    file: str
    sha256: str
    columns: tuple[str, ...]
    n_rows: int
    notes: tuple[str, ...]

    def rows(self, numbers: np.ndarray) -> pd.DataFrame:
        return read_one(self.path, self.source, self.place, self.sha256).rows(numbers)


def look(
    checked: Checked,
    place: Place,
    shelf: Shelf,
    jobs: int,
    tell: Callable[[str], None],
    cluster: str | None = None,
) -> tuple[Delivered, frozenset[str]]:
    """The records of every file, by source in the order declared and then by name; and their keys on the shelf."""
    files = [[_file(path, source, checked, place) for path in files_of(source, place)] for source in place.study.source]
    new = [file for own in files for file in own if not shelf.has(file.key)]
    at_hand: dict[str, Records] = {}
    if cluster is not None and new:
        _look_on_cluster(new, checked, place, shelf, cluster, tell)
    elif min(jobs, len(new)) > 1:
        _look_side_by_side(new, checked, place, shelf, jobs, tell)
    else:
        small = sum(file.path.stat().st_size for file in new) <= IN_MEMORY
        for file in new:
            tell(f"reading {file.path.name}")
            records = _look_at(file, checked, place, shelf)
            if small:
                at_hand[file.key] = records
    delivered = tuple(
        tuple(at_hand.pop(f.key) if f.key in at_hand else _from_shelf(f, place, shelf) for f in own) for own in files
    )
    return delivered, frozenset(file.key for own in files for file in own)


def _file(path: Path, source: Source, checked: Checked, place: Place) -> File:
    codebook = dictionary_of(source, place)
    sha256 = sha256_of(path)
    told = sha256_of(codebook) if codebook is not None else ""
    if any(one.do == "hash" for one in source.identifiers.values()):
        told += pseudonym("", secret_of(place))  # another secret, other pseudonyms
    key = key_of(sha256 + name_of(path, place), told, source, place.study, checked.glossary)
    return File(path=path, source=source, sha256=sha256, key=key)


def _look_at(file: File, checked: Checked, place: Place, shelf: Shelf) -> Records:
    records, told = _seen(file, checked, place)
    shelf.put(file.key, stored(records), told)
    return records


def _seen(file: File, checked: Checked, place: Place) -> tuple[Records, dict[str, Any]]:
    export = read_one(file.path, file.source, place, file.sha256)
    records = first_look(place.study, file.source, export, checked.glossary)
    told = {
        "file": export.file,
        "sha256": export.sha256,
        "columns": list(export.columns),
        "n_rows": export.n_rows,
        "notes": list(export.notes),
    }
    return records, told


def _from_shelf(file: File, place: Place, shelf: Shelf) -> Records:
    kept, told = shelf.get(file.key)
    return taken_up(kept, file.source, shelved(told, file.path, file.source, place))


def shelved(told: dict[str, Any], path: Path, source: Source, place: Place) -> Shelved:
    """The delivery of which the shelf told these facts."""
    lists = {"columns": tuple(told["columns"]), "notes": tuple(told["notes"])}
    return Shelved(path=path, source=source, place=place, **{**told, **lists})


_at_hand: list[tuple[Checked, Place, Shelf]] = []


def _look_side_by_side(
    files: list[File], checked: Checked, place: Place, shelf: Shelf, jobs: int, tell: Callable[[str], None]
) -> None:
    """Files in this process and in others beside it, each of which puts what it saw on the shelf.

    This one takes files from the end until nobody waits for one, so it works while the others are still starting.
    A fault is told of the first file that has one, whoever looked at it.
    """
    others = min(jobs, len(files)) - 1
    pool = ProcessPoolExecutor(others, get_context("spawn"), initializer=_begin, initargs=(checked, place, shelf))
    faults: dict[File, CouplesStudyError] = {}
    try:
        theirs = {file: pool.submit(_look_and_put, file) for file in files}
        for file in reversed(files):
            if theirs[file].cancel():
                tell(f"reading {file.path.name}")
                try:
                    _look_at(file, checked, place, shelf)
                except CouplesStudyError as error:
                    faults[file] = error
        for file in files:
            if file in faults:
                raise faults[file]
            if not theirs[file].cancelled():
                theirs[file].result()
                tell(f"read {file.path.name}")
    except BrokenProcessPool as error:
        raise AnalysisError(
            f"--jobs {jobs}", found="a process that ended before its file was read", do="try again with fewer jobs"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _look_on_cluster(
    files: list[File], checked: Checked, place: Place, shelf: Shelf, cluster: str, tell: Callable[[str], None]
) -> None:
    """Files looked at by a cluster's workers, which find them at the same place; what they saw is put on our shelf."""
    from couples_study.pipeline.workers import answers

    there = replace(place, folder=place.folder.resolve(), data=place.data.resolve())
    found = [replace(file, path=there.data / name_of(file.path, place)) for file in files]
    with answers(_look_there, found, cluster=cluster, shared=(checked, there)) as done:
        for number, (file, (kept, told)) in enumerate(zip(files, done, strict=True), start=1):
            shelf.put(file.key, kept, told)
            tell(f"read {file.path.name} ({number} of {len(files)})")


def _look_there(shared: tuple[Checked, Place], file: File) -> tuple[Stored, dict[str, Any]]:
    checked, place = shared
    if sha256_of(file.path) != file.sha256:
        raise DeliveryError(
            str(file.path), expected="the same file on every worker", found="another of that name",
            do="give all workers the same disk",
        )  # fmt: skip
    records, told = _seen(file, checked, place)
    return stored(records), told


def _begin(checked: Checked, place: Place, shelf: Shelf) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _at_hand[:] = [(checked, place, shelf)]


def _look_and_put(file: File) -> None:
    checked, place, shelf = _at_hand[0]
    _look_at(file, checked, place, shelf)
