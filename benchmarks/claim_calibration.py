"""How often the verdict on each claim is right where the truth is known.

``python benchmarks/claim_calibration.py [--claims C10,C41] [--reps 200] [--couples 200] [--days 20]`` adds replicates
to benchmarks/results/claim_calibration.csv, claim by claim and world by world, until each cell has as many. It can be
stopped at any time and taken up again: replicate r of a cell has the same seed whatever else was run.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from couples_study.claims import claims
from couples_study.contracts.verdict import VERDICTS
from couples_study.planning.claim_replicate import is_right, judged_claim, worlds_of
from couples_study.planning.claim_worlds import estimated_by

STORE = Path(__file__).resolve().parent / "results" / "claim_calibration.csv"
SEED = 20261124
LONG = {"C50": 90}  # days, where a claim is about months
TRIAL = 600  # couples, where they are drawn into arms: the size that trials are planned with
FIELDS = ("claim", "family", "world", "couples", "days", "reps", *VERDICTS, "right", "misses")
MISS = "miss: "  # before the reason of a wrong verdict, in a cell's counts
Cell = tuple[str, str, int, int]


def main(words: list[str]) -> int:
    """Add what is missing, in rounds over all cells, and write after each."""
    asked = _words(words)
    stored = _stored()
    cells = [(claim, world) for claim in asked.claims.split(",") for world in worlds_of(claim)]
    for wanted in range(1, asked.reps + 1):
        for claim, world in cells:
            size = {"couples": couples_of(claim, asked.couples), "days": LONG.get(claim, asked.days)}
            cell = (claim, world, *size.values())
            counts = stored.setdefault(cell, Counter())
            for number in range(_done(counts), wanted):
                verdict = judged_claim(claim, world, **size, seed=SEED + number)
                counts[verdict.verdict] += 1
                if not is_right(verdict.verdict, world):
                    counts[f"{MISS}{verdict.reason}"] += 1
                _write(stored)
        print(f"{wanted} of {asked.reps}", file=sys.stderr)
    return 0


def couples_of(claim: str, usual: int) -> int:
    """How many couples a study of ``claim`` is planned with."""
    by_lot = any(estimated_by(reading).model == "trial" or reading.arm for reading in claims()[claim].reading)
    return max(usual, TRIAL) if by_lot else usual


def _words(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", default=",".join(claims()))
    for name, default in (("reps", 200), ("couples", 200), ("days", 20)):
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
