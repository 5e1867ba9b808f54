"""Step 4: from validated tables to analysis frames."""

from __future__ import annotations

from couples_study.intake import Intake
from couples_study.measures import Frames, frames_of
from couples_study.steps.check import Checked


def derive(checked: Checked, intake: Intake) -> Frames:
    """Score the instruments and the study's measures, and join people and couples onto their days and waves."""
    return frames_of(intake.tables, checked.scales)
