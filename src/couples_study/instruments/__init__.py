"""Instruments: how items become scores. Metadata only, one file each, found by its folder."""

from __future__ import annotations

from functools import cache

from couples_study.contracts.base import parsed
from couples_study.contracts.instrument import Instrument
from couples_study.core.columns import glossary
from couples_study.core.discover import tomls_of
from couples_study.core.errors import EntryError, listed


@cache
def instruments() -> dict[str, Instrument]:
    """Every instrument by name; items and results have to be glossary columns."""
    found = {}
    for path, data in tomls_of("couples_study.instruments").items():
        instrument = parsed(Instrument, data, f"instruments/{path}")
        strays = [name for name in (*instrument.items, instrument.result) if name not in glossary()]
        if strays:
            raise EntryError(f"instruments/{path}", expected="columns of the glossary", found=listed(strays))
        found[instrument.name] = instrument
    return found
