"""A simulated world: what is true in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["none", "linear", "log", "plateau", "step", "accelerate", "hump"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is true in a simulated world, and the shape that a day's touches give to closeness.

    ``size`` is on the 1-7 scale: a slope per touch (linear, plateau, accelerate), the jump (step), the gain up to
    the top at eight touches (hump) or the weight of log(1 + touches). ``touch_to_close`` and ``close_to_touch`` are
    next-day effects per within-person SD. ``closeness_moves_touch`` is a same-day push of closeness on touch
    (reverse causation), ``mood`` the share of a day's mood that colours every answer of one person, ``reliability``
    that of the two closeness items together. ``resentment`` and ``kids`` are standardised effects on intimacy.
    ``counts`` are reported with errors or exact.
    """

    name: str
    summary: str
    shape: Shape = "none"
    size: float = 0.0
    at: float = 6.0
    touch_to_close: float = 0.0
    close_to_touch: float = 0.0
    closeness_moves_touch: float = 0.0
    mood: float = 0.0
    reliability: float = 0.75
    resentment: float = 0.0
    kids: float = 0.0
    faults: bool = False
    counts: Literal["reported", "exact"] = "reported"
