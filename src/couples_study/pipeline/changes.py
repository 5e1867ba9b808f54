"""What is different from the last intake, told on the way and written nowhere: files new, gone, changed, and where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from couples_study.core.errors import listed
from couples_study.intake import Delivered
from couples_study.intake.records import Records
from couples_study.intake.stored import taken_up
from couples_study.pipeline.locate import Place
from couples_study.pipeline.looking import shelved
from couples_study.pipeline.shelf import FACTS, Shelf

MOST_ROWS = 12


def changes(ledger: Path, delivered: Delivered, place: Place, shelf: Shelf) -> tuple[str, ...]:
    """Lines about deliveries since the intake that wrote ``ledger``; none where there was no such intake."""
    before = _before(ledger)
    if before is None:
        return ()
    now = {records.export.file: records for files in delivered for records in files}
    return tuple(_lines(before, now, place, shelf))


def _before(ledger: Path) -> dict[str, str] | None:
    try:
        told = json.loads(ledger.read_text("utf-8"))
        return {entry["file"]: entry["sha256"] for entry in told["sources"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _lines(before: dict[str, str], now: dict[str, Records], place: Place, shelf: Shelf) -> Iterator[str]:
    for file in sorted(before.keys() - now.keys()):
        yield f"gone: {file}"
    for file, records in sorted(now.items()):
        if file not in before:
            yield f"new: {file}, {records.export.n_rows} rows"
        elif before[file] != records.export.sha256:
            yield f"replaced: {file}, {_difference(before[file], records, place, shelf)}"


def _difference(sha256: str, records: Records, place: Place, shelf: Shelf) -> str:
    old = _shelved(records.export.file, sha256, records, place, shelf)
    if old is None:
        return f"now {records.export.n_rows} rows"
    old_said, new_said = _said(old), _said(records)
    rows = np.unique(records.row[~np.isin(new_said, old_said)])
    gone = len(np.unique(old.row[~np.isin(old_said, new_said)]))
    shown = listed(rows.tolist(), MOST_ROWS)
    return f"{len(rows)} rows new or different ({shown}), {gone} earlier rows gone or different"


def _shelved(file: str, sha256: str, like: Records, place: Place, shelf: Shelf) -> Records | None:
    """The file as it was before, if the shelf still has it."""
    for folder in sorted(shelf.folder.iterdir()) if shelf.folder.is_dir() else []:
        told = _delivery(folder)
        if told is not None and (told["file"], told["sha256"]) == (file, sha256):
            kept, _ = shelf.get(folder.name)
            return taken_up(kept, like.source, shelved(told, place.data / file, like.source, place))
    return None


def _delivery(folder: Path) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads((folder / FACTS).read_text("utf-8"))["delivery"]
    except (OSError, ValueError, KeyError):
        return None
    return told


def _said(records: Records) -> np.ndarray:
    """A hash of each record: whose it is, of when, what it says, and whether it was understood."""
    whos = records.whos.iloc[records.who].reset_index(drop=True)[["couple_id", "_person", "_by"]]
    said = {name: pd.Series(answer.rows(np.arange(len(records)))) for name, answer in sorted(records.answers.items())}
    times = {name: pd.Series(getattr(records, name)) for name in ("time", "date", "entered")}
    there = {name: values for name, values in times.items() if len(values) == len(records)}
    frame = pd.DataFrame({**whos, **said, **there, "held": records.held()})
    return pd.util.hash_pandas_object(frame, index=False).to_numpy()
