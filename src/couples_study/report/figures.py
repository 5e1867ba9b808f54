"""Every figure of the package: they take an Evidence (and its Verdict) and give back a matplotlib Figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.report.bins import plot_within
from couples_study.report.curve import plot_curve
from couples_study.report.flow import plot_flow
from couples_study.report.forest import plot_terms
from couples_study.report.improvement import plot_gap, plot_improvement
from couples_study.report.overview import glanced, plot_verdicts
from couples_study.report.ranked import plot_ranks
from couples_study.report.svg import to_png, to_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from couples_study.contracts.verdict import Verdict
    from couples_study.report.context import ReportContext

__all__ = [
    "OVERVIEW",
    "figure_for",
    "narrow_figures",
    "page_figures",
    "plot_curve",
    "plot_terms",
    "plot_verdicts",
    "plot_within",
    "to_png",
    "to_svg",
]

OVERVIEW = "overview"
TERMS = "_terms"  # added to an id: its forest plot, where its main figure is another one
FLOW = "flow"
KINDS = {"threshold": plot_curve, "bins": plot_within, "onset": plot_improvement, "gap": plot_gap, "ranks": plot_ranks}


def figure_for(evidence: Evidence | NotTestable, verdict: Verdict | None = None) -> Figure | None:
    """The figure that fits an evidence: by the kind of its figure data, else a forest plot; None if untestable.

    Examples
    --------
    >>> figure = cs.figure_for(cs.load_study("fair").test("children_raw"))
    >>> figure.axes[0].get_xlabel()
    'Number of children, children'
    """
    if isinstance(evidence, NotTestable):
        return None
    if evidence.figure is not None and evidence.figure.kind in KINDS:
        return KINDS[evidence.figure.kind](evidence)
    has_terms = evidence.tested or evidence.sensitivity or (verdict and verdict.terms)
    return plot_terms(evidence, verdict) if has_terms else None


def narrow_figures(context: ReportContext) -> dict[str, Figure]:
    """What a phone is shown in the place of the overview and of each forest plot, under the same names."""
    figures: dict[str, Figure] = {}
    if glanced(context.verdicts):
        figures[OVERVIEW] = plot_verdicts(context.verdicts, narrow=True)
    for verdict in context.verdicts:
        evidence = context.evidence.get(verdict.id)
        if isinstance(evidence, Evidence) and (evidence.tested or evidence.sensitivity):
            beside = evidence.figure is not None and evidence.figure.kind in KINDS
            figures[verdict.id + (TERMS if beside else "")] = plot_terms(evidence, verdict, narrow=True)
    return figures


def page_figures(context: ReportContext) -> dict[str, Figure]:
    """Every figure of a study's page by its file name: "overview", "flow", "<id>", and "<id>_terms" beside bins."""
    figures: dict[str, Figure] = {OVERVIEW: plot_verdicts(context.verdicts)} if glanced(context.verdicts) else {}
    if context.flow is not None:
        figures[FLOW] = plot_flow(context.flow)
    for verdict in context.verdicts:
        evidence = context.evidence.get(verdict.id)
        figure = None if evidence is None else figure_for(evidence, verdict)
        if figure is None or not isinstance(evidence, Evidence):
            continue
        figures[verdict.id] = figure
        if evidence.figure is not None and evidence.figure.kind in KINDS and evidence.tested:
            figures[verdict.id + TERMS] = plot_terms(evidence, verdict)
    return figures
