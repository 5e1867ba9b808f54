"""A small study of four couples whose ids nothing else is called, as text, wide and in Parquet; and trees compared."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet
from tests.shared_data import REPOSITORY
from tests.small_studies import DYADS, HEAD, write_study

SOURCES = """
[[source]]
reader = "csv"
files = "people.csv"
table = "people"
keys = { couple = "dyad", person = "pid" }

[[source]]
reader = "csv"
files = "diary_*.csv"
table = "diary_days"
keys = { couple = "dyad", person = "pid", day = "day" }
columns = { stress_day = "stress" }
missing = { -99 = "refused" }

[[source]]
reader = "parquet"
files = "weekly.parquet"
table = "survey_waves"
keys = { couple = "dyad", person = "pid", week = "week" }
columns = { resentment_3 = "resent" }

[[source]]
reader = "csv"
files = "couples.csv"
table = "couples"
keys = { couple = "dyad" }
columns = { children_n = "children" }
"""
TOML = HEAD + DYADS + SOURCES
COUPLES = ("K101", "K102", "K103", "K104")
ANSWER = "7.25"  # what only one person said


def study(folder: Path, without: tuple[str, ...] = (), without_couples: tuple[str, ...] = ()) -> Path:
    """The study as if some people, and what their couples said together, had never been in it."""
    people = [(couple, f"{couple}{letter}", sex) for couple in COUPLES for letter, sex in (("x", "f"), ("y", "m"))]
    there = [one for one in people if one[1] not in without]
    rows = [f"{couple},{pid},{sex},3{number}\r\n" for number, (couple, pid, sex) in enumerate(people)]
    kept = [row for row, one in zip(rows, people, strict=True) if one in there]
    months = {
        f"diary_{month}.csv": '"dyad";"pid";"day";"stress"\n'
        + "".join(
            f'"{couple}";"{pid}";"{day}";"{ANSWER if pid == "K102y" else day + 10}"\n'
            for couple, pid, _ in there
            for day in days
        )
        for month, days in (("march", range(3)), ("april", range(3, 5)))
    }
    weekly = [(couple, pid, week) for couple, pid, _ in there for week in range(2)]
    together = "".join(f"{couple},{n % 2}\n" for n, couple in enumerate(COUPLES) if couple not in without_couples)
    files: dict[str, str | bytes] = {
        "people.csv": "dyad,pid,sex,age\r\n" + "".join(kept),
        **months,
        "weekly.parquet": _parquet(weekly),
        "couples.csv": "dyad,children\n" + together,
    }
    return write_study(folder, TOML, files)


def _parquet(rows: list[tuple[str, str, int]]) -> bytes:
    names = ("dyad", "pid", "week")
    table = pa.table({name: [row[n] for row in rows] for n, name in enumerate(names)} | {"resent": [3] * len(rows)})
    sink = io.BytesIO()
    parquet.write_table(table, sink)
    return sink.getvalue()


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below ``folder``, the log of withdrawals aside."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "withdrawals.csv"
    }


def apart(script: str, folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A Python process in ``folder`` that runs ``script``."""
    found = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src"), "OPENBLAS_NUM_THREADS": "1"}
    found["COUPLES_STUDY_SECRETS"] = str(folder.parent / "secrets")
    return subprocess.Popen(
        [sys.executable, "-c", script, *words],
        cwd=folder,
        env=found,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
