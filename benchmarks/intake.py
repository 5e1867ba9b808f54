"""Time intake beside bare pandas, Pandera and Parquet on the same diary, and write docs/performance_intake.md.

usage: intake.py [--quick] [--huge] [--repeats 5] [--out docs/performance_intake.md]

Both read the same file of 1,000,048 rows and 20 columns, check types, ranges, labels and uniqueness with Pandera and
write Parquet; intake also recodes, links partners, counts, compares their reports and writes its page. Every run has a
process of its own; imports are not timed: each does the same with ten couples first, so that the libraries that load
when they are first needed are there for both. A pair from start to end of the process, imports and all, is told beside
it. Peak memory is of the whole process, imports included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

COUPLES, DAYS, FILES, FIRST = 17_858, 28, 10, 10
SLIDERS, RATINGS = [f"s{i}" for i in range(10)], [f"l{i}" for i in range(4)]
BAR, MEMORY = 1.5, 4.0
TOML = """
[study]
id = "bench"
title = "A million evenings"
claims = []
scheduled_days = 28

[dyads]
type = "distinguishable"
by = "sex"
labels = {{ f = "woman", m = "man" }}

[[source]]
reader = "csv"
files = "diary*.csv"
table = "diary_days"
keys = {{ couple = "couple", person = "person", day = "day" }}
columns = {{ touch_received_n = "touch", conflict_today = "conflict", {columns} }}
recode = {{ conflict_today = {{ yes = 1, no = 0 }} }}

[measures.slider]
label = "Ten sliders"
items = {sliders}
range = [0, 100]

[measures.rating]
label = "Four ratings"
items = {ratings}
range = [1, 7]
"""


def diary(couples: int, first: int = 0) -> pd.DataFrame:
    """Both partners' evenings of so many couples, as an export has them; the seed is the first couple's number."""
    rng = np.random.default_rng(np.random.SeedSequence(20260302, spawn_key=(first,)))
    n = couples * 2 * DAYS
    person = np.tile(np.repeat([1, 2], DAYS), couples)
    columns = {
        "couple": np.repeat(np.arange(first, first + couples), 2 * DAYS),
        "person": person,
        "sex": np.where(person == 1, "f", "m"),
        "day": np.tile(np.arange(DAYS), 2 * couples),
        "touch": rng.poisson(5, n).clip(0, 25),
        **{name: rng.integers(0, 101, n) for name in SLIDERS},
        **{name: rng.integers(1, 8, n) for name in RATINGS},
        "conflict": np.where(rng.random(n) < 0.2, "yes", "no"),
    }
    return pd.DataFrame(columns)


def write(folder: Path, couples: int, files: int = 1) -> Path:
    """A study of ``files`` deliveries of so many couples each."""
    folder.mkdir(parents=True)
    named = ", ".join(f'{name} = "{name}"' for name in SLIDERS + RATINGS)
    toml = TOML.format(columns=named, sliders=json.dumps(SLIDERS), ratings=json.dumps(RATINGS))
    (folder / "study.toml").write_text(toml, "utf-8")
    for number in range(files):
        diary(couples, number * couples).to_csv(folder / f"diary_{number:02}.csv", index=False)
    return folder


def bare(folder: Path, out: Path) -> dict[str, float]:
    """What a short script would do: read, check, write."""
    import pandera.pandas as pa

    between = {name: pa.Check.in_range(0, 100) for name in SLIDERS} | {
        name: pa.Check.in_range(1, 7) for name in RATINGS
    }
    between |= {"touch": pa.Check.in_range(0, 25), "day": pa.Check.in_range(0, DAYS - 1)}
    labels = {"sex": ["f", "m"], "conflict": ["yes", "no"]}
    columns = {name: pa.Column(int, checks=check, nullable=True) for name, check in between.items()}
    columns |= {name: pa.Column(str, checks=pa.Check.isin(known)) for name, known in labels.items()}
    columns |= {name: pa.Column(int) for name in ("couple", "person")}
    schema = pa.DataFrameSchema(columns, strict=True, unique=["couple", "person", "day"])
    out.mkdir(parents=True)
    began = time.perf_counter()
    frame = pd.read_csv(folder / "diary_00.csv")
    read = time.perf_counter()
    schema.validate(frame, lazy=True)
    checked = time.perf_counter()
    frame.to_parquet(out / "diary.parquet")
    done = time.perf_counter()
    size = frame.memory_usage(deep=True).sum() / 2**20
    return {"read": read - began, "check": checked - read, "write": done - checked, "all": done - began, "frame": size}


def ours(folder: Path, out: Path, jobs: int) -> dict[str, float]:
    from couples_study.pipeline import run_intake

    began = time.perf_counter()
    done = run_intake(str(folder), out, jobs=jobs)
    return {"all": time.perf_counter() - began, "rows": done.rows_read, "held": done.rows_held}


def alone(what: str, folder: Path, out: Path, jobs: int = 1, small: Path | None = None) -> dict[str, float]:
    """One run in a process of its own: its seconds, those of the process, and the peak of its memory in MB.

    With ``small``, that study is run first, untimed.
    """
    words = [sys.executable, __file__, "--alone", what, "--folder", str(folder), "--out", str(out), "--jobs", str(jobs)]
    words += ["--small", str(small)] if small is not None else []
    began = time.perf_counter()
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return {**json.loads(told), "process": time.perf_counter() - began}


def _alone(chosen: argparse.Namespace) -> None:
    if chosen.small:
        with tempfile.TemporaryDirectory() as name:
            _run(chosen.alone, Path(chosen.small), Path(name) / "out", 1)
    told = _run(chosen.alone, chosen.folder, chosen.out, chosen.jobs)
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({**told, "peak": max(own, children) / 1024}))


def _run(what: str, folder: Path, out: Path, jobs: int) -> dict[str, float]:
    return bare(folder, out) if what == "bare" else ours(folder, out, jobs)


def side_by_side(work: Path, couples: int, repeats: int) -> list[tuple[str, str]]:
    folder, small = write(work / "study", couples), write(work / "small", FIRST)
    peers, first, again = [], [], []
    whole = [alone(what, folder, work / f"whole_{what}")["process"] for what in ("bare", "ours")]
    for number in range(repeats):
        peers.append(alone("bare", folder, work / f"bare{number}", small=small))
        first.append(alone("ours", folder, work / f"ours{number}", small=small))
        again.append(alone("ours", folder, work / f"ours{number}", small=small))
        shutil.rmtree(work / f"ours{number}")
    ratios = [mine["all"] / peer["all"] for mine, peer in zip(first, peers, strict=True)]
    peak, frame = max(run["peak"] for run in first), peers[0]["frame"]
    rows = [(f"bare, {part}", f"{min(run[part] for run in peers):.2f} s") for part in ("read", "check", "write")]
    return [
        *rows,
        ("bare, all", f"{min(run['all'] for run in peers):.2f} s, peak {max(run['peak'] for run in peers):.0f} MB"),
        ("intake, first time", f"{min(run['all'] for run in first):.2f} s, peak {peak:.0f} MB"),
        ("intake, unchanged delivery again", f"{min(run['all'] for run in again):.2f} s"),
        ("intake / bare, median of pairs", f"{statistics.median(ratios):.2f} (bar {BAR})"),
        (
            "from start to end of the process",
            f"bare {whole[0]:.2f} s, intake {whole[1]:.2f} s, {whole[1] / whole[0]:.2f}",
        ),
        ("peak / frame", f"{peak / frame:.2f} of {frame:.0f} MB (bar {MEMORY:g})"),
    ]


def many_files(work: Path, couples: int) -> list[tuple[str, str]]:
    """Ten such deliveries, one process and two."""
    folder, small = write(work / "many", couples, FILES), write(work / "few", FIRST)
    rows = []
    for jobs in (1, 2):
        run = alone("ours", folder, work / f"many{jobs}", jobs, small)
        told = f"{run['rows']:,.0f} rows, {run['all']:.1f} s, peak {run['peak']:.0f} MB"
        rows.append((f"{FILES} files, --jobs {jobs}", told))
        shutil.rmtree(work / f"many{jobs}")
    frame = pd.read_csv(folder / "diary_00.csv").memory_usage(deep=True).sum() / 2**20
    return [*rows, (f"the frame of all {FILES} files", f"{FILES * frame:.0f} MB")]


def page(rows: list[tuple[str, str]], command: str, n: int) -> str:
    lines = [f"| {what} | {told} |" for what, told in rows]
    head = (
        "# How fast intake is\n\n"
        f"Written by `{command}` on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"pandas {pd.__version__}.\n\n"
        f"One diary of {n:,} rows and 20 columns. Bare is `pandas.read_csv`, a Pandera schema of the same types, "
        "ranges,\nlabels and keys, and `to_parquet`; intake also recodes, links partners, compares their reports, "
        "counts every row\nand writes its page. The shortest of several runs, each in a process of its own, "
        "without imports: each takes\nten couples first, so that libraries that load when they are first needed are "
        "there for both.\n"
    )
    return "\n".join([head, "| what | measured |", "|---|---|", *lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, one run")
    parser.add_argument("--huge", action="store_true", help="ten such files, too")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("docs/performance_intake.md"))
    for word in ("--alone", "--folder", "--jobs", "--small"):
        parser.add_argument(word, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alone:
        chosen.folder, chosen.jobs = Path(chosen.folder), int(chosen.jobs)
        return _alone(chosen)
    couples = COUPLES // 10 if chosen.quick else COUPLES
    with tempfile.TemporaryDirectory() as name:
        rows = side_by_side(Path(name), couples, 1 if chosen.quick else chosen.repeats)
        if chosen.huge:
            rows += many_files(Path(name), couples)
    words = "benchmarks/intake.py" + " --quick" * chosen.quick + " --huge" * chosen.huge
    chosen.out.write_text(page(rows, words, couples * 2 * DAYS), "utf-8")
    for what, told in rows:
        print(f"{what:<36} {told}")
    print(f"wrote {chosen.out}")
    return None


if __name__ == "__main__":
    main()
