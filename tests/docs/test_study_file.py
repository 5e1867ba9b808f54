"""docs/study-file.md: every example runs as it stands, and what the text says of it is so."""

from __future__ import annotations

import json
import re

import pytest
from tests.shared_data import REPOSITORY

from couples_study.cli import main

TEXT = (REPOSITORY / "docs" / "study-file.md").read_text("utf-8")


def examples() -> dict[str, dict[str, str]]:
    found = {}
    for part in TEXT.split("<!-- example: ")[1:]:
        name = part.split(" -->", 1)[0]
        body = part.split("\n## ", 1)[0]
        blocks = re.findall(r"```(\S+)(?: (\S+))?\n(.*?)```", body, flags=re.DOTALL)
        found[name] = {file or "study.toml": text for _, file, text in blocks}
    return found


def written(name, tmp_path):
    folder = tmp_path / name
    folder.mkdir()
    for file, text in examples()[name].items():
        (folder / file).write_text(text, "utf-8")
    return folder


def ledger_of(name, tmp_path):
    out = tmp_path / "out"
    assert main(["report", str(written(name, tmp_path)), "--out", str(out)]) == 0
    return json.loads((out / "ledger.json").read_text()), json.loads((out / "verdicts.json").read_text())


def test_there_are_three_examples():
    assert set(examples()) == {"diary", "wide", "single"}


@pytest.mark.parametrize("name", sorted(examples()))
def test_every_example_can_be_planned(name, tmp_path, capsys):
    assert main(["plan", str(written(name, tmp_path))]) == 0
    assert "equation:" in capsys.readouterr().out


def test_diary_example_holds_one_evening_and_excludes_the_late_one(tmp_path):
    ledger, verdicts = ledger_of("diary", tmp_path)
    source = next(one for one in ledger["sources"] if one["table"] == "diary_days")
    assert (source["rows_read"], source["rows_accepted"], source["rows_held"]) == (6, 5, 1)
    assert source["held_by_reason"] == {"out_of_range": 1}
    assert source["missing_codes"] == {"stress_day": {"refused": 1}}
    assert ledger["tables"]["diary_days"]["exclusions"] == {"late_entry": 1}
    assert verdicts["claims"][0]["verdict"] == "not_testable"


def test_wide_example_keeps_her_answer_where_his_is_held(tmp_path):
    ledger, _ = ledger_of("wide", tmp_path)
    source = ledger["sources"][0]
    assert (source["export_rows_read"], source["rows_read"], source["rows_held"]) == (5, 10, 1)
    assert ledger["tables"]["diary_days"]["exclusions"] == {"unanswered": 1}
    assert ledger["tables"]["diary_days"]["rows"] == 8


def test_single_example_holds_the_value_outside_the_closed_map(tmp_path):
    ledger, verdicts = ledger_of("single", tmp_path)
    assert ledger["sources"][0]["held_by_reason"] == {"unknown_label": 1}
    assert [one["id"] for one in verdicts["claims"]] == ["children_and_content", "C31"]
    assert "resentment" in verdicts["claims"][1]["missing_columns"]


def test_reference_tables_name_every_key_of_the_model():
    from couples_study.contracts.hypothesis import Hypothesis
    from couples_study.contracts.measure import Measure
    from couples_study.contracts.study import Dyads, Meta, Source

    reference = TEXT.split("## Reference", 1)[1]
    for model in (Meta, Dyads, Source, Measure, Hypothesis):
        for field in model.model_fields:
            assert f"`{field}`" in reference or f"`{field} =" in reference, (
                f"{model.__name__}.{field} is not documented"
            )
