"""One run at a time, and nothing left half done whenever a run is stopped."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.pipeline.test_write import below
from tests.small_studies import DIARY, DYADS, HEAD, PEOPLE, write_study

from couples_study.core.errors import UsageError
from couples_study.pipeline import run_intake
from couples_study.pipeline.room import room_at

KILLS = int(os.environ.get("KILLS", "6"))
STEPS = ("reading", "linking", "writing")
TOML = HEAD + DYADS + PEOPLE + DIARY.replace('"diary.csv"', '"diary*.csv"')
PERSONS = [(couple, person, sex) for couple in range(40) for person, sex in (("a", "f"), ("b", "m"))]
PEOPLE_CSV = "dyad,pid,sex,age\n" + "".join(f"{c},{c}{p},{s},{30 + c % 9}\n" for c, p, s in PERSONS)


def diary(week: int) -> str:
    rows = [
        f"{c},{c}{p},{7 * week + day},{(c * day) % 140},{day},{'yes' if (c + day) % 5 == 0 else 'no'}\n"
        for c, p, _ in PERSONS
        for day in range(7)
    ]
    return "dyad,pid,day,stress,touch,conflict\n" + "".join(rows)


def weeks(folder: Path, n: int) -> Path:
    return write_study(folder, TOML, {"people.csv": PEOPLE_CSV, **{f"diary_{w}.csv": diary(w) for w in range(n)}})


def test_a_second_run_waits_for_the_first(tmp_path):
    said: list[str] = []
    with (
        room_at(tmp_path / "out", said.append),
        pytest.raises(UsageError, match="no other run"),
        room_at(tmp_path / "out", said.append, patience=0.3),
    ):
        raise AssertionError("two at once")
    assert said == [f"another run is writing to {tmp_path / 'out'}; waiting for it to end"]
    with room_at(tmp_path / "out", said.append, patience=0):
        assert len(said) == 1


def test_two_at_once_give_what_one_gives(tmp_path):
    folder = weeks(tmp_path / "s", 2)
    run_intake(str(folder), tmp_path / "one")
    runs = [started(folder, tmp_path / "two") for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    assert below(tmp_path / "two") == below(tmp_path / "one")


def test_an_error_leaves_no_folder_that_was_not_there(tmp_path):
    def fail(out: Path) -> None:
        with room_at(out, print):
            (out / "data" / ".deliveries" / "x").mkdir(parents=True)
            raise KeyError("stopped")

    with pytest.raises(KeyError, match="stopped"):
        fail(tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(KeyError, match="stopped"):
        fail(tmp_path / "mine")
    assert (tmp_path / "mine" / "notes.txt").is_file()


def started(folder: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "couples_study", "intake", str(folder), "--out", str(out)],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_killed_at_any_moment_the_next_run_gives_the_bytes_of_an_undisturbed_one(tmp_path):
    chance = random.Random(20260302)  # noqa: S311 (chance, not secrets)
    folder, out = weeks(tmp_path / "s", 3), tmp_path / "out"
    begun = time.monotonic()
    assert started(folder, tmp_path / "whole").wait() == 0
    lasted = time.monotonic() - begun
    whole, raw = below(tmp_path / "whole"), below(folder)
    killed = 0
    for _ in range(KILLS):
        run = started(folder, out)
        time.sleep(chance.uniform(0.2, 1.05) * lasted)
        if run.poll() is None:
            run.send_signal(signal.SIGKILL)
            killed += 1
        run.wait()
        if chance.random() < 0.5:  # sometimes the next run is killed, too
            continue
        run_intake(str(folder), out)
        assert below(out) == whole
    run_intake(str(folder), out)
    assert below(out) == whole
    assert below(folder) == raw
    assert killed
    assert not list(out.glob(".staging-*"))
