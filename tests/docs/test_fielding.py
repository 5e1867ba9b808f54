"""docs/fielding.md: every command in it runs as it stands, and writes what the text says."""

from __future__ import annotations

import re
import shlex

import pytest
from tests.shared_data import REPOSITORY

from couples_study.cli import main

TEXT = (REPOSITORY / "docs" / "fielding.md").read_text("utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


@pytest.mark.parametrize("command", [line for line in COMMANDS if " demo " not in line])
def test_commands_run_as_they_stand(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(command)
    assert program == "couples-study"
    assert main([re.sub("^/tmp", str(tmp_path), word) for word in words]) == 0
    assert list(tmp_path.rglob("*.*"))


def test_commands_on_the_demo_are_told_from_the_others(tmp_path):
    """What they write is tested on a small study (tests/codebook); here their words are."""
    for command in (line for line in COMMANDS if " demo " in line):
        _, name, study, *rest = shlex.split(command)
        assert (name, study) == ("codebook", "demo")
        assert set(rest[rest.index("--format") + 1].split(",")) <= {
            "html",
            "md",
            "json",
            "table-schema",
            "spss",
            "stata",
        }


def test_the_folders_it_names_are_those_that_are_written(tmp_path):
    assert main(["field", "--claims", "C60,C12", "--out", str(tmp_path)]) == 0
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"upload", "team", "study.toml", "README.md"}
    assert all(f"`{name}" in TEXT for name in written)
