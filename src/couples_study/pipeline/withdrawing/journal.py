"""The journal of one withdrawal: written whole before anything is changed, so that a stopped one can be finished.

Everything of the journal can be done twice. Files are staged in a folder of the study and moved in one by one; which
of them are there already is told by their hashes.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from couples_study.core.errors import DeliveryError
from couples_study.pipeline.deliveries import sha256_of
from couples_study.pipeline.withdrawing.raw import Change

JOURNAL = "journal.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where a run of the study wrote: its folders, what it was, its claims, and what it said."""

    data: str
    pages: str
    own: bool
    report: bool
    claims: tuple[str, ...] | None = None
    verdicts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What a withdrawal does. It is the last place that has the person's ids (``named``), and goes at the end."""

    pseudonym: str
    called: tuple[str, ...]
    named: tuple[str, ...]
    scope: str
    date: str
    files: tuple[dict[str, Any], ...]
    rooms: tuple[Room, ...]
    notebooks: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return sum(one["rows"] for one in self.files)

    @property
    def cells(self) -> int:
        return sum(one["cells"] for one in self.files)


def begin(work: Path, journal: Journal, changes: list[Change]) -> None:
    """Stage the new files, then write the journal; from here on the withdrawal will be finished."""
    for number, change in enumerate(changes):
        if change.content is not None:
            _write(work / f"{number}.staged", change.content)
    _write(work / f"{JOURNAL}.half", json.dumps(asdict(journal), sort_keys=True).encode())
    (work / f"{JOURNAL}.half").replace(work / JOURNAL)
    _sync_folder(work)


def entries_of(changes: list[Change]) -> tuple[dict[str, Any], ...]:
    """What the journal keeps of the changes."""
    return tuple(
        {"name": one.name, "before": one.before, "after": one.after, "rows": one.rows, "cells": one.cells}
        for one in changes
    )


def pending(work: Path) -> Journal | None:
    """The journal of a withdrawal that was stopped; what was staged without one is thrown away."""
    if (work / JOURNAL).is_file():
        told = json.loads((work / JOURNAL).read_text("utf-8"))
        rooms = tuple(
            Room(**{**one, "claims": None if one["claims"] is None else tuple(one["claims"])})
            for one in told.pop("rooms")
        )
        lists: dict[str, Any] = {name: tuple(told.pop(name)) for name in ("called", "named", "files", "notebooks")}
        return Journal(rooms=rooms, **lists, **told)
    for left in work.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    return None


def move_in(work: Path, journal: Journal, data: Path) -> None:
    """Put every staged file in its place, those that are there already left alone."""
    for number, one in enumerate(journal.files):
        path, staged = data / one["name"], work / f"{number}.staged"
        if not one["after"]:
            path.unlink(missing_ok=True)
        elif staged.is_file():
            _require_known(path, one)
            shutil.copymode(path, staged)
            staged.replace(path)
        _sync_folder(path.parent)


def _require_known(path: Path, entry: dict[str, Any]) -> None:
    if sha256_of(path) not in (entry["before"], entry["after"]):
        raise DeliveryError(
            str(path),
            expected="the file that a withdrawal began to change",
            found="another one: it was changed since",
            do=f"remove {path.parent / '.withdrawal'} and withdraw again",
        )


def end(work: Path) -> None:
    """Forget the journal, then its folder."""
    (work / JOURNAL).unlink()
    _sync_folder(work)
    shutil.rmtree(work)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
