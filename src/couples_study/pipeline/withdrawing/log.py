"""``withdrawals.csv``: a pseudonym, a date and counts of each withdrawal, and nothing else."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from couples_study.core.paths import WITHDRAWALS
from couples_study.pipeline.withdrawing.journal import Journal

HEADER = ("pseudonym", "date", "scope", "files", "rows", "cells")


def logged(folder: Path) -> list[list[str]]:
    """The withdrawals so far, one row each."""
    path = folder / WITHDRAWALS
    if not path.is_file():
        return []
    return list(csv.reader(io.StringIO(path.read_text("utf-8"))))[1:]


def log(folder: Path, journal: Journal) -> None:
    """Add a withdrawal, once, by replacing the file as a whole."""
    rows = logged(folder)
    if any(row[0] == journal.pseudonym and row[2] == journal.scope for row in rows):
        return
    counts = (len(journal.files), journal.rows, journal.cells)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([HEADER, *rows, (journal.pseudonym, journal.date, journal.scope, *counts)])
    half = folder / f".{WITHDRAWALS}.half"
    half.write_text(text.getvalue(), "utf-8", newline="")
    half.replace(folder / WITHDRAWALS)
