"""The study in seven pure calls: check, take_in, link, derive, estimate, decide, describe."""

from __future__ import annotations

from couples_study.intake import link, take_in
from couples_study.steps.check import Asked, Checked, check
from couples_study.steps.derive import derive
from couples_study.steps.describe import Described, describe
from couples_study.steps.estimate import estimate
from couples_study.steps.judge import decide

__all__ = ["Asked", "Checked", "Described", "check", "decide", "derive", "describe", "estimate", "link", "take_in"]
