"""The same bytes however the replicates were computed: in one process, in two, on a cluster, in one go or in two."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from couples_study.cli import main
from couples_study.core.errors import UsageError
from couples_study.pipeline.replicates import FOLDER, Replicates, tallies
from couples_study.pipeline.workers import answers
from couples_study.planning.designs import Design, Subject

COMMAND = ["power", "C04", "--couples", "40,60", "--days", "6", "--reps", "30"]
LONG = ("--reps", "5000")  # cannot be done before it is stopped; the same replicates come first
FILES = ("power.csv", "power.json", "power.svg")
DESIGN = Design(subject=Subject(id="C04"), world="claim_true", couples=40, days=6)
PATIENCE = 200
STARTED: list[subprocess.Popen[str]] = []
needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="needs couples-study[cluster]")


def start(*words: str) -> subprocess.Popen[str]:
    """A process of its own group, which Ctrl-C can reach wherever the tests are run."""
    STARTED.append(process := subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 (no threads yet)
    ))  # fmt: skip
    return process


@pytest.fixture(autouse=True)
def nothing_left_running():
    """Whatever a test started ends with it."""
    yield
    while STARTED:
        process = STARTED.pop()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdout is not None and not process.stdout.closed:
            process.communicate()


def run(out: Path, *more: str) -> dict[str, bytes]:
    done = start("couples_study", *COMMAND, "--out", str(out), *more)
    _, said = done.communicate(timeout=PATIENCE)
    assert done.returncode == 0, said
    return {name: (out / name).read_bytes() for name in FILES}


def begun(out: Path, running: subprocess.Popen[str]) -> None:
    """Wait until something was kept."""
    until = time.monotonic() + PATIENCE
    while not list((out / FOLDER).glob("*")):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> dict[str, bytes]:
    return run(tmp_path_factory.mktemp("alone"))


def test_two_processes_give_the_same_bytes(alone, tmp_path):
    assert run(tmp_path, "--jobs", "2") == alone


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupted_run_says_one_line_and_goes_on_where_it_stopped(alone, tmp_path, jobs):
    running = start("couples_study", *COMMAND, *LONG, "--jobs", jobs, "--out", str(tmp_path))
    begun(tmp_path, running)
    os.killpg(running.pid, signal.SIGINT)
    printed, said = running.communicate(timeout=PATIENCE)
    assert (running.returncode, printed) == (130, "")
    assert said == "couples-study: interrupted; the same command again goes on where this one stopped\n"
    assert not list(tmp_path.glob("power.*"))
    assert run(tmp_path) == alone


def test_what_is_kept_is_not_run_again_and_a_cut_line_is(tmp_path, monkeypatch):
    kept = Replicates(folder=tmp_path, seed=1)
    first = tallies([DESIGN], kept, reps=20, precision=0.0)
    path = kept.path_of(DESIGN)
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    assert tallies([DESIGN], kept, reps=20, precision=0.0)[0].counts == first[0].counts
    assert path.read_bytes() == whole
    monkeypatch.setattr("couples_study.pipeline.replicates.outcomes", lambda *_: pytest.fail("ran again"))
    assert tallies([DESIGN], kept, reps=20, precision=0.0)[0].counts == first[0].counts


def test_a_design_that_is_known_well_enough_stops_at_the_same_replicate_whoever_runs_it(tmp_path, monkeypatch):
    monkeypatch.setattr("couples_study.pipeline.replicates.outcomes", lambda _, first, reps, seed: "s" * reps)
    for more in (0, 30):  # as it comes, and where a stricter run kept more than is needed
        kept = Replicates(folder=tmp_path / str(more), seed=1)
        kept.add(DESIGN, "s" * (200 + more)) if more else None
        assert tallies([DESIGN], kept, reps=1000, precision=0.05)[0].done == 100


def test_other_designs_and_seeds_have_other_places(tmp_path):
    other = Design(subject=DESIGN.subject, world="claim_true", couples=40, days=6, attrition=0.1)
    names = {Replicates(folder=tmp_path, seed=seed).path_of(one) for seed in (1, 2) for one in (DESIGN, other)}
    assert len(names) == 4


@contextmanager
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A scheduler and workers on this machine; the address, and the processes with the scheduler first."""
    place = tmp_path / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(place))
    processes = [start("distributed.cli.dask_scheduler", *words)]
    try:
        while not place.exists():
            assert processes[0].poll() is None, processes[0].communicate()
            time.sleep(0.1)
        time.sleep(0.5)
        address = json.loads(place.read_text("utf-8"))["address"]
        words = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        processes += [start(*words) for _ in range(2)]
        yield address, processes
    finally:
        for one in reversed(processes):
            one.kill()
            one.communicate()


@needs_dask
def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(alone, tmp_path):
    with cluster(tmp_path) as (address, processes):
        assert run(tmp_path / "whole", "--cluster", address) == alone
        running = start("couples_study", *COMMAND, "--cluster", address, "--out", str(tmp_path / "cut"))
        begun(tmp_path / "cut", running)
        processes[1].kill()
        _, said = running.communicate(timeout=PATIENCE)
        assert running.returncode == 0, said
        assert {name: (tmp_path / "cut" / name).read_bytes() for name in FILES} == alone


@needs_dask
def test_a_run_whose_scheduler_dies_says_so_and_goes_on_later(alone, tmp_path):
    out = tmp_path / "out"
    with cluster(tmp_path) as (address, processes):
        running = start("couples_study", *COMMAND, *LONG, "--cluster", address, "--out", str(out))
        begun(out, running)
        processes[0].kill()
        _, said = running.communicate(timeout=PATIENCE)
    assert running.returncode == 4, said
    assert "a cluster that stopped answering" in said
    assert "what was done is kept" in said
    assert run(out) == alone


@needs_dask
def test_a_cluster_that_is_not_there_is_wrong_words(monkeypatch):
    monkeypatch.setattr("couples_study.pipeline.workers.PATIENCE", 1.0)
    with pytest.raises(UsageError, match="dask scheduler"), answers(len, [""], cluster="tcp://127.0.0.1:1"):
        pass


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"couples-study\[cluster\]"), answers(len, [""], cluster="tcp://here:1"):
        pass


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> Path:
    """A study in many files, which asks three questions."""
    folder = tmp_path_factory.mktemp("delivered") / "study"
    assert main(["simulate", "null", "--couples", "40", "--days", "6", "--out", str(folder)]) == 0
    path = folder / "study.toml"
    text = path.read_text("utf-8").replace('claims = "all"', "claims = []")
    path.write_text(text.replace('files = "diary.csv"', 'files = "diary_*.csv"'), "utf-8")
    head, *rows = (folder / "diary.csv").read_text("utf-8").splitlines()
    for number in range(6):
        part = "\n".join([head, *rows[number::6]]) + "\n"
        (folder / f"diary_{number}.csv").write_text(part, "utf-8")
    (folder / "diary.csv").unlink()
    return folder


def everything(out: Path) -> dict[str, bytes]:
    kept = (".deliveries", ".specifications")
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not set(kept) & set(path.parts)
    }


@needs_dask
def test_intake_of_many_files_report_and_multiverse_have_the_same_bytes_on_a_cluster(delivered, tmp_path):
    commands = {
        "intake": ["intake", str(delivered)],
        "report": ["report", str(delivered)],
        "multiverse": ["multiverse", "H3", str(delivered), "--most", "6"],
    }
    for name, words in commands.items():
        assert main([*words, "--out", str(tmp_path / "alone" / name)]) == 0
    with cluster(tmp_path) as (address, processes):
        for name, words in commands.items():
            running = start("couples_study", *words, "--cluster", address, "--out", str(tmp_path / "there" / name))
            if name == "report":
                time.sleep(3)  # while files are read or questions answered
                processes[1].kill()
            _, said = running.communicate(timeout=PATIENCE)
            assert running.returncode == 0, said
            assert everything(tmp_path / "there" / name) == everything(tmp_path / "alone" / name)


@needs_dask
def test_calibrate_has_the_same_bytes_on_a_cluster(tmp_path):
    words = ["calibrate", "--claims", "C04", "--couples", "40", "--days", "6", "--reps", "20"]
    assert main([*words, "--out", str(tmp_path / "alone")]) == 0
    with cluster(tmp_path) as (address, _):
        running = start("couples_study", *words, "--cluster", address, "--out", str(tmp_path / "there"))
        _, said = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, said
    for name in ("calibration.csv", "calibration.html"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()


@pytest.mark.parametrize(("kind", "most"), [("peak", 100_000), ("held", 200_000)])
def test_memory_does_not_grow_with_replicates(tmp_path, kind, most):
    """The peak with 40,000 stand-in replicates over that with 20,000; what 30 real ones leave over what 10 do."""
    process = start("tests.pipeline.held_memory", kind, str(tmp_path))
    told, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert int(told.split()[-1]) < most
