"""Two groups of claims that can not both hold."""

from __future__ import annotations

from couples_study.contracts.base import Strict


class Tension(Strict):
    """Claims ``one`` and claims ``other`` exclude each other, ``why``, and what data ``decides`` between them."""

    id: str
    one: tuple[str, ...]
    other: tuple[str, ...]
    why: str
    decides: str

    def members(self) -> tuple[str, ...]:
        return (*self.one, *self.other)
