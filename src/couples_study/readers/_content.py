"""A file's bytes, all or the first, or the message that says why they can not be had."""

from __future__ import annotations

from pathlib import Path

from couples_study.core.errors import DeliveryError

HEAD = 64 * 1024


def content_of(path: Path) -> bytes:
    """All bytes of the file; raises `DeliveryError` where it can not be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unread(path, error) from error


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
