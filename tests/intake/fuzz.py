"""The long run over damaged studies: ``python -m tests.intake.fuzz [--inputs 20000] [--minutes 10] [--only csv:7]``.

Every study of `damaged_studies` in turn, each input a number that can be done again by itself with ``--only``. The run
may be stopped at any time and goes on where it stopped, as long as the code that takes data in is the same; what it
found stands in ``benchmarks/results/fuzz_intake.json``, and the table of docs/intake.md is written from there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from tests.intake.damaged_studies import fixtures, mutant, says_no_answer, taken_in, whole_run, write
from tests.shared_data import REPOSITORY

from couples_study.pipeline.code import code_hash

FOUND = REPOSITORY / "benchmarks" / "results" / "fuzz_intake.json"
PAGE = REPOSITORY / "docs" / "intake.md"
BEGIN, END = "<!-- written by make fuzz -->", "<!-- end -->"
WHOLE_RUN_EVERY = 12
SAVE_EVERY = 200
CODE = ("contracts", "core", "intake", "pipeline", "privacy", "readers", "steps", "tables")


def begun() -> dict[str, Any]:
    """Where the last run over the same code stopped, or nothing yet."""
    nothing = {"code": code_hash(*CODE), "inputs": 0, "whole_runs": 0, "slowest": [0.0, ""],
               "ends": {}, "kinds": {}, "faults": []}  # fmt: skip
    if not FOUND.is_file():
        return nothing
    found = json.loads(FOUND.read_text("utf-8"))
    return found if found["code"] == nothing["code"] else nothing


def one(name: str, number: int, folder: Path, kinds: Counter[str]) -> tuple[str, bool]:
    """The end of one damaged study, and whether the whole command was run on it, too."""
    fixture = fixtures()[name]
    write(fixture, folder, *mutant(fixture, number, lambda kind: kinds.update([kind])))
    end = taken_in(folder, fixture.tells)
    whole = end != "refused" and number % WHOLE_RUN_EVERY == 0
    if whole:
        with TemporaryDirectory() as out:
            whole_run(folder, Path(out) / "out", fixture.tells)
    return end, whole


def run(inputs: int, minutes: float) -> dict[str, Any]:
    """Inputs until there are so many, or until the time is over."""
    found, until = begun(), time.monotonic() + 60 * minutes
    kinds, names = Counter(found["kinds"]), [*fixtures()]
    with TemporaryDirectory() as work, _printed() as printed:
        folders = {name: Path(work) / name for name in names}
        for folder in folders.values():
            folder.mkdir()
        while found["inputs"] < inputs and time.monotonic() < until:
            number, place = divmod(found["inputs"], len(names))
            name, began = names[place], time.process_time()
            try:
                end, whole = one(name, number, folders[name], kinds)
                says_no_answer(printed(), fixtures()[name].tells, "what was printed")
            except Exception as error:  # noqa: BLE001 (any is a finding)
                end, whole = "fault", False
                found["faults"].append([f"{name}:{number}", _told(error)])
            found["slowest"] = max(found["slowest"], [round(time.process_time() - began, 2), f"{name}:{number}"])
            ends = found["ends"].setdefault(name, {})
            ends[end] = ends.get(end, 0) + 1
            found["whole_runs"] += whole
            found["inputs"] += 1
            if found["inputs"] % SAVE_EVERY == 0:
                _save(found, kinds)
    _save(found, kinds)
    return found


def _told(error: Exception) -> str:
    """The kind of error and where in our code it arose, without its words."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "couples" in frame.filename]
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "the checks"
    return f"{type(error).__name__} in {place}" + (f", {error}" if isinstance(error, AssertionError) else "")


@contextmanager
def _printed() -> Iterator[Callable[[], str]]:
    """What is printed on either stream, also by libraries in C, is caught; the call gives what came since the last."""
    with TemporaryFile() as file:
        sys.stdout.flush()
        kept = {stream: os.dup(stream) for stream in (1, 2)}

        def since() -> str:
            sys.stdout.flush()
            file.seek(0)
            text = file.read().decode("utf-8", "replace")
            file.truncate(0)
            file.seek(0)
            return text

        try:
            for stream in kept:
                os.dup2(file.fileno(), stream)
            yield since
        finally:
            for stream, own in kept.items():
                os.dup2(own, stream)
                os.close(own)


def _save(found: dict[str, Any], kinds: Counter[str]) -> None:
    told = {**found, "kinds": dict(sorted(kinds.items()))}
    half = FOUND.with_suffix(".half")
    half.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8")
    half.replace(FOUND)


def page_part(found: dict[str, Any]) -> str:
    """What docs/intake.md says of the run."""
    ends = Counter()
    for counts in found["ends"].values():
        ends.update(counts)
    lines = [
        f"| damaged studies taken in, of {len(found['ends'])} fixtures | {found['inputs']:,} |",
        f"| by the code with the hash | {found['code'][:12]} |",
        f"| of them by the whole command, page and all | {found['whole_runs']:,} |",
        *(f"| {word} | {ends[end]:,} |" for word, end in (
            ("refused with a message", "refused"), ("taken, some rows held", "held"), ("taken whole", "taken"),
            ("tracebacks, rows that do not add up, answers repeated", "fault"))),
        f"| slowest (processor time) | {found['slowest'][0]:.1f} s |",
        *(f"| damage: {kind} | {count:,} |" for kind, count in found["kinds"].items()),
    ]  # fmt: skip
    return "\n".join(["| what | number |", "|---|---|", *lines])


def write_page(found: dict[str, Any]) -> None:
    text = PAGE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{page_part(found)}\n\n{END}{rest.split(END)[1]}", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=20_700)
    parser.add_argument("--minutes", type=float, default=10_000)
    parser.add_argument("--page", action="store_true", help="write docs/intake.md from what was found, and do no more")
    parser.add_argument("--only", help="one input again, as STUDY:NUMBER, with its traceback")
    chosen = parser.parse_args()
    if chosen.only:
        name, number = chosen.only.split(":")
        kinds: Counter[str] = Counter()
        with TemporaryDirectory() as folder:
            print(*one(name, int(number), Path(folder), kinds), dict(kinds))
        return 0
    found = json.loads(FOUND.read_text("utf-8")) if chosen.page else run(chosen.inputs, chosen.minutes)
    write_page(found)
    print(
        f"{found['inputs']:,} inputs, {len(found['faults'])} faults, slowest {found['slowest'][0]} s ({found['slowest'][1]})"
    )
    for where, told in found["faults"]:
        print(f"  {where}: {told}")
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
