"""An instrument: how items become a score. Metadata only; no item wording of a published scale is shipped."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from couples_study.contracts.base import Strict


class Instrument(Strict):
    """A scale's scoring key; ``result`` is the glossary column that the score fills."""

    name: str
    label: str
    score: Literal["mean", "sum"]
    items: tuple[str, ...] = Field(min_length=1)
    reversed: tuple[str, ...] = ()
    min_answered: int
    table: str
    result: str
    source: str
    licence: str
    status: str
    notes: str = ""
