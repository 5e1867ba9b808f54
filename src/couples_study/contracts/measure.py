"""``[measures.<name>]`` of ``study.toml``: what a study measures that the glossary does not have."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from couples_study.contracts.base import Strict


class Measure(Strict):
    """``[measures.<name>]``: a column of this study that the glossary does not have."""

    label: str
    meaning: str = ""
    unit: str = "points"
    items: tuple[str, ...] = ()
    reversed: tuple[str, ...] = ()
    score: Literal["mean", "sum"] = "mean"
    min_answered: int | None = Field(default=None, ge=1)
    range: tuple[float, float] | None = None
    labels: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _items_fit(self) -> Measure:
        strays = sorted(set(self.reversed) - set(self.items))
        if strays:
            raise ValueError(f"reversed names {strays}, which items does not")
        if self.reversed and self.range is None:
            raise ValueError("reversed items need the range they are turned round in")
        if self.range is not None and self.range[0] >= self.range[1]:
            raise ValueError("range is [lowest, highest]")
        if self.min_answered is not None and self.min_answered > max(len(self.items), 1):
            raise ValueError("min_answered is at most the number of items")
        return self
