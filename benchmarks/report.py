"""Time a full report of all claims beside one MixedLM of statsmodels: ``python benchmarks/report.py [--out FILE]``.

Both take the demo study's diary, in one run, with linear algebra on one thread. The MixedLM is the textbook diary
model: closeness by touches within persons, for each partner, with an intercept and a slope of each partner that vary
over couples. The report is the main command with two processes, from its start to its end; its memory is what all its
processes hold together at the worst moment.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import NamedTuple

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import psutil
import statsmodels
import statsmodels.api as sm

import couples_study as cs

ROOT = Path(__file__).resolve().parents[1]
BAR, MEMORY = 30.0, 2.0
OUTCOME, EXPOSURE = "close", "touch_received_n"
TEXT = """\
# Performance of the report

Written by `python benchmarks/report.py --out docs/performance_report.md` in one run on one machine: the demo study
({couples} couples, {rows} person-days with the columns of the MixedLM), linear algebra on one thread, best of {times}
for the MixedLM. Seconds depend on the machine, the ratio hardly does.

Python {python}, numpy {numpy}, pandas {pandas}, statsmodels {statsmodels}.

| | |
|---|--:|
| one MixedLM of statsmodels, an intercept and a slope of each partner | {mixed:.2f} s |
| `couples-study report demo --jobs 2`, all {claims} claims and {hypotheses} hypotheses | {report:.1f} s |
| ratio (at most {bar:.0f}) | {ratio:.1f} |
| memory of all its processes together (at most {memory:.0f} GB) | {peak:.2f} GB |
"""


class Ran(NamedTuple):
    """Wall time in seconds, and the most memory of a process and all it started, in GB."""

    seconds: float
    peak: float


def diary() -> pd.DataFrame:
    """The demo's complete person-days: outcome, touches minus the person's mean, role and couple."""
    study = cs.load_study("demo")
    days = study.frame("person_days")
    days = (
        days[["couple_id", "person_id", "role", OUTCOME, EXPOSURE]].dropna().astype({OUTCOME: float, EXPOSURE: float})
    )
    usual = days.groupby("person_id")[EXPOSURE].transform("mean")
    return days.assign(within=days[EXPOSURE] - usual).reset_index(drop=True)


def mixed(days: pd.DataFrame, times: int) -> float:
    """Seconds of the best of ``times`` fits; what statsmodels warns of is its own affair here."""
    roles = pd.get_dummies(days["role"]).astype(float)
    columns = {
        f"{role}.{name}": roles[role] * values for role in roles for name, values in (("1", 1.0), ("x", days["within"]))
    }
    X = pd.DataFrame(columns)
    took = []
    for _ in range(times):
        began = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sm.MixedLM(days[OUTCOME], X, groups=days["couple_id"], exog_re=X).fit()
        took.append(time.perf_counter() - began)
    return min(took)


def report(out: Path) -> Ran:
    """The main command in a process of its own, watched."""
    began, most = time.perf_counter(), 0
    running = subprocess.Popen(
        [sys.executable, "-m", "couples_study", "report", "demo", "--jobs", "2", "--out", str(out)],
        cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    family = psutil.Process(running.pid)
    while running.poll() is None:
        most = max(most, _held(family))
        time.sleep(0.2)
    if running.returncode:
        raise SystemExit(f"the report ended with {running.returncode}")
    return Ran(time.perf_counter() - began, most / 1e9)


def _held(process: psutil.Process) -> int:
    held = 0
    try:
        for one in (process, *process.children(recursive=True)):
            try:
                told = one.memory_full_info()  # pss shares out what processes have in common; only Linux tells it
                held += getattr(told, "pss", told.rss)
            except psutil.NoSuchProcess:
                continue
    except psutil.NoSuchProcess:
        pass
    return held


def main(words: list[str]) -> int:
    """Measure, and say or write what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args(words)
    days = diary()
    one = mixed(days, chosen.times)
    with tempfile.TemporaryDirectory() as room:
        whole = report(Path(room))
    study = cs.load_study("demo")
    text = TEXT.format(
        couples=days["couple_id"].nunique(), rows=len(days), times=chosen.times, python=platform.python_version(),
        numpy=np.__version__, pandas=pd.__version__, statsmodels=statsmodels.__version__, mixed=one,
        claims=len(cs.claims()), hypotheses=len({*study.hypotheses} - {*cs.claims()}), report=whole.seconds, bar=BAR,
        ratio=whole.seconds / one, memory=MEMORY, peak=whole.peak,
    )  # fmt: skip
    if chosen.out is None:
        print(text)
    else:
        chosen.out.write_text(text, "utf-8")
        print(f"wrote {chosen.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
