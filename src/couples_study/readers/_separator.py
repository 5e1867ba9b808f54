"""Which character separates the columns: the declared one, else the only one that gives even rows."""

from __future__ import annotations

from pathlib import Path

from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError
from couples_study.readers._records import rows_in

USUAL = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE = 64 * 1024


def separator_of(path: Path, text: bytes, source: Source) -> tuple[str, str]:
    """The separator and the note that says how it was found; raises `DeliveryError` where two could be it."""
    if source.separator is not None:
        return source.separator, f"separator {named(source.separator)}, as declared"
    widths = {mark: found for mark in USUAL if (found := _widths(text, mark)) and found[0] > 1}
    if not widths:
        return ",", "one column, no separator"
    even = [mark for mark, found in widths.items() if len(set(found)) == 1]
    if len(widths) == 1 or len(even) == 1:
        mark = next(iter(widths)) if len(widths) == 1 else even[0]
        return mark, f"separator {named(mark)}"
    raise _two_readings(path, {mark: widths[mark][0] for mark in even or widths})


def named(separator: str) -> str:
    """The separator in words."""
    return USUAL.get(separator, repr(separator))


def declared(separator: str) -> str:
    """The line of study.toml that declares the separator."""
    return 'separator = "\\t"' if separator == "\t" else f'separator = "{separator}"'


def _widths(text: bytes, separator: str) -> list[int]:
    """The cells of each record in the sample, the first being the header; a last record that is cut off is left out."""
    sample = text[:SAMPLE]
    found = [len(row) for row in rows_in(sample, separator, strict=False) if row]
    return found[:-1] if len(text) > SAMPLE and len(found) > 1 else found


def _two_readings(path: Path, widths: dict[str, int]) -> DeliveryError:
    readings = " or ".join(f"{width} columns by {named(mark)}" for mark, width in widths.items())
    return DeliveryError(
        f"{path}, header",
        expected="columns that one character separates evenly",
        found=readings,
        do=f"say which in its [[source]]: {' or '.join(map(declared, widths))}",
    )
