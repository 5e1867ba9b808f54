"""A file's bytes, or the message that says why they can not be had."""

from __future__ import annotations

from pathlib import Path

from couples_study.core.errors import DeliveryError


def content_of(path: Path) -> bytes:
    """All bytes of the file; raises `DeliveryError` where it can not be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeliveryError(
            str(path),
            expected="a file that can be read",
            found=(error.strerror or "an error").lower(),
            do="check that it is there and that you may read it",
        ) from error
