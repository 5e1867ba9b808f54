"""Export formats: one file each, found by its folder. A reader takes a path and returns cells as text."""

from __future__ import annotations

from functools import cache

from couples_study.contracts.reader import Reader
from couples_study.core.discover import modules_of
from couples_study.core.errors import StudyFileError, listed, nearest
from couples_study.readers._content import content_of
from couples_study.readers._without import Gone, without

__all__ = ["Gone", "content_of", "reader_called", "readers", "without"]


@cache
def readers() -> dict[str, Reader]:
    """Every reader under this folder by the name that ``study.toml`` uses."""
    entries = [module.READER for module in modules_of("couples_study.readers")]
    return {reader.name: reader for reader in entries}


def reader_called(name: str, where: str) -> Reader:
    """The reader of that name; raises `StudyFileError` where there is none."""
    known = readers()
    if name not in known:
        guess = nearest(name, known)
        raise StudyFileError(
            where,
            expected=f"reader = one of {listed(known)}",
            found=repr(name),
            do=f"did you mean {guess!r}?" if guess else 'export the data as CSV and use reader = "csv"',
        )
    return known[name]
