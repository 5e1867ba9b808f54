"""docs/readers.md: every reader has its part, every example is a source that study.toml accepts, every key is heeded."""

from __future__ import annotations

import re
import tomllib

from tests.shared_data import REPOSITORY

from couples_study.contracts.study import Source
from couples_study.readers import readers
from couples_study.readers._missing_words import WORDS, kind_of_missing

PAGE = (REPOSITORY / "docs" / "readers.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
ROWS = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", PAGE, re.MULTILINE)
SOME = {"separator", "encoding", "header_rows", "sheet", "dictionary"}


def test_every_example_is_a_source_and_uses_keys_of_its_reader():
    found = [Source(**tomllib.loads(text)["source"][0]) for text in EXAMPLES]
    assert {one.reader for one in found} == set(readers()) - {"stata"}
    for one in found:
        used = {key for key in SOME if getattr(one, key) is not None}
        assert used <= readers()[one.reader].options


def test_the_table_lists_every_reader_with_its_keys():
    assert {name: frozenset(re.findall(r"`(\w+)`", keys)) for name, keys in ROWS} == {
        name: reader.options for name, reader in readers().items()
    }


def test_the_table_of_labels_is_the_closed_one():
    rows = re.findall(r"^\| (refused|not_applicable|not_reached|technical) \|([^|]*)\|$", PAGE, re.MULTILINE)
    listed = {label.strip(): kind for kind, labels in rows for label in labels.split(",")}
    assert {label: kind_of_missing(label) for label in listed} == listed
    assert len(listed) == len(WORDS)
    assert kind_of_missing("Trifft nicht zu!") == "not_applicable"
    assert kind_of_missing("very close") is None
