"""Damaged exports of every format and damaged study files, the whole way: held or refused, never lost, never repeated.

``python -m tests.intake.fuzz`` (``make fuzz``) does the same with more than twenty thousand.
"""

from __future__ import annotations

import json
import tomllib

import pytest
from tests.intake.damaged_studies import (
    READERS,
    THIRD_PARTY,
    TOML,
    WORD,
    as_file,
    fixtures,
    mutant,
    says_no_answer,
    taken_in,
    whole_run,
    write,
)
from tests.readers.damage import KINDS
from tests.shared_data import needs_shared

from couples_study.contracts.base import parsed
from couples_study.contracts.study import StudyFile
from couples_study.pipeline import run_intake

OF_EACH_READER, OF_EACH_EXPORT = 12, 2


def survives(name: str, numbers: range, folder, capfd) -> None:
    fixture = fixtures()[name]
    write(fixture, folder)
    assert taken_in(folder, fixture.tells) == fixture.ends, f"the undamaged study of {name}"
    for number in numbers:
        write(fixture, folder, *mutant(fixture, number))
        if taken_in(folder, fixture.tells) != "refused":
            whole_run(folder, folder / "out", fixture.tells)
    said = capfd.readouterr()
    says_no_answer(said.out + said.err, fixture.tells, "what was printed")


@pytest.mark.parametrize("reader", READERS)
def test_damaged_exports_and_study_files_the_whole_way(reader, tmp_path, capfd):
    survives(reader, range(OF_EACH_READER), tmp_path, capfd)


@needs_shared
@pytest.mark.parametrize("name", sorted(path.parent.name for path in THIRD_PARTY.glob("*/study.toml")))
def test_damaged_third_party_exports_the_whole_way(name, tmp_path, capfd):
    survives(name, range(OF_EACH_EXPORT), tmp_path, capfd)


def test_every_kind_of_damage_is_done_and_the_same_number_is_the_same_damage():
    done = []
    for number in range(400):
        mutant(fixtures()["csv"], number, done.append)
    assert {*done} == {*KINDS, "words of study.toml"}
    assert mutant(fixtures()["csv"], 7) == mutant(fixtures()["csv"], 7) != mutant(fixtures()["csv"], 8)


def test_a_message_with_an_answer_would_be_noticed(tmp_path):
    with pytest.raises(AssertionError, match="an answer in a message"):
        says_no_answer(f"found: {WORD}3", fixtures()["csv"].tells, "a message")


def test_the_study_to_be_damaged_uses_what_it_says(tmp_path):
    (tmp_path / "study.toml").write_text(TOML.replace("READER", "csv"), "utf-8")
    (tmp_path / "diary.csv").write_bytes(as_file("csv"))
    run_intake(str(tmp_path), tmp_path / "out")
    entry = json.loads((tmp_path / "out" / "ledger.json").read_text())["sources"][0]
    assert set(entry["held_by_reason"]) >= {"duplicate_conflicting", "not_a_number", "unknown_label"}
    assert set(entry["excluded"]) >= {"preview", "late_entry", "blank_row"}
    assert parsed(StudyFile, tomllib.loads(TOML.replace("READER", "csv")), "study.toml").state


def _a_million(reader: str) -> str:
    if reader == "formr":
        return "[{" + ",".join(f'"c{n}":1' for n in range(1_000_000)) + "}]"
    mark = ";" if reader == "mpath" else ","
    return mark.join(f"c{n}" for n in range(1_000_000)) + "\n" + f"1{mark}" * 999_999 + "1\n"


@pytest.mark.parametrize("reader", ["csv", "qualtrics", "redcap", "mpath", "formr"])
def test_a_million_columns_are_refused_or_read_but_never_a_traceback(reader, tmp_path):
    (tmp_path / "study.toml").write_text(TOML.replace("READER", reader), "utf-8")
    (tmp_path / "diary.csv").write_text(_a_million(reader), "utf-8")
    assert taken_in(tmp_path, ()) == "refused"
