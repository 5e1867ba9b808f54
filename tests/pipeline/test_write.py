"""Writing: all or nothing, nothing stale, and nobody's files but our own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.shared_data import REPOSITORY
from tests.small_studies import DIARY_CSV, PEOPLE_CSV, write_study

from couples_study.cli import main
from couples_study.core.errors import UsageError
from couples_study.pipeline.write import write_all

DEMO = REPOSITORY / "data" / "raw" / "demo"
RUN = {"ledger.json": b"{}", "data/people.parquet": b"p", "results/H1.csv": b"1", "quarantine/diary.csv": b"q"}


def below(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def sums(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in below(folder).items()}


def test_what_is_written_is_what_was_given_and_no_staging_stays(tmp_path):
    assert write_all(RUN, tmp_path / "out") == sorted(tmp_path / "out" / name for name in RUN)
    assert below(tmp_path / "out") == RUN
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["data", "ledger.json", "quarantine", "results"]


def test_nothing_of_an_earlier_run_stays_behind(tmp_path):
    write_all(RUN | {"data/diary_days.parquet": b"d", "results/H2.json": b"2", "index.html": b"old"}, tmp_path)
    write_all({"ledger.json": b"new", "data/people.parquet": b"new"}, tmp_path)
    assert below(tmp_path) == {
        "ledger.json": b"new", "data/people.parquet": b"new", "index.html": b"old",
        "results/H1.csv": b"1", "results/H2.json": b"2",
    }  # fmt: skip
    assert not (tmp_path / "quarantine").exists()


def test_what_somebody_else_put_there_is_left_alone(tmp_path):
    foreign = {
        "data/raw/vienna/study.toml": b"theirs", "data/raw/vienna/diary.csv": b"theirs", "data/mine.csv": b"theirs",
        "results/notes.txt": b"theirs", "figures/logo.png": b"theirs", "notes.md": b"theirs",
    }  # fmt: skip
    for name, content in foreign.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    for _ in range(2):
        write_all(RUN, tmp_path)
        assert below(tmp_path) == foreign | RUN


def test_a_first_run_removes_nothing(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "mine.csv").write_text("theirs")
    write_all(RUN, tmp_path)
    assert (tmp_path / "results" / "mine.csv").read_text() == "theirs"


@pytest.mark.parametrize("blocking", ["a folder in a file's place", "a file in a folder's place"])
def test_where_there_is_no_room_nothing_is_changed(tmp_path, blocking):
    write_all(RUN, tmp_path)
    if blocking.startswith("a folder"):
        (tmp_path / "index.html").mkdir()
        more = {"index.html": b"x"}
    else:
        (tmp_path / "figures").write_text("mine")
        more = {"figures/H1.svg": b"x"}
    before = below(tmp_path)
    with pytest.raises(UsageError, match="room for"):
        write_all({"ledger.json": b"new", "data/people.parquet": b"new"} | more, tmp_path)
    assert below(tmp_path) == before


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    write_all(RUN, tmp_path)
    write = Path.write_bytes

    def full(path, content):
        if path.name == "H1.csv":
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match="no space left"):
        write_all(dict.fromkeys(RUN, b"new"), tmp_path)
    assert below(tmp_path) == RUN
    assert not list(tmp_path.glob(".staging-*"))


def test_without_out_everything_lands_below_the_working_directory(tmp_path, monkeypatch):
    folder = write_study(tmp_path / "study")
    monkeypatch.chdir(tmp_path)
    before = sums(folder)
    assert main(["report", str(folder)]) == 0
    data, pages = below(tmp_path / "data" / "processed" / "small"), below(tmp_path / "reports" / "small")
    shelved = {name for name in data if name.startswith("data/.deliveries/")}
    assert set(data) - shelved == {
        "ledger.json",
        "data/couples.parquet",
        "data/diary_days.parquet",
        "data/people.parquet",
    }
    assert {"index.html", "intake.html", "verdicts.json", "provenance.json"} <= set(pages)
    assert sums(folder) == before


def test_a_study_s_own_folder_as_out_keeps_the_exports(tmp_path):
    folder = write_study(tmp_path / "study")
    before = below(folder)
    for _ in range(2):
        assert main(["report", str(folder), "--out", str(folder)]) == 0
    assert before.items() <= below(folder).items()


def test_the_quarantine_goes_when_the_faults_are_mended(tmp_path):
    out = tmp_path / "out"
    bad = {"people.csv": PEOPLE_CSV, "diary.csv": DIARY_CSV.replace("10,1,no", "500,1,no")}
    assert main(["intake", str(write_study(tmp_path / "s", files=bad)), "--out", str(out)]) == 0
    assert (out / "quarantine" / "diary.csv").is_file()
    assert main(["intake", str(write_study(tmp_path / "s")), "--out", str(out)]) == 0
    assert not (out / "quarantine").exists()


SECOND = """
[[hypothesis]]
id = "H4"
statement = "The older, the less resentment."
model = "regression"
outcome = "resentment"
predictors = ["age"]
direction = "negative"
smallest_effect = { value = 0.1, unit = "SD per SD", why = "a second reading to be spread" }
"""


def demo_in_short(folder: Path) -> Path:
    """The demo's exports with two hypotheses that are soon computed."""
    head, *_, third = (DEMO / "study.toml").read_text("utf-8").split("[[hypothesis]]")
    toml = head.replace('claims = "all"', "claims = []") + "[[hypothesis]]" + third + SECOND
    return write_study(folder, toml, {path.name: path.read_bytes() for path in DEMO.glob("*.csv")})


def run_elsewhere(folder: Path, *words: str, **environment: str) -> dict[str, str]:
    """A report from a process of its own, in an environment of its own."""
    study, out = demo_in_short(folder / "study"), folder / "out"
    subprocess.run(
        [sys.executable, "-W", "error", "-m", "couples_study", "report", str(study), "--out", str(out), *words],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src"), **environment},
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return sums(out)


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("once")
    return run_elsewhere(folder, PYTHONHASHSEED="1", TZ="Pacific/Auckland", LANG="C", LC_ALL="C")


def test_the_same_exports_give_the_same_bytes_wherever_they_are_read(once, tmp_path):
    again = run_elsewhere(tmp_path, PYTHONHASHSEED="2", TZ="America/Los_Angeles", LANG="de_DE.UTF-8", LC_ALL="C.UTF-8")
    assert again == once
    assert {"ledger.json", "verdicts.json", "index.html", "data/diary_days.parquet", "results/H4.csv"} <= set(once)


def test_the_number_of_jobs_changes_nothing(once, tmp_path):
    assert run_elsewhere(tmp_path, "--jobs", "2") == once
