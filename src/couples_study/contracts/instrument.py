"""An instrument: how items become a score. Metadata only; no item wording of a published scale is shipped."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from couples_study.contracts.base import Strict


class CutOff(Strict):
    """A score from which, or below which, something is said of a person, and how far that has been checked."""

    below: float | None = None
    at_least: float | None = None
    means: str
    status: str

    @model_validator(mode="after")
    def _has_one_side(self) -> CutOff:
        if (self.below is None) == (self.at_least is None):
            raise ValueError("a cut-off has either below or at_least")
        return self

    def holds(self, score: float) -> bool:
        """Whether ``score`` lies on the side that the cut-off speaks of."""
        return score < self.below if self.below is not None else score >= (self.at_least or 0.0)


class PublishedReliability(Strict):
    """What has been reported, lowest to highest, and how far that has been checked."""

    kind: Literal["alpha", "omega", "retest", "within", "between"]
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    status: str


class ReliableChange(Strict):
    """What a change has to exceed so that unreliable answers alone would rarely make it (Jacobson and Truax 1991)."""

    sd: float = Field(gt=0)
    reliability: float = Field(gt=0, lt=1)
    status: str


class Instrument(Strict):
    """A scale's scoring key; ``result`` is the glossary column that the score fills.

    ``further`` items of our own count in a mean wherever they were asked; a study without them has the score all the
    same.

    The items' ranges stand in the glossary. ``wording`` says whose words the items are: those of ``own`` items are
    shipped (see `couples_study.items`), those of ``published`` scales never; ``permission`` says who has to be asked.
    """

    name: str
    label: str
    score: Literal["mean", "sum"]
    items: tuple[str, ...] = Field(min_length=1)
    further: tuple[str, ...] = ()
    reversed: tuple[str, ...] = ()
    min_answered: int = Field(ge=1)
    table: str
    result: str
    source: str
    licence: str
    status: str
    notes: str = ""
    wording: Literal["own", "published"] = "published"
    permission: Literal["free", "ask", "commercial"] = "ask"
    cut_offs: tuple[CutOff, ...] = ()
    reliability: tuple[PublishedReliability, ...] = ()
    reliable_change: ReliableChange | None = None

    @model_validator(mode="after")
    def _key_fits_its_items(self) -> Instrument:
        strays = sorted(set(self.reversed) - set(self.items))
        if strays:
            raise ValueError(f"reversed items are items of the scale; {strays} are not")
        if self.min_answered > len(self.items) or len(set(self.items)) < len(self.items):
            raise ValueError("items are named once, and min_answered is no more than there are")
        if self.further and (self.score != "mean" or self.wording != "own" or set(self.further) & set(self.items)):
            raise ValueError("further items are those of a mean of our own items, and are named once")
        return self
