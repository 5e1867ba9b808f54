"""Bad input through the command line: an exit code, one clear message, nothing written, no answer repeated."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from tests.small_studies import DIARY_CSV, PEOPLE_CSV, TOML, write_study

from couples_study.cli import main

HYPOTHESIS = """
[[hypothesis]]
id = "H1"
statement = "More stress, fewer touches."
model = "apim"
outcome = "stress_day"
actor = ["touch_received_n"]
smallest_effect = { value = 0.5, unit = "points per touch", why = "why not" }
"""
SECOND = """
[[source]]
reader = "csv"
files = "diary.csv"
table = "diary_days"
keys = { couple = "dyad", person = "pid", day = "day" }
columns = { stress_day = "touch" }
"""


def refused(words, code, capsys, *said):
    """Run one command; it is refused with ``code`` and one message of four parts."""
    assert main([str(word) for word in words]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("couples-study: ")
    assert err.count("couples-study: ") == 1
    assert "Traceback" not in err
    for part in ("expected:", "found:", "to do:"):
        assert err.count(f"  {part}") == 1, err
    for words_ in said:
        assert words_ in err
    return err


def broken(tmp_path, toml=TOML, **files):
    content = {"people.csv": PEOPLE_CSV, "diary.csv": DIARY_CSV} | {f"{k}.csv": v for k, v in files.items()}
    return write_study(tmp_path / "study", toml, {name: text for name, text in content.items() if text is not None})


FILES = {
    "missing file": ({"diary": None}, ["'diary.csv'"]),
    "empty file": ({"diary": b""}, ["diary.csv", "an empty file"]),
    "white space": ({"diary": b" \n\t\n"}, ["diary.csv", "an empty file"]),
    "header only": ({"diary": "dyad,pid,day,stress\n"}, ["diary.csv", "a header only"]),
    "random bytes": ({"diary": bytes(range(128, 256)) * 8}, ["diary.csv", "bytes that are not"]),
    "NULs": ({"diary": b"dyad,pid\x00,day\n1,a,0\n"}, ["diary.csv", "NUL"]),
    "a spreadsheet": (
        {"diary": b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00"},
        ["diary.csv", "a zip archive"],
    ),
    "no separator": ({"diary": DIARY_CSV.replace(",", " ")}, ["diary.csv", "separator"]),
    "doubled header": ({"diary": DIARY_CSV.replace("touch,", "stress,")}, ["'stress' more than once"]),
    "key column absent": ({"diary": DIARY_CSV.replace("pid", "person")}, ["'pid'", "dyad, person, day"]),
    "column absent": ({"diary": DIARY_CSV.replace("touch", "touches")}, ["'touch'", "did you mean 'touches'"]),
    "no header row": ({"diary": DIARY_CSV.partition("\n")[2]}, ["no header row"]),
    "ragged row": ({"diary": DIARY_CSV + "2,c,1\n"}, ["data row 7", "6 cells"]),
    "unclosed quote": ({"diary": DIARY_CSV + '2,c,1,1,1,"no\n'}, ["data row 7", "quote"]),
}


@pytest.mark.parametrize("command", ["intake", "report"])
@pytest.mark.parametrize("fault", FILES)
def test_files_that_are_not_what_was_said(fault, command, tmp_path, capsys):
    files, said = FILES[fault]
    out = tmp_path / "out"
    refused([command, broken(tmp_path, **files), "--out", out], 1, capsys, *said)
    assert not out.exists()


@pytest.mark.parametrize("fault", [name for name in FILES if name not in ("ragged row", "unclosed quote")])
def test_a_plan_is_refused_for_the_same_files(fault, tmp_path, capsys):
    files, said = FILES[fault]
    refused(["plan", broken(tmp_path, TOML + HYPOTHESIS, **files)], 1, capsys, *said)


STUDY_FILES = {
    "unknown key": (TOML.replace("title", "titel"), ["study.toml", "did you mean 'title'"]),
    "wrong type": (TOML.replace('id = "small"', "id = 3"), ["study.id"]),
    "no TOML": (TOML + "[[source\n", ["study.toml", "line"]),
    "nothing at all": ("", ["study: Field required"]),
    "unknown reader": (TOML.replace('reader = "csv"', 'reader = "cvs"'), ["'cvs'", "did you mean 'csv'"]),
    "unknown column": (TOML + HYPOTHESIS.replace('"stress_day"', '"stres_day"'), ["did you mean 'stress_day'"]),
    "unknown model": (TOML + HYPOTHESIS.replace("apim", "apmi"), ["did you mean 'apim'"]),
    "unknown term": (TOML + HYPOTHESIS + 'test = ["actor.inside"]\n', ["actor.inside"]),
    "foreign option": (TOML + HYPOTHESIS + 'exposure = "touch_received_n"\n', ["exposure"]),
    "unknown claim": (TOML.replace("claims = []", 'claims = ["C999"]'), ["study.toml, claims", "C999"]),
    "dots in files": (TOML.replace('"diary.csv"', '"../diary.csv"'), ["without '..'"]),
    "pattern without files": (TOML.replace('"diary.csv"', '"evening_*.csv"'), ["evening_*.csv", "people.csv"]),
    "broken pattern": (TOML.replace('"diary.csv"', '"a**b"'), ["a pattern that can not be read"]),
    "no data_root": (TOML.replace("claims = []", 'data_root = "gone"'), ["data_root", "'gone'"]),
    "no package": (TOML.replace("claims = []", 'data_root = "package:gone_away"'), ["data_root", "gone_away"]),
    "bad time zone": (TOML.replace("Europe/Vienna", "Mars/North"), ["study.time_zone"]),
    "doubled hypothesis": (TOML + HYPOTHESIS + HYPOTHESIS, ["['H1'] more often"]),
    "a claim's id": (TOML + HYPOTHESIS.replace("H1", "C999"), ["'C999'"]),
    "no unit": (TOML + HYPOTHESIS.replace('unit = "points per touch", ', ""), ["smallest_effect.unit"]),
    "unknown SD": (TOML + HYPOTHESIS.replace("points per touch", "pooled SD per touch"), ["within SD, between SD, SD"]),
    "a column from two": (TOML + SECOND, ["stress_day"]),
    "unknown recode": (TOML.replace("recode = { conflict_today", "recode = { conflict_tody"), ["conflict_tody"]),
    "unknown target": (TOML.replace("{ stress_day", "{ stres_day"), ["did you mean 'stress_day'"]),
}


@pytest.mark.parametrize("fault", STUDY_FILES)
def test_study_files_that_can_not_be_meant(fault, tmp_path, capsys):
    toml, said = STUDY_FILES[fault]
    out = tmp_path / "out"
    refused(["report", broken(tmp_path, toml), "--out", out], 1, capsys, *said)
    assert not out.exists()


def test_a_study_file_that_is_no_text(tmp_path, capsys):
    folder = broken(tmp_path)
    (folder / "study.toml").write_bytes(b"\xff\xfe\x00title")
    refused(["plan", folder], 1, capsys, "study.toml", "UTF-8")


def test_a_study_file_that_is_a_folder(tmp_path, capsys):
    (tmp_path / "study" / "study.toml").mkdir(parents=True)
    refused(["plan", tmp_path / "study"], 2, capsys, "not a file")


def test_a_study_file_that_may_not_be_read(tmp_path, capsys, monkeypatch):
    folder = broken(tmp_path)
    read = Path.read_bytes

    def guarded(path):
        if path.name == "study.toml":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", guarded)
    refused(["plan", folder], 1, capsys, "permission denied")


def test_an_export_that_may_not_be_read(tmp_path, capsys, monkeypatch):
    folder = broken(tmp_path)
    read = Path.read_bytes

    def guarded(path):
        if path.name == "diary.csv":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", guarded)
    refused(["intake", folder, "--out", tmp_path / "out"], 1, capsys, "diary.csv", "permission denied")
    refused(["plan", folder], 1, capsys, "diary.csv", "permission denied")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "dem0"], ["study 'dem0'", "did you mean 'demo'"]),
        (["intake", "no/such/folder"], ["no/such/folder"]),
        (["intake", "x" * 5000], ["check the path"]),
        (["intake", "."], ["a folder without one"]),
        (["reprot", "demo"], ["command 'reprot'", "did you mean 'report'"]),
        (["report"], ["STUDY"]),
        (["report", "demo", "--jbos", "2"], ["--jbos"]),
        (["report", "demo", "--jobs", "0"], ["--jobs", "from 1 up"]),
        (["report", "demo", "--jobs", "two"], ["--jobs", "from 1 up"]),
        (["report", "demo", "--claims", "C9999"], ["claim 'C9999'"]),
        (["report", "demo", "--claims", ","], ["--claims"]),
        (["report", "demo", "--claims"], ["--claims"]),
        (["report", "demo", "fair"], ["fair"]),
        (["--nonsense"], ["--nonsense"]),
    ],
)
def test_wrong_words(words, said, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(words, 2, capsys, *said)
    assert list(tmp_path.iterdir()) == []


def test_an_out_that_can_not_be_written_to(tmp_path, capsys):
    (tmp_path / "file").write_text("here first")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        refused(["intake", broken(tmp_path), "--out", out], 2, capsys, "--out")
    assert (tmp_path / "file").read_text() == "here first"


def test_a_study_may_be_named_by_its_file(tmp_path, capsys):
    assert main(["plan", str(broken(tmp_path, TOML + HYPOTHESIS) / "study.toml")]) == 0


def test_strict_answers_with_three_where_rows_are_held(tmp_path, capsys):
    good, bad = broken(tmp_path / "a"), broken(tmp_path / "b", diary=DIARY_CSV.replace("10,1,no", "500,1,no"))
    assert main(["intake", str(good), "--out", str(tmp_path / "1"), "--strict"]) == 0
    assert main(["intake", str(bad), "--out", str(tmp_path / "2"), "--strict"]) == 3
    assert main(["intake", str(bad), "--out", str(tmp_path / "3")]) == 0
    assert "1 held" in capsys.readouterr().out


CANARY = re.compile(r"kanari\w*", re.IGNORECASE)


def with_canaries():
    """The small diary with a word of its own in every answer that may be wrong, and in a column nobody reads."""
    people = PEOPLE_CSV.replace("sex,age", "sex,age,note").replace("30\n", "kanari_age,kanari_note\n")
    people = re.sub(r"(\d\d)\n", r"\1,kanari_note\n", people)
    rows = DIARY_CSV.splitlines()
    diary = [
        rows[0] + ",note",
        "1,a,0,kanari_stress,kanari_touch,kanari_label,kanari_note",
        *(f"{row},Kanari" for row in rows[2:]),
    ]
    return people, "\n".join(diary) + "\n"


def no_canary(*texts):
    for text in texts:
        assert not CANARY.search(text)


FAILURES = {
    "held rows": lambda people, diary: (TOML, people, diary),
    "no header row": lambda people, diary: (TOML, people, diary.partition("\n")[2]),
    "doubled cells in the first row": lambda people, diary: (TOML, people, "kanari,kanari,kanari\n" + diary.partition("\n")[2]),
    "ragged row": lambda people, diary: (TOML, people, diary + "kanari,kanari\n"),
    "unclosed quote": lambda people, diary: (TOML, people, diary + '1,a,5,1,1,no,"kanari\n'),
    "wrong separator": lambda people, diary: (TOML, people, diary.replace(",", ";")),
    "NUL": lambda people, diary: (TOML, people, diary + "kanari\0"),
    "key absent": lambda people, diary: (TOML.replace('"pid", day', '"id", day'), people, diary),
    "column absent": lambda people, diary: (TOML.replace('"touch"', '"hugs"'), people, diary),
    "ids": lambda people, diary: (TOML, people, diary.replace("1,a,0", "kanari,a,0").replace("1,b,0", "1,kanari,0")),
    "days": lambda people, diary: (TOML, people, diary.replace("1,b,0", "1,b,kanari")),
    "dates": lambda people, diary: (
        TOML.replace('day = "day"', 'date = "day"').replace("claims", "start_date = 2026-03-02\nclaims"),
        people, diary.replace("1,b,0", "1,b,kanari"),
    ),
    "roles": lambda people, diary: (TOML, people.replace("1,b,m", "1,b,kanari"), diary),
    "doubles": lambda people, diary: (TOML, people, diary + "2,d,0,61,6,yes,kanari\n"),
    "missing columns": lambda people, diary: (TOML.replace("claims = []", 'claims = "all"') + HYPOTHESIS, people, diary),
}  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES)
def test_no_answer_is_repeated_outside_data_and_quarantine(failure, tmp_path, capsys):
    toml, people, diary = FAILURES[failure](*with_canaries())
    folder = broken(tmp_path, toml, people=people, diary=diary)
    out = tmp_path / "out"
    for command in (["plan", folder], ["intake", folder, "--out", out], ["report", folder, "--out", out]):
        main([str(word) for word in command])
    no_canary(*capsys.readouterr())
    for path in (path for path in out.rglob("*") if path.is_file()):
        if path.relative_to(out).parts[0] not in ("data", "quarantine"):
            no_canary(path.read_text("utf-8"), os.fspath(path.name))


def test_the_canaries_are_where_they_should_be(tmp_path):
    people, diary = with_canaries()
    out = tmp_path / "out"
    assert main(["intake", str(broken(tmp_path, people=people, diary=diary)), "--out", str(out)]) == 0
    assert len(CANARY.findall((out / "quarantine" / "diary.csv").read_text())) >= 4


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="file names are always text there")
def test_a_file_name_that_is_no_text_is_refused(tmp_path, capsys):
    folder = write_study(tmp_path / "study", TOML.replace('"diary.csv"', '"diary*.csv"'))
    (folder / "diary.csv").rename(folder / os.fsdecode(b"diary_\xff.csv"))
    assert main(["intake", str(folder), "--out", str(tmp_path / "out")]) == 1
    assert r"'diary_\udcff.csv'" in capsys.readouterr().err
