"""A codebook that a platform exports beside the data, as rows by column name."""

from __future__ import annotations

import re
from pathlib import Path

from couples_study.contracts.study import Keys, Source
from couples_study.core.errors import DeliveryError
from couples_study.readers._delimited import header_of, opened, table_below

TAG = re.compile(r"<[^<>]*>")
AS_TEXT = Source(reader="csv", files=("dictionary",), table="people", keys=Keys(person="field"))


def rows_of(path: Path) -> list[dict[str, str]]:
    """The codebook's rows, each by column name; ``NA`` is blank there."""
    text = opened(path, AS_TEXT)
    names, _ = header_of(text, AS_TEXT)
    rows = table_below(text, names, 1, None).to_pylist()
    return [{name: "" if cell == "NA" else cell.strip() for name, cell in row.items()} for row in rows]


def without_tags(text: str) -> str:
    """A caption without HTML, on one line."""
    return " ".join(TAG.sub(" ", text).split())


def not_a_dictionary(path: Path, what: str, found: str) -> DeliveryError:
    """The message for a codebook of another form."""
    return DeliveryError(
        str(path), expected=what, found=found, do="name the codebook that belongs to this export, or leave it out"
    )
