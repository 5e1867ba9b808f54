"""Damaged exports of every format and damaged study files, the whole way: held or refused, never lost, never repeated.

``DAMAGED`` sets how many damaged studies each format is given; ``make fuzz`` gives more than twenty thousand in all.
"""

from __future__ import annotations

import json
import os
import random
import tomllib
import warnings
import zlib
from io import BytesIO
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from tests.readers.test_mutations import damaged, delimited
from tests.small_studies import reconciled

from couples_study.contracts.base import parsed
from couples_study.contracts.study import StudyFile
from couples_study.core.errors import CouplesStudyError
from couples_study.intake import link, take_in
from couples_study.pipeline import run_intake
from couples_study.pipeline.deliveries import read_deliveries
from couples_study.pipeline.locate import locate
from couples_study.steps.batteries import batteries_of
from couples_study.steps.check import check
from couples_study.steps.derive import derive

EXAMPLES = int(os.environ.get("DAMAGED", "12"))
WHOLE_RUN_EVERY = 12
WORD, NUMBER = "zqxkanari", "61.7319"  # stand in answers, and nowhere else
NAMES = ("dyad", "pid", "sex", "at", "stress", "touch", "conflict", "note", "s1", "s2", "s3", "status")
PLATFORM = ("connectionId", "sentBeepId", "timeStampStart", "deltaUTC")
TOML = """
[study]
id = "damaged"
title = "A study to be damaged"
time_zone = "Europe/Vienna"
start_date = 2026-03-02
day_ends = "04:00"
day_opens = "16:00"
scheduled_days = 9
claims = []

[dyads]
type = "distinguishable"
by = "sex"
labels = { f = "woman", m = "man" }

[[source]]
reader = "READER"
files = "diary*"
table = "diary_days"
keys = { couple = "dyad", person = "pid", date = "at" }
missing = { -99 = "refused" }
missing_in = { touch = { 88 = "not_reached" } }
columns = { stress_day = "stress", touch_received_n = "touch", conflict_today = "conflict", s1 = "s1", s2 = "s2", s3 = "s3" }
recode = { conflict_today = { yes = 1, no = 0 } }
only = { status = ["done", "test", ""] }
drop = { preview = { status = "test" } }

[measures.mood]
label = "Mood"
items = ["s1", "s2", "s3"]
reversed = ["s3"]
range = [1, 7]

[checks.careless]
long_string = 3
exclude = ["long_string"]

[[state]]
couple = "2"
day = 6
state = "separated"
"""


def rows() -> list[list[str]]:
    """Evenings of three couples: good ones, late ones, doubles, codes, odd labels."""
    found = []
    for couple, pair in (("1", "ab"), ("2", "cd"), ("3", "ef")):
        for day in range(5):
            for person, sex in zip(pair, "fm", strict=True):
                at = f"2026-03-{2 + day:02}T2{day % 4}:1{day}:00"
                moods = [str((day + place) % 7 + 1) for place in range(3)]
                answers = [NUMBER if day == 1 else "-99", str(day if day else 88), "yes" if day % 2 else "no"]
                found.append([couple, person, sex, at, *answers, f"{WORD}{day}", *moods, "done"])
    found[3][6], found[5][4], found[7][11], found[9][3] = WORD, WORD, "test", "2026-03-07T09:00:00"
    return [*found, list(found[0]), [*found[2][:4], "7", *found[2][5:]], [""] * len(NAMES)]


def as_file(reader: str) -> bytes:
    if reader in ("csv", "redcap"):
        return delimited(NAMES, rows(), quoted=reader == "redcap")
    if reader == "qualtrics":
        ids = [json.dumps({"ImportId": name}).replace('"', '""') for name in NAMES]
        return delimited(NAMES, [NAMES, ids, *rows()], quoted=True)
    if reader == "mpath":
        told = [["7", str(n), "1772480000", "0", *row] for n, row in enumerate(rows())]
        return delimited((*PLATFORM, *NAMES), told, ";", encoding="utf-8-sig")
    if reader == "formr":
        return json.dumps([dict(zip(NAMES, row, strict=True)) for row in rows()]).encode()
    return _binary(reader)


def _binary(reader: str) -> bytes:
    frame, sink = pd.DataFrame(rows(), columns=list(NAMES)), BytesIO()
    if reader == "parquet":
        frame.to_parquet(sink)
        return sink.getvalue()
    if reader == "excel":
        frame.to_excel(sink, index=False)
        return sink.getvalue()
    path = Path(os.environ.get("PYTEST_TMP", "/tmp")) / f"whole_way_{os.getpid()}"  # noqa: S108 (gone below)
    (pyreadstat.write_sav if reader == "spss" else pyreadstat.write_dta)(frame, path)
    content = path.read_bytes()
    path.unlink()
    return content


def damaged_toml(text: str, chance: random.Random) -> str:
    """Words of the study file taken out, doubled or put in each other's place."""
    words = text.split(" ")
    for _ in range(chance.randint(1, 2)):
        one, other = chance.randrange(len(words)), chance.randrange(len(words))
        kind = chance.randrange(4)
        if kind == 0:
            del words[one]
        elif kind == 1:
            words.insert(one, words[other % len(words)])
        elif kind == 2:
            words[one], words[other] = words[other], words[one]
        else:
            words[one] = chance.choice(
                ('"', "{}", "true", "1e400", '"99:99"', "[[source]]\n", "2026-02-30", '"*"', '"@row"')
            )
    return " ".join(words)


def says_no_answer(text: str, where: str) -> None:
    assert WORD not in text, where
    assert NUMBER not in text, where


def outputs_say_no_answer(out: Path) -> None:
    for path in sorted(out.rglob("*")):
        where = path.relative_to(out)
        says_no_answer(str(where), "a file's name")
        if path.is_file() and where.parts[0] not in ("data", "quarantine"):
            says_no_answer(path.read_text("utf-8"), str(where))


def taken_in(folder: Path) -> str:
    """What became of a study: refused, taken or held; any other end is an error of ours."""
    try:
        place = locate(folder)
        checked = check(place.study)
        exports = read_deliveries(place)
        intake = link(
            place.study, take_in(place.study, exports, checked.glossary), checked.glossary, batteries_of(checked)
        )
    except CouplesStudyError as error:
        says_no_answer(str(error), "a message")
        assert error.where  # noqa: PT017 (both ends are looked at)
        return "refused"
    reconciled(intake)
    delivered = sum(export.n_rows for files in exports for export in files)
    assert sum(entry.export_rows_read for entry in intake.ledger.sources) == delivered
    for entry in intake.ledger.sources:
        assert sum(entry.excluded.values()) <= entry.rows_accepted
    if len(exports) == 1 and "diary_days" in intake.tables:
        told = intake.ledger.tables["diary_days"]
        assert told.rows + sum(told.exclusions.values()) == sum(entry.rows_accepted for entry in intake.ledger.sources)
    says_no_answer(json.dumps(intake.ledger.record()), "the ledger")
    derive(checked, intake)
    return "held" if intake.ledger.rows_held else "taken"


READERS = ("csv", "qualtrics", "redcap", "mpath", "formr", "excel", "parquet", "spss", "stata")
FORM_NAMES = {
    "spss": "diary.sav",
    "stata": "diary.dta",
    "excel": "diary.xlsx",
    "parquet": "diary.parquet",
    "formr": "diary.json",
}


@pytest.mark.parametrize("reader", READERS)
def test_damaged_exports_and_study_files_the_whole_way(reader, tmp_path, capfd):
    chance = random.Random(zlib.crc32(reader.encode()))  # noqa: S311 (chance, not secrets)
    toml, whole = TOML.replace("READER", reader), as_file(reader)
    others = [as_file(other) for other in READERS]
    path, ends = tmp_path / FORM_NAMES.get(reader, "diary.csv"), {"refused": 0, "held": 0, "taken": 0}
    for number in range(EXAMPLES + 1):
        content = damaged(whole, chance, others) if number else whole
        text = damaged_toml(toml, chance) if number and chance.random() < 0.2 else toml
        path.write_bytes(content)
        (tmp_path / "study.toml").write_text(text, "utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            end = taken_in(tmp_path)
        ends[end] += 1
        if end != "refused" and number % WHOLE_RUN_EVERY == 0:
            out = tmp_path / "out"
            run_intake(str(tmp_path), out)
            outputs_say_no_answer(out)
        if number == 0:
            assert end == "held", f"the undamaged study of {reader} was {end}"
    said = capfd.readouterr()
    says_no_answer(said.out + said.err, "what was printed")
    print(f"{reader}: {ends}")


def test_the_study_to_be_damaged_uses_what_it_says(tmp_path):
    (tmp_path / "study.toml").write_text(TOML.replace("READER", "csv"), "utf-8")
    (tmp_path / "diary.csv").write_bytes(as_file("csv"))
    assert taken_in(tmp_path) == "held"
    run_intake(str(tmp_path), tmp_path / "out")
    entry = json.loads((tmp_path / "out" / "ledger.json").read_text())["sources"][0]
    assert set(entry["held_by_reason"]) >= {"duplicate_conflicting", "not_a_number", "unknown_label"}
    assert set(entry["excluded"]) >= {"preview", "late_entry", "blank_row"}
    assert parsed(StudyFile, tomllib.loads(TOML.replace("READER", "csv")), "study.toml").state


def test_a_million_columns_are_refused_or_read_but_never_a_traceback(tmp_path):
    (tmp_path / "study.toml").write_text(TOML.replace("READER", "csv"), "utf-8")
    names = ",".join(f"c{n}" for n in range(1_000_000))
    (tmp_path / "diary.csv").write_text(names + "\n" + "1," * 999_999 + "1\n", "utf-8")
    assert taken_in(tmp_path) == "refused"
