"""Deliveries accumulate: what is unchanged is not read again, and the result depends on the deliveries alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from tests.pipeline.test_write import below
from tests.small_studies import DIARY, DIARY_CSV, DYADS, HEAD, PEOPLE, PEOPLE_CSV, write_study

from couples_study import load_study
from couples_study.cli import main
from couples_study.core.errors import DeliveryError
from couples_study.pipeline import looking, run_intake
from couples_study.pipeline.shelf import FOLDER

TOML = HEAD + DYADS + PEOPLE + DIARY.replace('"diary.csv"', '"diary*.csv"')
APRIL = "dyad,pid,day,stress,touch,conflict\n1,a,2,15,1,no\n1,b,2,500,2,no\n2,c,2,55,5,maybe\n"
FILES = {"people.csv": PEOPLE_CSV, "diary_1.csv": DIARY_CSV, "diary_2.csv": APRIL}


@pytest.fixture
def read(monkeypatch):
    """The names of the files that were really read, in order."""
    names: list[str] = []
    whole = looking.read_one

    def noted(path, *more):
        names.append(path.name)
        return whole(path, *more)

    monkeypatch.setattr(looking, "read_one", noted)
    return names


def taken(folder: Path, out: Path, **more) -> dict[str, bytes]:
    run_intake(str(folder), out, **more)
    return below(out)


def test_an_unchanged_file_is_not_read_again_but_for_its_held_rows(tmp_path, read):
    folder, out = write_study(tmp_path / "s", TOML, FILES), tmp_path / "out"
    first = taken(folder, out)
    assert read == ["people.csv", "diary_1.csv", "diary_2.csv"]
    read.clear()
    assert taken(folder, out) == first
    assert read == ["diary_2.csv"]  # it has held rows, which go to the quarantine whole


def test_a_new_file_adds_and_the_result_is_that_of_all_at_once(tmp_path, read, capsys):
    at_once = taken(write_study(tmp_path / "all", TOML, FILES), tmp_path / "one")
    folder, out = (
        write_study(tmp_path / "s", TOML, {k: FILES[k] for k in ("people.csv", "diary_1.csv")}),
        tmp_path / "two",
    )
    taken(folder, out)
    read.clear()
    (folder / "diary_2.csv").write_text(APRIL, "utf-8")
    assert taken(folder, out) == at_once
    assert read == ["diary_2.csv"]
    assert main(["intake", str(folder), "--out", str(out)]) == 0
    assert "new:" not in capsys.readouterr().out


def test_what_came_since_the_last_intake_is_told_with_its_rows(tmp_path, capsys):
    folder, out = write_study(tmp_path / "s", TOML, FILES), tmp_path / "out"
    taken(folder, out)
    (folder / "diary_1.csv").write_text(DIARY_CSV.replace("1,b,0,20", "1,b,0,21"), "utf-8")
    (folder / "diary_2.csv").unlink()
    (folder / "diary_3.csv").write_text(APRIL, "utf-8")
    assert main(["intake", str(folder), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "gone: diary_2.csv" in told
    assert "new: diary_3.csv, 3 rows" in told
    assert "replaced: diary_1.csv, 1 rows new or different (2), 1 earlier rows gone or different" in told
    assert len(list((out / FOLDER).iterdir())) == 3


def test_a_mended_study_file_releases_what_is_now_good(tmp_path):
    folder, out = write_study(tmp_path / "s", TOML, FILES), tmp_path / "out"
    taken(folder, out)
    assert json.loads((out / "ledger.json").read_text())["sources"][2]["held_by_reason"] == {
        "out_of_range": 1, "unknown_label": 1,
    }  # fmt: skip
    write_study(folder, TOML.replace("no = 0 }", "no = 0, maybe = 0 }"), FILES)
    mended = taken(folder, out)
    assert json.loads(mended["ledger.json"])["sources"][2]["held_by_reason"] == {"out_of_range": 1}
    assert mended == taken(
        write_study(tmp_path / "new", TOML.replace("no = 0 }", "no = 0, maybe = 0 }"), FILES), tmp_path / "o"
    )


def test_processes_side_by_side_give_the_same_bytes(tmp_path):
    folder = write_study(tmp_path / "s", TOML, FILES)
    assert taken(folder, tmp_path / "one") == taken(folder, tmp_path / "two", jobs=2)


def test_a_large_delivery_is_taken_from_the_shelf(tmp_path, monkeypatch):
    folder = write_study(tmp_path / "s", TOML, FILES)
    whole = taken(folder, tmp_path / "one")
    monkeypatch.setattr(looking, "IN_MEMORY", 0)
    monkeypatch.setattr("couples_study.pipeline.tables.ROWS_AT_A_TIME", 2)
    parts = taken(folder, tmp_path / "two")
    tables = {name for name in whole if name.startswith("data/") and name.endswith(".parquet")}
    assert {n: c for n, c in parts.items() if n not in tables} == {n: c for n, c in whole.items() if n not in tables}


def test_a_shelf_that_was_emptied_or_half_written_changes_nothing(tmp_path):
    folder, out = write_study(tmp_path / "s", TOML, FILES), tmp_path / "out"
    whole = taken(folder, out)
    places = sorted((out / FOLDER).iterdir())
    shutil.rmtree(places[0])
    (places[1] / "facts.json").unlink()
    (out / FOLDER / ".half-x").mkdir()
    assert taken(folder, out) == whole


def test_the_shelf_holds_nothing_that_the_study_does_not_use_or_understand(tmp_path):
    diary = (
        DIARY_CSV.replace("conflict\n", "conflict,note\n")
        .replace("no\n", "no,Kanarienvogel\n")
        .replace("yes\n", "yes,x\n")
    )
    diary = diary.replace("1,b,0,20", "1,b,0,Geheimnis")
    folder = write_study(tmp_path / "s", TOML, {"people.csv": PEOPLE_CSV, "diary_1.csv": diary})
    kept = b"".join(content for name, content in taken(folder, tmp_path / "out").items() if FOLDER in name)
    assert b"stress_day" in kept
    assert b"Kanarienvogel" not in kept
    assert b"Geheimnis" not in kept


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_first_faulty_file_is_told_whoever_looked_at_it(tmp_path, jobs):
    files = {**FILES, "diary_1.csv": "dyad,pid,day\n1,a,0\n", "diary_2.csv": "something else\n1\n"}
    with pytest.raises(DeliveryError, match=r"diary_1\.csv"):
        run_intake(str(write_study(tmp_path / "s", TOML, files)), tmp_path / "out", jobs=jobs)


OF_TWO_FORMS = TOML + DIARY.replace('"diary.csv"', '"later*.csv"').replace("columns = {", "columns = { energy = 'e',").replace(
    "touch_received_n = \"touch\", ", ""
) + '\n[measures.energy]\nlabel = "Energy"\nrange = [0, 100]\n'  # fmt: skip
LATER = {
    "later_1.csv": "dyad,pid,day,stress,conflict,e\n1,a,5,15,no,1\n1,b,5,25,no,\n2,c,7,55,yes,3\n2,d,7,,no,4\n",
    "later_2.csv": "dyad,pid,day,stress,conflict,e\n2,c,8,5,yes,3.5\n2,d,8,7,no,44\n2,c,9,-99,no,45\n",
}


@pytest.mark.parametrize(
    ("toml", "files"),
    [
        (TOML, FILES),  # two files whose rows lie between each other's
        (
            TOML,
            {**FILES, "diary_2.csv": "dyad,pid,day,stress,touch,conflict\n3,a,0,1,2,no\n3,b,0,,3,yes\n3,a,1,-99,,\n"},
        ),
        (OF_TWO_FORMS, {**FILES, **LATER}),  # columns that some stretches do not have
    ],
)
@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_a_table_written_in_stretches_is_the_table(tmp_path, monkeypatch, toml, files, rows):
    monkeypatch.setattr("couples_study.pipeline.tables.ROWS_AT_A_TIME", rows)
    folder = write_study(tmp_path / "s", toml, files)
    run_intake(str(folder), tmp_path / "out")
    written = pd.read_parquet(tmp_path / "out" / "data" / "diary_days.parquet")
    pd.testing.assert_frame_equal(written, load_study(folder).table("diary_days"))
