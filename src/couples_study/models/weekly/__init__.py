"""Weekly surveys of a trial as arrays, and what trials, timelines and mediation ask of them."""

from __future__ import annotations

from couples_study.models.weekly.adjusted import Profile, adjusted_contrast
from couples_study.models.weekly.arrays import Weekly, weekly_of

__all__ = ["Profile", "Weekly", "adjusted_contrast", "weekly_of"]
