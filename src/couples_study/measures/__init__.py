"""From validated tables to analysis frames: scores, partners, within and between, yesterday, units."""

from __future__ import annotations

from couples_study.measures.frames import Frames, frames_of
from couples_study.measures.panel import Panel, panel_of
from couples_study.measures.scoring import Scale, scored

__all__ = ["Frames", "Panel", "Scale", "frames_of", "panel_of", "scored"]
