"""Pseudonyms: the same person, the same name, and no way back without the study's secret."""

from __future__ import annotations

import hmac

LENGTH = 16


def pseudonym(identifier: str, secret: bytes) -> str:
    """``p-`` and sixteen hexadecimal digits: HMAC-SHA256 of the id, keyed with the study's secret."""
    return "p-" + hmac.new(secret, identifier.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:LENGTH]


def published_secret(study: str) -> bytes:
    """The secret of a synthetic study, in which there is nobody to protect: it is the same everywhere."""
    return f"published secret of the synthetic study {study}".encode()
