"""docs/data-protection.md: its example of identifiers is a study file, and its commands are commands."""

from __future__ import annotations

import re
import tomllib

from tests.shared_data import REPOSITORY

from couples_study.cli.main import _parser
from couples_study.contracts.study import Source
from couples_study.pipeline.export import AUDIENCES

TEXT = (REPOSITORY / "docs" / "data-protection.md").read_text("utf-8")


def test_the_example_is_read():
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    (source,) = tomllib.loads(example)["source"]
    assert {one.do for one in Source.model_validate(source).identifiers.values()} == {"hash", "drop"}


def test_its_commands_are_understood():
    commands = re.findall(r"^couples-study (.+)$", TEXT, re.MULTILINE)
    assert len(commands) == 3
    for line in [one for one in commands if one.startswith("export")]:
        told = _parser()[0].parse_args(line.split())
        assert tuple(told.audience.split("|")) == AUDIENCES
    for line in [one for one in commands if one.startswith("withdraw")]:
        assert _parser()[0].parse_args(line.split()).person == "C12/a"
