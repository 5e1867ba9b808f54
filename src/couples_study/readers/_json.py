"""An array of JSON objects as a table of text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError
from couples_study.readers._encoding import as_utf8
from couples_study.readers._names import MOST_COLUMNS, chosen

MOST_CELLS = 500_000_000


class _DoubledNameError(ValueError):
    """An object of the file has a name twice."""


def loaded(path: Path, raw: bytes, source: Source) -> tuple[Any, str]:
    """The file's JSON with numbers as the text they are written in, and the note on its encoding."""
    text, note = as_utf8(path, raw, source)
    try:
        return json.loads(text, object_pairs_hook=_single, parse_int=str, parse_float=str, parse_constant=str), note
    except _DoubledNameError as error:
        raise _refused(path, "objects with each name once", "a name twice in one object") from error
    except json.JSONDecodeError as error:
        found = f"a fault at line {error.lineno}, or a file that was cut off"
        raise _refused(path, "JSON", found) from error
    except (ValueError, RecursionError) as error:
        raise _refused(path, "JSON", "nesting or numbers beyond any survey's") from error


def rows_of(path: Path, raw: bytes, source: Source) -> tuple[list[dict[str, str | None]], str]:
    """One dictionary of text cells per object of the array, and the note on the encoding."""
    found, note = loaded(path, raw, source)
    if isinstance(found, Mapping) and isinstance(found.get("results"), list):
        found = found["results"]
    if not isinstance(found, list):
        raise _refused(path, "an array of results", "something else; an item table goes under dictionary")
    rows = []
    for number, one in enumerate(found, 1):
        if not isinstance(one, Mapping):
            raise _refused(f"{path}, data row {number}", "an object of answers by name", "something else")
        try:
            cells = list(_cells(one, ""))
        except RecursionError as error:
            raise _refused(f"{path}, data row {number}", "answers", "nesting beyond any survey's") from error
        rows.append(dict(cells))
        if len(rows[-1]) != len(cells):
            raise _refused(f"{path}, data row {number}", "answers with one name each", "two of one name, when unfolded")
    return rows, note


def table_of(
    path: Path, read: tuple[list[dict[str, str | None]], str], columns: tuple[str, ...] | None
) -> tuple[Any, tuple[str, ...]]:
    """The Arrow table of all names in order of appearance, and notes on the encoding and on items that rows lack."""
    import pyarrow as pa

    rows, encoding = read
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not rows or not names:
        raise _refused(path, "at least one result", "none")
    if len(names) > MOST_COLUMNS or len(names) * len(rows) > MOST_CELLS:
        raise _refused(path, "a table of results", f"{len(names)} names over {len(rows)} rows")
    lacking = sum(len(row) < len(names) for row in rows)
    wanted = chosen(path, names, columns)
    try:
        table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in wanted})
    except (UnicodeError, pa.ArrowException) as error:
        raise _refused(path, "text", "characters that are none (half of a pair)") from error
    said = (f"rows that lack an item, given as blank: {lacking}",) if lacking else ()
    return table, (encoding, *said)


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DoubledNameError
    return found


def _cells(answers: Mapping[str, Any], above: str) -> Iterator[tuple[str, str | None]]:
    for name, answer in answers.items():
        if isinstance(answer, Mapping):
            yield from _cells(answer, f"{above}{name}.")
        elif isinstance(answer, list):
            yield above + name, json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        elif isinstance(answer, bool):
            yield above + name, "true" if answer else "false"
        else:
            yield above + name, answer


def _refused(where: Path | str, expected: str, found: str) -> DeliveryError:
    return DeliveryError(str(where), expected=expected, found=found, do="export the results again, as JSON or CSV")
