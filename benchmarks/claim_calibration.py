"""How often the verdict on each claim is right where the truth is known.

``python benchmarks/claim_calibration.py [--claims C10,C41] [--reps 200] [--couples 200] [--days 20] [--jobs 1]`` adds
replicates to benchmarks/results/claim_calibration.csv, claim by claim and world by world, until each cell has as many.
It can be stopped at any time and taken up again: replicate r of a cell has the same seed whatever else was run.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from couples_study.claims import claims
from couples_study.contracts.verdict import VERDICTS, Verdict
from couples_study.core.threads import one_thread
from couples_study.planning.claim_replicate import is_right, judged_claim, worlds_of
from couples_study.planning.claim_worlds import estimated_by

STORE = Path(__file__).resolve().parent / "results" / "claim_calibration.csv"
SEED = 20261124
LONG = {"C50": 90}  # days, where a claim is about months
TRIAL = 600  # couples, where they are drawn into arms: the size that trials are planned with
PLANNED = {  # couples, where 200 are too few to show twice the smallest effect once the set is corrected for;
    # C07's diary shows as much as its arms, and 150 couples an arm are what trials of the guide are planned with
    "C07": 300, "C01": 600, "C16": 600, "C21": 2400, "C25": 600, "C26": 600, "C27": 600, "C28": 600, "C54": 600,
    "C59": 800, "C73": 600, "C95": 400, "C99": 400, "C108": 1000, "C109": 600, "C115": 1200,
}  # fmt: skip
FIELDS = ("claim", "family", "world", "couples", "days", "reps", *VERDICTS, "right", "misses")
EVERY = 50  # results between two writes of the file
MISS = "miss: "  # before the reason of a wrong verdict, in a cell's counts
Cell = tuple[str, str, int, int]


def main(words: list[str]) -> int:
    """Add what is missing, in rounds over all cells, and write as it comes."""
    asked = _words(words)
    stored = _stored()
    pairs = [(claim, world) for claim in asked.claims.split(",") for world in worlds_of(claim)]
    cells = [(c, w, couples_of(c, asked.couples), LONG.get(c, asked.days)) for c, w in pairs]
    one_thread()
    with ProcessPoolExecutor(asked.jobs) as pool:
        for number in range(asked.reps):
            wanted = [cell for cell in cells if _done(stored.setdefault(cell, Counter())) <= number]
            for done, (cell, verdict) in enumerate(zip(wanted, pool.map(_judged, wanted, repeat(number)), strict=True)):
                counts = stored[cell]
                counts[verdict.verdict] += 1
                if not is_right(verdict.verdict, cell[1]):
                    counts[f"{MISS}{verdict.reason}"] += 1
                if done % EVERY == 0:
                    _write(stored)
            _write(stored)
            print(f"{number + 1} of {asked.reps}", file=sys.stderr)
    return 0


def _judged(cell: Cell, number: int) -> Verdict:
    claim, world, couples, days = cell
    return judged_claim(claim, world, couples=couples, days=days, seed=SEED + number)


def couples_of(claim: str, usual: int) -> int:
    """How many couples a study of ``claim`` is planned with."""
    by_lot = any(estimated_by(reading).model == "trial" or reading.arm for reading in claims()[claim].reading)
    return PLANNED.get(claim, max(usual, TRIAL) if by_lot else usual)


def _words(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", default=",".join(claims()))
    for name, default in (("reps", 200), ("couples", 200), ("days", 20), ("jobs", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args(words)


def _done(counts: Counter[str]) -> int:
    return sum(counts[verdict] for verdict in VERDICTS)


def _misses(words: str) -> dict[str, int]:
    """``"imprecise 3; multiplicity 1"`` as counts."""
    pairs = [one.rpartition(" ") for one in words.split("; ") if one]
    return {f"{MISS}{name}": int(many) for name, _, many in pairs}


def _stored() -> dict[Cell, Counter[str]]:
    if not STORE.is_file():
        return {}
    with STORE.open(encoding="utf-8", newline="") as file:
        return {
            (row["claim"], row["world"], int(row["couples"]), int(row["days"])): Counter(
                {verdict: int(row[verdict]) for verdict in VERDICTS} | _misses(row.get("misses", ""))
            )
            for row in csv.DictReader(file)
        }


def _write(stored: dict[Cell, Counter[str]]) -> None:
    rows = []
    for (claim, world, couples, days), counts in sorted(
        stored.items(), key=lambda item: (int(item[0][0][1:]), item[0])
    ):
        total = _done(counts)
        if not total:
            continue
        right = sum(counts[verdict] for verdict in VERDICTS if is_right(verdict, world))
        told = {verdict: counts[verdict] for verdict in VERDICTS}
        share = f"{right / total:.3f}"
        row = {"claim": claim, "family": claims()[claim].family, "world": world, "couples": couples, "days": days}
        missed = sorted((name.removeprefix(MISS), many) for name, many in counts.items() if name.startswith(MISS))
        words = "; ".join(f"{name} {many}" for name, many in missed)
        rows.append({**row, "reps": total, **told, "right": share, "misses": words})
    part = STORE.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    part.replace(STORE)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
