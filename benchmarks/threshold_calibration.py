"""Run the calibration of rule R8 in parts and append each part to benchmarks/results/threshold_calibration.csv.

usage: threshold_calibration.py [--reps 2000] [--other-reps 2000] [--readings within ...] [--traps none ...]
                                [--couples 200 ...] [--truths null ...] [--share 0/1]

Parts that are already in the file are not run again, so it can be stopped and started at any time; several processes
take different shares (``--share 0/2`` and ``--share 1/2``). ``python tools/make_validation.py`` writes the table.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from couples_study.planning.threshold_calibration import COUNTED, Cell, counts_together
from couples_study.planning.threshold_cells import cells, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RESULTS = Path(__file__).parent / "results" / "threshold_calibration.csv"
KEYS = ("reading", "truth", "trap", "couples", "days", "scale")
FIRST_PART, PART = 10, 250  # the first part is small: tests run it again


def parts(reps: int) -> Iterator[tuple[int, int]]:
    """(first replicate, number of replicates) of every part; the last one is whole even where fewer were asked for."""
    if reps > 0:
        yield 0, FIRST_PART
    if reps > FIRST_PART:
        yield FIRST_PART, PART - FIRST_PART
    yield from ((first, PART) for first in range(PART, reps, PART))


def key_of(cell: Cell) -> tuple[str, ...]:
    return tuple(str(getattr(cell, name)) for name in KEYS)


def done(path: Path) -> set[tuple[str, ...]]:
    if not path.exists():
        return set()
    with path.open(newline="", encoding="utf-8") as file:
        return {tuple(row[name] for name in (*KEYS, "first")) for row in csv.DictReader(file)}


def append(path: Path, counts: Mapping[Cell, Mapping[str, int | None]], first: int, reps: int) -> None:
    """One line a cell, at once; what was not computed is left empty."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    if not path.exists():
        writer.writerow([*KEYS, "first", "reps", *COUNTED])
    for cell, found in counts.items():
        writer.writerow([*(getattr(cell, name) for name in KEYS), first, reps, *(found[name] for name in COUNTED)])
    with path.open("a", newline="", encoding="utf-8") as file:
        file.write(lines.getvalue())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reps", type=int, default=2000, help="replicates of the cells that a bar is set for")
    parser.add_argument("--other-reps", type=int, default=2000, help="replicates of all other cells")
    parser.add_argument("--truths", nargs="+", help="these truths only")
    parser.add_argument("--traps", nargs="+", help="these traps only; none is one of them")
    parser.add_argument("--couples", nargs="+", type=int, help="these numbers of couples only")
    parser.add_argument("--readings", nargs="+", default=["within", "between", "necessity", "dose"])
    parser.add_argument("--share", default="0/1", help="which of how many processes this is")
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args()
    mine, of = (int(part) for part in asked.share.split("/"))
    asked.out.parent.mkdir(exist_ok=True)
    planned = [one for one in cells(asked.readings) if one.cell.truth in (asked.truths or [one.cell.truth])]
    for number, group in enumerate(together(planned)):
        one = group[0]
        traps, couples = asked.traps or [one.cell.trap], asked.couples or [one.cell.couples]
        if number % of != mine or one.cell.trap not in traps or one.cell.couples not in couples:
            continue
        for first, reps in parts(asked.reps if one.bar else asked.other_reps):
            known = done(asked.out)
            missing = [planned.cell for planned in group if (*key_of(planned.cell), str(first)) not in known]
            if not missing:
                continue
            began = time.perf_counter()
            append(asked.out, counts_together(missing, first, reps, support_only=one.support_only), first, reps)
            what = f"{one.cell.reading}, {one.cell.trap}, {one.cell.couples} couples, from {first}"
            print(
                f"{what}: {len(missing)} x {reps} in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True
            )


if __name__ == "__main__":
    main()
