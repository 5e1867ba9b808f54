"""``[checks]`` and ``[[state]]``: what a study watches for while it runs, and what became of its couples."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from couples_study.contracts.base import Strict

CoupleState = Literal["active", "separated", "re_partnered", "stopped"]
CARELESS = ("long_string", "too_fast", "even_odd", "mahalanobis")


class PartnerPair(Strict):
    """Two columns in which the partners report the same thing: mine against my partner's."""

    mine: str
    partners: str


class Careless(Strict):
    """``[checks.careless]``: from where on an answering pattern is flagged; none is looked for without its bound.

    ``exclude`` names the flags that keep a person's questionnaire out of the analyses.
    """

    long_string: int | None = Field(default=None, ge=2)
    too_fast: float | None = Field(default=None, gt=0)
    even_odd: float | None = Field(default=None, ge=-1, le=1)
    mahalanobis: float | None = Field(default=None, gt=0, lt=0.5)
    exclude: tuple[Literal["long_string", "too_fast", "even_odd", "mahalanobis"], ...] = ()

    @model_validator(mode="after")
    def _only_what_is_looked_for(self) -> Careless:
        unset = sorted(name for name in self.exclude if getattr(self, name) is None)
        if unset:
            raise ValueError(f"exclude names {unset}, for which no bound is given")
        return self


class Checks(Strict):
    """``[checks]``: partner reports to compare, careless answering, and when a silence is worth a call."""

    partners: tuple[PartnerPair, ...] = ()
    careless: Careless = Field(default_factory=Careless)
    silent_days: int = Field(default=3, ge=1)
    as_of: dt.date | None = None


class State(Strict):
    """``[[state]]``: from a date or study day on, a couple (or one person of it) is in another state.

    ``separated`` and ``re_partnered`` are of the couple, ``stopped`` of one person; ``active`` ends any of them.
    """

    couple: str
    person: str | None = None
    date: dt.date | None = None
    day: int | None = None
    state: CoupleState

    @model_validator(mode="after")
    def _is_placed(self) -> State:
        if (self.date is None) == (self.day is None):
            raise ValueError("a state begins on either a date or a study day")
        if self.state == "stopped" and self.person is None:
            raise ValueError("stopped is said of a person; a couple that ends is separated")
        return self
