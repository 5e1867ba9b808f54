"""Seconds of processor time per replicate of `power`, beside the same loop with lme4 where R is there.

``python benchmarks/power_speed.py [--couples 100] [--days 28] [--reps 20]`` prints a line for claim C12 and one for an
actor-partner hypothesis by role, each with the loop's `lmer` (simulate, fit, Satterthwaite's test). The two do not fit
the same model: ours has AR(1) residuals and rules, the peer's has neither. Processor time, so that other work on the
machine does not count.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
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


def main(words: list[str]) -> int:
    """Time both and print a line each."""
    one_thread()
    from couples_study.planning.designs import Design, Subject, outcomes

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("couples", 100), ("days", 28), ("reps", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args(words)
    for subject, world, peer in (
        (Subject(id="C12"), "cycle_true", "pooled"),
        (Subject(id="H1", study=HYPOTHESIS), "claim_true", "roles"),
    ):
        design = Design(subject=subject, world=world, couples=asked.couples, days=asked.days)
        outcomes(design, 0, 1, 1)
        began = time.process_time()
        found = outcomes(design, 1, asked.reps, 1)
        ours = (time.process_time() - began) / asked.reps
        theirs = _peer(asked, peer)
        said = (
            "R or its packages are not there" if theirs is None else f"lme4 {theirs:.3f} s, {theirs / ours:.1f} times"
        )
        print(f"{subject.id}: {ours:.3f} s per replicate ({found.count('s')} of {asked.reps} supported); {said}")
    return 0


def _peer(asked: argparse.Namespace, slopes: str) -> float | None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    script = Path(__file__).with_name("power_peer.R")
    words = [rscript, str(script), str(asked.couples), str(asked.days), str(asked.reps), slopes]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return float(done.stdout.split()[0]) if done.returncode == 0 else None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
