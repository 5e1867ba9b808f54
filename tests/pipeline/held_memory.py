"""Memory that tallying replicates takes, traced in a process of its own: ``-m tests.pipeline.held_memory KIND FOLDER``.

Other tests of a process may have left threads that allocate while memory is traced. ``peak`` prints the peak, in bytes,
with twice as many stand-in replicates over that with few; ``held`` what 20 further real ones leave behind. For the
peak the collector is off, so what only it could free would count; both numbers of replicates fill CPython's free
lists, which hold up to 2,000 tuples of a size and would else count as growth.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from pathlib import Path

from couples_study.pipeline import replicates
from couples_study.pipeline.replicates import Replicates, tallies
from couples_study.planning.designs import Design, Subject

DESIGN = Design(subject=Subject(id="C04"), world="claim_true", couples=40, days=6)


def peak(folder: Path) -> int:
    replicates.outcomes = lambda _, first, reps, seed: "sci"[first % 3] * reps
    few = _peak(folder, 20_000)
    return _peak(folder, 40_000) - few


def _peak(folder: Path, reps: int) -> int:
    gc.collect()
    gc.disable()
    tracemalloc.start()
    for _ in ("computed", "read back"):
        tallies([DESIGN], Replicates(folder=folder / str(reps), seed=1), reps=reps, precision=0.0)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    gc.enable()
    return most


def held(folder: Path) -> int:
    tracemalloc.start()
    taken = []
    for reps in (10, 30):
        tallies([DESIGN], Replicates(folder=folder, seed=1), reps=reps, precision=0.0)
        gc.collect()
        taken.append(tracemalloc.get_traced_memory()[0])
    return taken[1] - taken[0]


if __name__ == "__main__":
    print({"peak": peak, "held": held}[sys.argv[1]](Path(sys.argv[2])))
