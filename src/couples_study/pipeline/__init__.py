"""Steps and disk: finds studies, reads deliveries, calls the steps, writes what they give. Nothing is computed here."""

from __future__ import annotations

from couples_study.pipeline.locate import Place, locate
from couples_study.pipeline.run import Done, run_intake, run_plan, run_report, run_simulate
from couples_study.pipeline.study import Study, load_study

__all__ = ["Done", "Place", "Study", "load_study", "locate", "run_intake", "run_plan", "run_report", "run_simulate"]
