"""couples_study: from both partners' survey and diary exports to a verdict on each stated claim.

Everything here is loaded when it is first used, so that ``couples-study --help`` answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.core.loading import on_demand

if TYPE_CHECKING:
    from couples_study.claims import claims
    from couples_study.models.dyadic import DyadicMixedLM
    from couples_study.pipeline import Study, load_study
    from couples_study.planning.power import power
    from couples_study.planning.scenarios import scenarios
    from couples_study.planning.synthetic import simulate
    from couples_study.report.apa_gt import apa_table
    from couples_study.report.figures import figure_for, plot_curve, plot_terms, plot_verdicts, plot_within

HOME = {
    "DyadicMixedLM": "couples_study.models.dyadic",
    "Study": "couples_study.pipeline",
    "load_study": "couples_study.pipeline",
    "claims": "couples_study.claims",
    "scenarios": "couples_study.planning.scenarios",
    "simulate": "couples_study.planning.synthetic",
    "power": "couples_study.planning.power",
    "apa_table": "couples_study.report.apa_gt",
    "figure_for": "couples_study.report.figures",
    "plot_curve": "couples_study.report.figures",
    "plot_terms": "couples_study.report.figures",
    "plot_verdicts": "couples_study.report.figures",
    "plot_within": "couples_study.report.figures",
}

__all__ = [
    "DyadicMixedLM",
    "Study",
    "apa_table",
    "claims",
    "figure_for",
    "load_study",
    "plot_curve",
    "plot_terms",
    "plot_verdicts",
    "plot_within",
    "power",
    "scenarios",
    "simulate",
]

__getattr__ = on_demand(__name__, HOME)
