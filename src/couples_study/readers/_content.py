"""A file's bytes, all or the first, or the message that says why they can not be had."""

from __future__ import annotations

from mmap import ACCESS_READ, mmap
from os import SEEK_END
from pathlib import Path

from couples_study.core.errors import DeliveryError

HEAD = 64 * 1024
LONGEST_LINE = 64 << 20  # bytes: a hundred thousand columns of long answers fit


def content_of(path: Path) -> bytes:
    """All bytes of the file; raises `DeliveryError` where it can not be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unread(path, error) from error


def lines_of(path: Path) -> bytes:
    """All bytes of a file of lines; raises `DeliveryError` where one line is endless, before it is in memory."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, SEEK_END)
            if size > LONGEST_LINE:
                with mmap(stream.fileno(), 0, access=ACCESS_READ) as mapped:
                    _refuse_endless(path, mapped, size)
    except OSError as error:
        raise _unread(path, error) from error
    return content_of(path)


def _refuse_endless(path: Path, mapped: mmap, size: int) -> None:
    at = 0
    while size - at > LONGEST_LINE:
        end = max(mapped.rfind(one, at, at + LONGEST_LINE) for one in (b"\n", b"\r"))
        if end < 0:
            raise DeliveryError(
                str(path),
                expected=f"lines of at most {LONGEST_LINE >> 20} megabytes",
                found="a longer one",
                do="export again; this may be no table at all",
            )
        at = end + 1


def head_of(path: Path, most: int = HEAD) -> bytes:
    """At most the first ``most`` bytes of the file; raises `DeliveryError` where it can not be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(most)
    except OSError as error:
        raise _unread(path, error) from error


def text_at_top(head: bytes) -> str:
    """The first bytes of a file as text, as far as they are text, for a look at its header."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "ignore")
    return head.decode("utf-8", "ignore").lstrip("\ufeff")


def _unread(path: Path, error: OSError) -> DeliveryError:
    return DeliveryError(
        str(path),
        expected="a file that can be read",
        found=(error.strerror or "an error").lower(),
        do="check that it is there and that you may read it",
    )
