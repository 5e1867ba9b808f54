"""Seconds per replicate of `power`, beside the same loop with lme4, and what a second process adds.

``python benchmarks/power_speed.py [--couples 100] [--days 28] [--reps 1000] [--peer-reps 100] [--out FILE]`` draws,
fits, tests and judges claim C12 and an actor-partner hypothesis by role, and runs the loop that a researcher would
write with lmer (simulate, fit, Satterthwaite's test) on a diary of the same size. The two do not fit the same model:
ours has AR(1) residuals and rules, the peer's has neither. Times per replicate are processor time, so that other work
on the machine does not count; where the peer runs fewer replicates, its total is scaled and the table says so.
Parallel efficiency is wall time with one process over twice that with two, the best of three, after both have loaded
what they need: measure it on a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from couples_study.core.threads import one_thread

HYPOTHESIS = """
[study]
id = "peer"
title = "An actor-partner hypothesis"
scheduled_days = 28
claims = []
[dyads]
type = "distinguishable"
by = "sex"
labels = { f = "woman", m = "man" }
[[source]]
reader = "csv"
files = "diary.csv"
table = "diary_days"
keys = { couple = "dyad", person = "pid", day = "day" }
[[hypothesis]]
id = "H1"
statement = "When my partner feels more responded to than usual, I feel closer."
model = "apim"
outcome = "close"
actor = ["resp"]
partner = ["resp"]
by_role = true
test = ["partner.within[woman]", "partner.within[man]"]
smallest_effect = { value = 0.05, unit = "within SD per within SD", why = "a small effect" }
"""


SEED = 20260302
COLUMNS = (
    "asked", "couples x days", "replicates", "seconds each", "all, seconds", "lme4: replicates", "lme4, seconds each",
    "lme4, all, scaled", "times as fast",
)  # fmt: skip
HEAD = """# How fast power is

Written by `python benchmarks/power_speed.py --out docs/performance_power.md` (seed 20260302) on {machine}.

The same loop with lme4 simulates a diary of the same size, fits `lmer` and tests with Satterthwaite's degrees of
freedom. It fits less than ours: no AR(1), no rule. Seconds are processor time per replicate; a peer that ran fewer
replicates than {reps} is scaled.

"""
LEAST_TASKS = 40


def main(words: list[str]) -> int:
    """Time everything, print a line each, and write the page where asked."""
    one_thread()
    from couples_study.planning.designs import Design, Subject, outcomes

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("couples", 100), ("days", 28), ("reps", 1000), ("peer-reps", 100), ("parallel-reps", 400)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--out", type=Path, help="write the page there")
    asked = parser.parse_args(words)
    rows = []
    for subject, world, peer in (
        (Subject(id="C12"), "cycle_true", "pooled"),
        (Subject(id="H1", study=HYPOTHESIS), "claim_true", "roles"),
    ):
        design = Design(subject=subject, world=world, couples=asked.couples, days=asked.days)
        outcomes(design, 0, 1, SEED)
        began = time.process_time()
        found = outcomes(design, 1, asked.reps, SEED)
        ours = (time.process_time() - began) / asked.reps
        theirs = _peer(asked, peer)
        said = (
            "R or its packages are not there" if theirs is None else f"lme4 {theirs:.3f} s, {theirs / ours:.1f} times"
        )
        print(
            f"{subject.id}: {ours:.3f} s per replicate ({found.count('s')} of {asked.reps} supported); {said}",
            flush=True,
        )
        rows.append(_row(subject.id, asked, ours, theirs))
    efficiency = _efficiency(asked) if asked.parallel_reps else None
    if efficiency is not None:
        print(f"two processes: efficiency {efficiency:.2f}")
    if asked.out is not None:
        machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
        page = HEAD.format(machine=machine, reps=asked.reps)
        page += f"| {' | '.join(COLUMNS)} |\n" + "|---" * len(COLUMNS) + "|\n" + "\n".join(rows) + "\n"
        if efficiency is not None:
            page += (
                f"\nTwo processes: parallel efficiency {efficiency:.2f} (wall time with one over twice that with two; "
                f"{asked.parallel_reps} replicates of C12, best of three).\n"
            )
        asked.out.write_text(page, "utf-8")
    return 0


def _row(name: str, asked: argparse.Namespace, ours: float, theirs: float | None) -> str:
    peer = ("not there",) * 4
    if theirs is not None:
        peer = (str(asked.peer_reps), f"{theirs:.3f}", f"{theirs * asked.reps:.0f}", f"{theirs / ours:.1f}")
    cells = (name, f"{asked.couples} x {asked.days}", str(asked.reps), f"{ours:.3f}", f"{ours * asked.reps:.0f}", *peer)
    return f"| {' | '.join(cells)} |"


def _efficiency(asked: argparse.Namespace) -> float:
    """Wall time with one process over twice that with two, each the best of three, both warm."""
    from couples_study.pipeline.replicates import Replicates, tallies
    from couples_study.planning.designs import Design, Subject

    design = Design(subject=Subject(id="C12"), world="cycle_true", couples=asked.couples, days=asked.days)
    seconds: dict[int, float] = {}
    for turn in range(4):
        for jobs in (1, 2):
            with tempfile.TemporaryDirectory() as folder:
                kept = Replicates(folder=Path(folder), seed=turn)
                reps = asked.parallel_reps if turn else LEAST_TASKS  # the first turn loads what is needed
                began = time.perf_counter()
                tallies([design], kept, reps=reps, precision=0.0, jobs=jobs)
                took = time.perf_counter() - began
            if turn:
                seconds[jobs] = min(took, seconds.get(jobs, took))
    return seconds[1] / (2 * seconds[2])


def _peer(asked: argparse.Namespace, slopes: str) -> float | None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    script = Path(__file__).with_name("power_peer.R")
    words = [rscript, str(script), str(asked.couples), str(asked.days), str(asked.peer_reps), slopes]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return float(done.stdout.split()[0]) if done.returncode == 0 else None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
