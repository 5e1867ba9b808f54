"""Every figure of the package: they take an Evidence (and its Verdict) and give back a matplotlib Figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    "Drawing",
    "drawings",
    "drawn",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A figure of a study's page that is still to be drawn; it can be sent to another process."""

    name: str
    draw: Callable[..., Figure]
    of: tuple[Any, ...]
    narrow: bool = False

    def figure(self) -> Figure:
        return self.draw(*self.of, narrow=True) if self.narrow else self.draw(*self.of)


def drawn(drawing: Drawing) -> tuple[bytes, bytes]:
    """A drawing as SVG and PNG; what a phone is shown is wanted as SVG only."""
    figure = drawing.figure()
    return to_svg(figure), b"" if drawing.narrow else to_png(figure)


def drawings(context: ReportContext) -> list[Drawing]:
    """Every figure of a study's page: "overview", "flow", "<id>", "<id>_terms" beside bins; the narrow ones after.

    A narrow one is what a phone is shown in the place of the overview or a forest plot, under the same name.
    """
    wide, narrow = [], []
    if glanced(context.verdicts):
        wide.append(Drawing(name=OVERVIEW, draw=plot_verdicts, of=(context.verdicts,)))
        narrow.append(Drawing(name=OVERVIEW, draw=plot_verdicts, of=(context.verdicts,), narrow=True))
    if context.flow is not None:
        wide.append(Drawing(name=FLOW, draw=plot_flow, of=(context.flow,)))
    for verdict in context.verdicts:
        evidence = context.evidence.get(verdict.id)
        if not isinstance(evidence, Evidence):
            continue
        kind = evidence.figure.kind if evidence.figure is not None else ""
        forest = verdict.id + (TERMS if kind in KINDS else "")
        if kind in KINDS:
            wide.append(Drawing(name=verdict.id, draw=KINDS[kind], of=(evidence,)))
        if evidence.tested or (kind not in KINDS and (evidence.sensitivity or verdict.terms)):
            wide.append(Drawing(name=forest, draw=plot_terms, of=(evidence, verdict)))
        if evidence.tested or evidence.sensitivity:
            narrow.append(Drawing(name=forest, draw=plot_terms, of=(evidence, verdict), narrow=True))
    return wide + narrow


def page_figures(context: ReportContext) -> dict[str, Figure]:
    """The figures of a study's page by file name, as on a wide screen."""
    return {one.name: one.figure() for one in drawings(context) if not one.narrow}


def narrow_figures(context: ReportContext) -> dict[str, Figure]:
    """What a phone is shown in the place of the overview and of each forest plot, under the same names."""
    return {one.name: one.figure() for one in drawings(context) if one.narrow}
