"""From estimates to verdicts: fixed rules, honest about many tests, never stronger than the design."""

from __future__ import annotations

from couples_study.verdicts.case import Case, ReadingCase
from couples_study.verdicts.decide import decide

__all__ = ["Case", "ReadingCase", "decide"]
