"""A small study of four couples whose ids nothing else is called, as text, wide and in Parquet; and trees compared."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet
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


class Apart:
    """A process of its own in ``folder`` that runs ``script``; forked from one in which the package is loaded."""

    def __init__(self, script: str, folder: Path, words: tuple[str, ...]) -> None:
        self._process = FORKED.Process(target=_in_child, args=(script, str(folder), words))
        self._process.start()

    def wait(self) -> int:
        """The exit code; negative for the signal that ended it."""
        self._process.join()
        return int(self._process.exitcode or 0)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["couples_study.pipeline.withdraw", "couples_study.cli.commands", "pyarrow.parquet"])


def _in_child(script: str, folder: str, words: tuple[str, ...]) -> None:
    os.chdir(folder)
    os.environ["COUPLES_STUDY_SECRETS"] = str(Path(folder).parent / "secrets")
    sys.argv = ["-c", *words]
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        exec(compile(script, "script", "exec"), {"__name__": "__main__"})  # noqa: S102 (the tests' own)


def apart(script: str, folder: Path, *words: str) -> Apart:
    """A process in ``folder`` that runs ``script``."""
    return Apart(script, folder, words)
