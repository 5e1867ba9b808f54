"""The JSON Schema of study.toml: up to date, complete, and in agreement with the strict model."""

from __future__ import annotations

import datetime as dt
import re
import tomllib

import jsonschema
import pytest
from tests.shared_data import REPOSITORY
from tests.small_studies import TOML

from couples_study.contracts.base import parsed
from couples_study.contracts.schema import schema_text, shipped_schema, study_schema
from couples_study.contracts.study import StudyFile
from couples_study.core.errors import StudyFileError

SCHEMA = study_schema()
BLOCKS = re.findall(r"```toml\n(.*?)```", (REPOSITORY / "docs" / "study-file.md").read_text("utf-8"), flags=re.DOTALL)
FILES = sorted(
    [
        *REPOSITORY.glob("tests/**/study.toml"),
        *REPOSITORY.glob("data/raw/*/study.toml"),
        *REPOSITORY.glob("src/**/study.toml"),
    ]
)


def plain(value):
    """TOML's dates and times as JSON has them: as text."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else value


def faults(text):
    return [error.message for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(plain(tomllib.loads(text)))]


def test_the_schema_is_one_and_up_to_date():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert shipped_schema() == schema_text() == (REPOSITORY / "docs" / "study.schema.json").read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_every_study_of_the_repository_fits(path):
    assert faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize("text", [block for block in BLOCKS if "[study]" in block and "[[source]]" in block])
def test_every_example_of_the_docs_fits(text):
    assert faults(text) == []


def test_there_are_files_and_examples_to_check():
    assert len(FILES) >= 5
    assert sum("[study]" in block for block in BLOCKS) >= 3


def test_every_key_has_a_title_and_a_meaning():
    for name, model in {"StudyFile": SCHEMA, **SCHEMA["$defs"]}.items():
        for key, field in model["properties"].items():
            assert field.get("title") == key, f"{name}.{key}"
            assert field.get("description"), f"{name}.{key} has no line in contracts/keys.toml"


FULL = (
    TOML
    + """
[measures.mood]
label = "Mood"
items = ["m1", "m2"]
range = [0, 10]

[[hypothesis]]
id = "H1"
statement = "More stress, fewer touches."
model = "apim"
outcome = "stress_day"
actor = ["touch_received_n"]
smallest_effect = { value = 0.5, unit = "points per touch", why = "why not" }

[checks]
silent_days = 2

[checks.careless]
long_string = 8

[[state]]
couple = "1"
date = 2026-03-09
state = "separated"
"""
)


def test_the_file_that_the_broken_ones_are_made_from_is_good():
    assert faults(FULL) == []
    parsed(StudyFile, tomllib.loads(FULL), "here")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title = ", 'titel = "x"\ntitle = '),
        ('by = "sex"', 'by = "sex"\nlabel = {}'),
        ('table = "people"', 'table = "people"\nseperator = ","'),
        ('table = "people"', 'table = "peoples"'),
        ('couple = "dyad"', 'cuople = "dyad"'),
        ('id = "small"', "id = 3"),
        ('id = "small"', 'id = "Small Study"'),
        ('type = "distinguishable"', 'type = "distinct"'),
        ('reader = "csv"', "reader = 1"),
        ('reader = "csv"\n', ""),
        ('reader = "csv"', 'reader = "csv"\nfiles2 = "x"'),
        ('reader = "csv"', 'reader = "csv"\nheader_rows = 4'),
        ('reader = "csv"', 'reader = "csv"\ndecimal = ";"'),
        ('reader = "csv"', 'reader = "csv"\nonly = { a = 3 }'),
        ('reader = "csv"', 'reader = "csv"\ndrop = { rule = { a = [] } }'),
        ('"refused"', '"dunno"'),
        ("range = [0, 10]", "range = [0, 10, 20]"),
        ("range = [0, 10]", 'range = ["a", "b"]'),
        ("range = [0, 10]", "range = [0, 10]\nmin_answered = 0"),
        ('label = "Mood"\n', ""),
        ("value = 0.5", "value = 0"),
        ("value = 0.5", 'value = "half"'),
        ("value = 0.5", "value = 0.5, vlaue = 1"),
        ('model = "apim"', 'model = "apim"\nlag = 2'),
        ('model = "apim"', 'model = "apim"\ncentering = "none of these"'),
        ("silent_days = 2", "silent_days = 0"),
        ("long_string = 8", "long_strings = 8"),
        ('state = "separated"', 'state = "parted"'),
        ("[checks]\n", "[chekcs]\nx = 1\n[checks]\n"),
        ("title = ", 'day_ends = "4:00"\ntitle = '),
    ],
)
def test_what_the_model_refuses_by_key_or_type_the_schema_does_too(old, new):
    assert old in FULL
    broken = FULL.replace(old, new, 1)
    assert faults(broken)
    with pytest.raises(StudyFileError):
        parsed(StudyFile, tomllib.loads(broken), "here")
