"""Direct identifiers: found by name and content, and at the door dropped, hashed, kept for a reason, or refused."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from tests.small_studies import DIARY_CSV, PEOPLE_CSV, TOML, write_study

from couples_study.cli import main
from couples_study.pipeline import run_intake, run_withdraw
from couples_study.privacy.identifiers import direct_identifiers, told_by_content, told_by_name

IDS = {"a": "anna@example.org", "b": "ben@example.org", "c": "cara@example.org", "d": "dan@example.org"}


@pytest.fixture(autouse=True)
def secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("COUPLES_STUDY_SECRETS", str(tmp_path / "secrets"))


def mailed(text):
    head, *rows = text.splitlines()
    cells = [row.split(",") for row in rows]
    return "\n".join([head, *(",".join([row[0], IDS[row[1]], *row[2:]]) for row in cells)]) + "\n"


def study(tmp_path, said):
    toml = TOML.replace('reader = "csv"', f'reader = "csv"\nidentifiers = {{ {said} }}' if said else 'reader = "csv"')
    return write_study(tmp_path / "study", toml, {"people.csv": mailed(PEOPLE_CSV), "diary.csv": mailed(DIARY_CSV)})


@pytest.mark.parametrize(
    "name", ["E-Mail", "RecipientEmail", "IPAddress", "LocationLatitude", "first_name", "Telefon", "device_id", "dob"]
)
def test_columns_are_found_by_name(name):
    assert told_by_name(name)


@pytest.mark.parametrize("name", ["stress", "couple", "person", "touch_received_n", "name_of_day", "relation", "tips"])
def test_other_columns_are_not(name):
    assert told_by_name(name) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("anna@example.org", "an e-mail address"),
        ("192.168.0.1", "a network address"),
        ("+43 660 1234567", "a telephone number"),
        ("we argued about my mother and then went to sleep", "free text"),
        ("2026-03-02T20:34:10", None),
        ("K102y", None),
        ("-99", None),
        ("3.5", None),
    ],
)
def test_columns_are_found_by_content(text, kind):
    assert told_by_content(["", text]) == kind


def test_by_column_what_it_tells():
    assert direct_identifiers([("email", []), ("q", ["a@b.org"]), ("stress", ["3"])]) == {
        "email": "an e-mail address",
        "q": "an e-mail address",
    }


def test_addresses_as_ids_are_refused_until_the_study_decides(tmp_path, capsys):
    assert main(["intake", str(study(tmp_path, "")), "--out", str(tmp_path / "out")]) == 1
    err = capsys.readouterr().err
    assert 'do = "hash"' in err
    assert "example.org" not in err
    assert not (tmp_path / "out").exists()


def test_hashed_ids_are_pseudonyms_everywhere_and_partners_stay_together(tmp_path):
    folder = study(tmp_path, 'pid = { do = "hash", why = "the platform has no other id" }')
    done = run_intake(str(folder), tmp_path / "out")
    assert done.rows_held == 0
    people = pq.read_table(tmp_path / "out" / "data" / "people.parquet").to_pylist()
    assert [row["couple_id"] for row in people] == ["1", "1", "2", "2"]
    assert all(row["person_id"].split("/")[1].startswith("p-") for row in people)
    for path in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        assert b"example.org" not in path.read_bytes()


def test_somebody_whose_id_is_hashed_withdraws_under_the_id_they_know(tmp_path):
    folder = study(tmp_path, 'pid = { do = "hash", why = "the platform has no other id" }')
    assert run_withdraw(str(folder), IDS["c"]).clean
    assert IDS["c"] not in (folder / "people.csv").read_text("utf-8")
    assert IDS["d"] in (folder / "people.csv").read_text("utf-8")


def test_kept_for_a_reason(tmp_path):
    folder = study(tmp_path, 'pid = { do = "keep", why = "invented addresses" }')
    assert run_intake(str(folder), tmp_path / "out").rows_held == 0


def test_dropped_columns_are_in_no_held_row(tmp_path):
    toml = TOML.replace(
        'files = "people.csv"',
        'files = "people.csv"\nidentifiers = { mail = { do = "drop", why = "for paying only" } }',
    )
    people = "dyad,pid,sex,age,mail\n1,a,f,30,x@example.org\n1,b,m,999,y@example.org\n"
    folder = write_study(tmp_path / "study", toml, {"people.csv": people, "diary.csv": DIARY_CSV})
    done = run_intake(str(folder), tmp_path / "out")
    assert done.rows_held > 0
    for path in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        assert b"example.org" not in path.read_bytes()


@pytest.mark.parametrize("said", ['mail = { do = "drop", why = "x y z" }', 'pid = { do = "hash" }'])
def test_a_column_that_is_not_there_and_a_missing_reason_are_refused(tmp_path, said):
    assert main(["intake", str(study(tmp_path, said)), "--out", str(tmp_path / "out")]) == 1
