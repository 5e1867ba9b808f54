"""Does one thing work through another? Within persons over days with random slopes, and in randomised trials."""

from __future__ import annotations

from couples_study.models.mediation.effects import Draws, Paths
from couples_study.models.mediation.missing import Answers, missing_rows
from couples_study.models.mediation.randomised import paths_in_trial, true_share
from couples_study.models.mediation.within import WithinRows, paths_within, within_rows

__all__ = [
    "Answers", "Draws", "Paths", "WithinRows", "missing_rows", "paths_in_trial", "paths_within", "true_share",
    "within_rows",
]  # fmt: skip
