"""A simulated world: what is true in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["none", "linear", "log", "plateau", "step", "accelerate", "hump"]


Timeline = Literal["none", "claimed", "slow", "simultaneous", "frailty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTruth:
    """What is true in a trial of four arms; all sizes are standard deviations of a baseline answer.

    A module's own gain is ``emotional_gain`` or ``physical_gain``, reached over its six weeks; ``crossing`` is what it
    does for the other domain meanwhile, ``foundation`` what the physical module gains where the emotional one came
    first (lost if negative), a share ``mediated`` of it through safety at week 6. ``decay`` is the physical loss per
    week after week 16 where the physical module came first. ``lowest_quarter`` takes in couples for their low first
    answer. Where ``moves_apart`` is false nothing moves couples without physical intimacy at the start. With
    ``guidance`` the trial has two arms instead, guided and self-guided, and guided couples gain so much more. With a
    ``timeline`` couples improve by jumps of ``jump`` at times of their own instead.
    """

    emotional_gain: float = 0.0
    physical_gain: float = 0.0
    crossing: float = 0.0
    foundation: float = 0.0
    mediated: float = 0.25
    decay: float = 0.0
    lowest_quarter: bool = False
    moves_apart: bool = True
    guidance: float | None = None
    timeline: Timeline = "none"
    jump: float = 2.5
    reliability_emotional: float = 0.90
    reliability_physical: float = 0.90


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is true in a simulated world, and the shape that a day's touches give to closeness.

    ``size`` is on the 1-7 scale: a slope per touch (linear, plateau, accelerate), the jump (step), the gain up to
    the top at eight touches (hump) or the weight of log(1 + touches). ``touch_to_close`` and ``close_to_touch`` are
    next-day effects per within-person SD. ``closeness_moves_touch`` is a same-day push of closeness on touch
    (reverse causation), ``mood`` the share of a day's mood that colours every answer of one person, ``reliability``
    that of the two closeness items together. ``item_error`` is the correlation between the errors of two items
    answered in the same minute. ``resentment`` and ``kids`` are standardised effects on intimacy. ``trial`` makes it
    a randomised trial with weekly surveys instead. ``counts`` are reported with errors or exact. With ``further`` every
    other question that a claim needs was asked as well.
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
    item_error: float = 0.0
    resentment: float = 0.0
    kids: float = 0.0
    faults: bool = False
    further: bool = False
    trial: TrialTruth | None = None
    counts: Literal["reported", "exact"] = "reported"
