"""When does a couple improve, and in which order? Reliable change, interval-censored times, hazards and gaps."""

from __future__ import annotations

from couples_study.models.onset.change import ReliableChange, Times, couple_times, reliable_change, times_of
from couples_study.models.onset.curve import Npmle, turnbull

__all__ = ["Npmle", "ReliableChange", "Times", "couple_times", "reliable_change", "times_of", "turnbull"]
