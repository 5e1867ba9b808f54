"""``couples-study verify``: two clean runs write the same bytes, and a file that differs is named."""

from __future__ import annotations

import json
import re

import pytest
from tests.small_studies import write_study

from couples_study.cli import main
from couples_study.pipeline import verify


@pytest.fixture
def null(tmp_path):
    """A study of a dozen couples, with its hypotheses and one claim."""
    assert (
        main(["simulate", "null", "--couples", "12", "--days", "7", "--seed", "3", "--out", str(tmp_path / "null")])
        == 0
    )
    return tmp_path / "null"


def test_every_file_of_two_clean_runs_is_the_same(null, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    capsys.readouterr()
    assert main(["verify", "null", "--claims", "C12", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"index.html", "intake.html", "verdicts.json", "ledger.json", "provenance.json"} <= {
        row["file"] for row in rows
    }
    assert any(row["file"].endswith(".parquet") for row in rows)
    assert any(row["file"].endswith(".svg") for row in rows)
    assert all(row["same"] and re.fullmatch("[0-9a-f]{64}", row["first"]) for row in rows)
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


def test_a_file_that_differs_or_is_missing_is_named(tmp_path, monkeypatch, capsys):
    written = iter(({"same.csv": "1", "index.html": "a", "only.svg": "b"}, {"same.csv": "1", "index.html": "c"}))

    def report(words, here, around):
        for name, text in next(written).items():
            path = verify.Path(words[2]) / "deep" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return 0

    monkeypatch.setattr(verify, "_report", report)
    assert main(["verify", str(write_study(tmp_path / "small"))]) == 4
    said = capsys.readouterr().out
    assert re.search(r"differs  deep/index.html  [0-9a-f]{64}  [0-9a-f]{64}\n", said)
    assert re.search(r"differs  deep/only.svg  [0-9a-f]{64}  not written\n", said)
    assert "1 the same, 2 different" in said


def test_the_two_runs_share_neither_folder_nor_surroundings():
    assert verify.FOLDERS[0] != verify.FOLDERS[1]
    first, second = verify.SURROUNDINGS
    assert all(first[name] != second[name] for name in ("PYTHONHASHSEED", "TZ", "LANG"))


def test_what_the_run_refuses_is_said_with_its_code(tmp_path, capsys):
    study = write_study(tmp_path / "small", files={"people.csv": "dyad,pid,sex,age\n1,a,f,30\n"})
    assert main(["report", str(study), "--out", str(tmp_path / "out")]) == 1
    refused = capsys.readouterr().err
    assert main(["verify", str(study)]) == 1
    said = capsys.readouterr().err
    assert said.count("couples-study: ") == 1
    assert "diary.csv" in refused
    assert "diary.csv" in said
    assert main(["verify", "no such study"]) == 2
