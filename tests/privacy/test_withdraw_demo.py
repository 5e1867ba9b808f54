"""The demo's people withdraw, each from a fresh copy. COUPLES_STUDY_WITHDRAWALS sets how many of them do.

The study keeps everybody of the demo's baseline with three evenings, so that fifty of them end within the hour. Every
tenth leaves a study with a report, figures and a hypothesis, the others one that was taken in.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import zipfile

import pyarrow.parquet as pq
import pytest
from tests.privacy.support_withdraw import tree
from tests.shared_data import REPOSITORY

from couples_study.pipeline import run_intake, run_report, run_withdraw

DEMO = REPOSITORY / "data" / "raw" / "demo"
WITHDRAWALS = int(os.environ.get("COUPLES_STUDY_WITHDRAWALS", "2"))
EVENINGS = ("2026-03-02", "2026-03-03", "2026-03-04")
MEASURES = """
[[hypothesis]]
id = "H3"
statement = "The more resentment, the less intimacy."
model = "regression"
outcome = "intimacy"
predictors = ["resentment"]
direction = "negative"
smallest_effect = { value = 0.15, unit = "SD per SD", why = "as in the demo" }
"""


def lines_of(name):
    return (DEMO / name).read_text("utf-8").splitlines(keepends=True)


def demo(folder, without=None):
    """The demo's study without a person, as if that person had never been in it; no row is the couple's alone."""
    folder.mkdir(parents=True)
    toml = (DEMO / "study.toml").read_text("utf-8")
    head, *sources = re.split(r"(?=^\[\[source\]\])", toml.split("[[hypothesis]]")[0], flags=re.MULTILINE)
    kept = [one for one in sources if 'files = "baseline.csv"' in one or 'files = "diary.csv"' in one]
    told = head.replace('claims = "all"', "claims = []").replace("scheduled_days = 28", "scheduled_days = 3")
    (folder / "study.toml").write_text(told + "".join(kept) + MEASURES, "utf-8")
    for name in ("baseline.csv", "diary.csv"):
        first, *rows = lines_of(name)
        there = [
            row
            for row in rows
            if row.split(",")[1] != without and (name == "baseline.csv" or row.split(",")[2][:10] in EVENINGS)
        ]
        (folder / name).write_text(first + "".join(there), "utf-8")
    return folder


def everybody():
    """People whose partner is there too, in the order of the delivery."""
    ids = [row.split(",")[1] for row in lines_of("baseline.csv")[1:]]
    return [one for one in ids if one[:-1] + ("b" if one[-1] == "a" else "a") in ids]


def unpacked(path):
    """Everything that a file says: its name, its bytes, and what they hold unpacked."""
    raw = path.read_bytes()
    yield path.as_posix().encode()
    yield raw
    if raw.startswith(b"\x1f\x8b"):
        yield gzip.decompress(raw)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from map(archive.read, archive.namelist())
    if raw.startswith(b"PAR1"):
        yield repr(pq.read_table(path).to_pydict()).encode()


RUNS = {"report": run_report, "intake": run_intake}


@pytest.fixture(scope="module")
def had(tmp_path_factory):
    """The whole study with what each command writes, run once in its own working directory."""
    top = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patched:
        for name, run in RUNS.items():
            (top / name).mkdir()
            patched.chdir(top / name)
            run(str(demo(top / name / "study")), None)
    return top


@pytest.mark.parametrize("number", range(WITHDRAWALS))
def test_a_person_of_the_demo_leaves_nothing(had, tmp_path, monkeypatch, number):
    people = everybody()
    person = people[number * len(people) // WITHDRAWALS]
    name = "intake" if number % 10 else "report"
    mine = shutil.copytree(had / name, tmp_path / "mine")
    assert any(person.encode() in part for path in mine.rglob("*") if path.is_file() for part in unpacked(path))
    monkeypatch.chdir(mine)
    assert run_withdraw(str(mine / "study"), person).clean
    for path in sorted(mine.rglob("*")):
        if path.is_file():
            assert not any(person.encode() in part for part in unpacked(path)), path
    (tmp_path / "never").mkdir()
    monkeypatch.chdir(tmp_path / "never")
    RUNS[name](str(demo(tmp_path / "never" / "study", person)), None)
    assert tree(mine) == tree(tmp_path / "never")
    shutil.rmtree(mine)
