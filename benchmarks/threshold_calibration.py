"""How often rule R8 is right and wrong where the truth is known: python benchmarks/threshold_calibration.py --reps 100.

Prints, per truth and number of couples, the shares supported / contradicted / inconclusive for both readings and for
their conjunction, the share a fixed kink at six would have called significant, and the break's coverage.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from couples_study.contracts.evidence import NotTestable
from couples_study.models.threshold import threshold_evidence
from couples_study.verdicts.threshold_rule import judge_threshold
from support_threshold import CURVES, simulate

LIMITS = {
    "1-7": {"total_effect": 0.30, "slope_low": -0.05, "slope_high": 0.035, "unit": "points (1-7)"},
    "0-100": {"total_effect": 5.0, "slope_low": -0.83, "slope_high": 0.58, "unit": "points (0-100)"},
}
BREAKS = {"plateau_3": 3.0, "plateau_6": 6.0, "plateau_9": 9.0, "accel_6": 6.0}
TRAPS = {
    "": {},
    "error": {"count_error": True},
    "heap": {"count_error": True, "heap": 0.35},
    "ceiling": {"mean": 6.2},
    "half": {"size": 0.5},
    "tails": {"tails": 2.0},
    "own_place": {"spread": 2.0},
}


def one_study(truth: str, couples: int, scale: str, trap: str, days: int, rep: int) -> tuple[str, ...]:
    """Verdicts 6a, 6b, strict; the naive kink; whether the break's interval covers."""
    seed = np.random.SeedSequence(20_261, spawn_key=(list(CURVES).index(truth), couples, rep))
    data, chance = seed.spawn(2)
    frame = simulate(truth, couples=couples, days=days, seed=data, scale=scale, **TRAPS[trap])
    frame = frame.drop(columns=["partner_exposure", "together_hours"])
    found = threshold_evidence(id="C60", frame=frame, stated=6.0, seed=chance, **LIMITS[scale])
    if isinstance(found, NotTestable):
        return ("n", "n", "n", "n", "n", found.reason)
    facts, rule = found.facts, judge_threshold(found.facts)
    naive = facts["slope_change_high90"] < 0.0
    covers = truth in BREAKS and facts["tau_low"] <= BREAKS[truth] <= facts["tau_high"]
    why = f"{rule.strict.verdict[0]}:{rule.strict.reason}"
    verdicts = (rule.minimum.verdict[0], rule.plateau.verdict[0], rule.strict.verdict[0])
    return (*verdicts, "y" if naive else "-", "y" if covers else "-", why)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=50)
    parser.add_argument("--couples", type=int, nargs="+", default=[100, 200])
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--truths", nargs="+", default=list(CURVES), choices=list(CURVES))
    parser.add_argument("--scale", default="1-7", choices=list(LIMITS))
    parser.add_argument("--trap", default="", choices=list(TRAPS))
    parser.add_argument("--why", action="store_true", help="also print the reasons")
    asked = parser.parse_args()
    print(f"scale {asked.scale}, {asked.days} days, trap {asked.trap or 'none'}, {asked.reps} studies a cell; S/C/I")
    print(f"{'truth':<12}{'N':>5}  {'6a':<16}{'6b':<16}{'strict':<16}{'naive':>6}{'cover':>7}{'s/study':>9}")
    for truth in asked.truths:
        for couples in asked.couples:
            start = time.perf_counter()
            runs = [one_study(truth, couples, asked.scale, asked.trap, asked.days, rep) for rep in range(asked.reps)]
            spent = (time.perf_counter() - start) / asked.reps

            def shares(at: int, runs: list[tuple[str, ...]] = runs) -> str:
                return "/".join(f"{sum(run[at] == letter for run in runs) / len(runs):.2f}" for letter in "sci")

            naive, cover = (sum(run[at] == "y" for run in runs) / len(runs) for at in (3, 4))
            shown = f"{cover:7.2f}" if truth in BREAKS else f"{'-':>7}"
            cells = f"{shares(0):<16}{shares(1):<16}{shares(2):<16}"
            print(f"{truth:<12}{couples:>5}  {cells}{naive:6.2f}{shown}{spent:9.2f}", flush=True)
            if asked.why:
                print("      ", dict(Counter(run[5] for run in runs).most_common()), flush=True)


if __name__ == "__main__":
    main()
