"""A search for ids over the decompressed bytes of everything in a study's folders."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from couples_study.intake import Person

SHORTEST = 4


def needles(person: Person, *, couple: bool) -> tuple[str, ...]:
    """The ids to look for: the person's, and the whole couple's where it leaves."""
    names = {person.person_id, person.own_name}
    if couple:
        names |= {person.couple_id} | {name for one in person.others for name in (one.person_id, one.own_name)}
    return tuple(sorted(names))


def telling(names: Sequence[str]) -> tuple[str, ...]:
    """Those ids that are nothing else by chance: four characters or more, letters with digits."""
    return tuple(
        name for name in names if len(name) >= SHORTEST and re.search(r"[^\W\d_]", name) and re.search(r"\d", name)
    )


def where_named(names: Sequence[str], folders: Sequence[Path]) -> list[Path]:
    """The files whose name or content, decompressed, has one of ``names`` as a word."""
    words = [re.escape(name.encode(code)) for name in telling(names) for code in ("utf-8", "utf-16-le")]
    if not words:
        return []
    pattern = re.compile(rb"(?<![A-Za-z0-9])(?:" + b"|".join(words) + rb")(?![A-Za-z0-9])")
    inside = (path for folder in folders for path in ([folder] if folder.is_file() else folder.rglob("*")))
    files = sorted({path.resolve() for path in inside if path.is_file()})
    return [path for path in files if any(pattern.search(part) for part in _contents(path))]


def _contents(path: Path) -> Iterator[bytes]:
    """A file's name and its bytes, as they are and unpacked."""
    yield path.name.encode("utf-8", "surrogateescape")
    raw = path.read_bytes()
    yield raw
    if raw.startswith(b"PAR1"):
        yield from _parquet(path)
    elif raw.startswith(b"\x1f\x8b"):
        yield gzip.decompress(raw)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def _parquet(path: Path) -> Iterator[bytes]:
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError, ValueError):
        return
    for column in table.columns:
        distinct = column.unique().to_pylist()
        yield "\n".join(str(value) for value in distinct).encode("utf-8", "surrogatepass")
