"""``index.html``, a study with its answers: one self-contained text, style and figures inside.

``intake.html`` is made in `couples_study.report.intake`; it is offered here too, as the other page of a study.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.report import alt, numbers, summary
from couples_study.report.apa import tables
from couples_study.report.figures import FLOW, KINDS, OVERVIEW, TERMS, narrow_figures, page_figures
from couples_study.report.forest_rows import mixed, panels
from couples_study.report.layout import NARROW, title_height
from couples_study.report.methods import methods, occasions
from couples_study.report.paragraphs import paragraphs
from couples_study.report.participants import participant_flow
from couples_study.report.references import as_bibtex, keys
from couples_study.report.render import render
from couples_study.report.svg import inline, to_svg
from couples_study.report.tensions import weighed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from couples_study.contracts.verdict import Verdict
    from couples_study.report.context import ReportContext

__all__ = ["report_page"]

CAPTIONS = {
    "threshold": "The fitted curve with its band, the rival shapes it has to beat, and the data behind each value.",
    "onset": "The share of couples that improved for good, by week: one curve an arm.",
    "gap": "How long after the one improvement the other came, for everybody in whom both were looked for.",
    "bins": "The relation the model estimates, in bins, everything else in the model held constant.",
}
TERMS_CAPTION = (
    "Filled: what the rule looks at. Hollow: the same question asked in other defensible ways, which inform only."
)


FLOW_CAPTION = "Couples from the files to the last week that a question looks at, by arm."
OVERVIEW_CAPTION = (
    "One row a question. Right of the shaded band: an effect of the size that matters, in the positive direction; "
    "left of it: in the negative direction."
)
Svgs: TypeAlias = "Mapping[str, bytes]"


class Shown(NamedTuple):
    """A figure on the page: its SVG, the one for a phone (or nothing), and what stands below."""

    wide: str
    narrow: str
    caption: str
    name: str


def report_page(
    context: ReportContext, svgs: Mapping[str, bytes] | None = None, narrow: Mapping[str, bytes] | None = None
) -> str:
    """``index.html`` as text.

    Parameters
    ----------
    context
        Everything the page shows.
    svgs, narrow
        The figures of `page_figures` and of `narrow_figures` as SVG, where they were drawn already; drawn here if None.
    """
    if svgs is None:
        svgs = {name: to_svg(figure) for name, figure in page_figures(context).items()}
    if narrow is None:
        narrow = {name: to_svg(figure) for name, figure in narrow_figures(context).items()}
    return render(
        "index.html.j2",
        c=context,
        lede=summary.lede(context),
        tally=summary.tally(context.verdicts),
        groups=summary.groups(context),
        rows=summary.rows(context),
        themes=summary.themes(context),
        opened=summary.opened(context),
        late=len(context.verdicts) > summary.MOST_OPEN,
        tensions=weighed(context.tensions, context.verdicts),
        overview=_overview(context, svgs, narrow),
        flow=_flow(context, svgs),
        figures={v.id: _figures(context, v, svgs, narrow) for v in context.verdicts},
        mixed={v.id for v in context.verdicts if mixed((*v.terms, *v.sensitivity))},
        coefficients=tables(context.verdicts, context.evidence),
        paragraphs={v.id: paragraphs(v, context.evidence.get(v.id)) for v in context.verdicts},
        steps=participant_flow(context),
        methods=methods(context),
        occasions=occasions(context.verdicts),
        bibtex=as_bibtex(keys(context)).decode("utf-8"),
        decimals={v.id: term_decimals(context.evidence.get(v.id), v) for v in _with_readings(context.verdicts)},
    )


def term_decimals(evidence: Evidence | NotTestable | None, verdict: Verdict) -> int | None:
    """The decimals that a verdict's estimates share, in its tables as in its figure."""
    if mixed((*verdict.terms, *verdict.sensitivity)):
        return None
    if verdict.terms:
        return numbers.shared_decimals((t.conf_low, t.conf_high) for t in verdict.terms)
    if isinstance(evidence, Evidence):
        return next((panel.decimals for panel in panels(evidence, verdict)), None)
    return numbers.shared_decimals((row.conf_low, row.conf_high) for row in verdict.sensitivity)


def _with_readings(verdicts: tuple[Verdict, ...]) -> list[Verdict]:
    return [each for v in verdicts for each in (v, *_with_readings(v.readings))]


def _overview(context: ReportContext, wide: Svgs, narrow: Svgs) -> Shown | None:
    if OVERVIEW not in wide:
        return None
    return _shown(OVERVIEW, wide, narrow, alt.verdicts_alt(context.verdicts), OVERVIEW_CAPTION)


def _flow(context: ReportContext, wide: Svgs) -> Shown | None:
    if context.flow is None or FLOW not in wide:
        return None
    return _shown(FLOW, wide, {}, alt.flow_alt(context.flow), FLOW_CAPTION)


def _figures(context: ReportContext, verdict: Verdict, wide: Svgs, narrow: Svgs) -> list[Shown]:
    """The figures of a verdict, in the order of the page."""
    evidence = context.evidence.get(verdict.id)
    if not isinstance(evidence, Evidence):
        return []
    kind = evidence.figure.kind if evidence.figure and evidence.figure.kind in KINDS else ""
    terms = TERMS_CAPTION if verdict.sensitivity else ""
    title = "" if kind else verdict.statement
    named = [
        (verdict.id, alt.alt_text(evidence, verdict), CAPTIONS.get(kind, terms), title),
        (verdict.id + TERMS, alt.terms_alt(evidence, verdict), terms, verdict.statement),
    ]
    return [_shown(name, wide, narrow, text, caption, said) for name, text, caption, said in named if name in wide]


def _shown(name: str, wide: Svgs, narrow: Svgs, text: str, caption: str, said: str = "") -> Shown:
    """One figure for the page; the title is cut off where the page has ``said`` it already."""
    cut = title_height(said) if said else 0.0
    phone = ""
    if name in narrow:
        cut_narrow = title_height(said, NARROW) if said else 0.0
        phone = inline(narrow[name], f"{name}_narrow", text, cut=cut_narrow)
    return Shown(wide=inline(wide[name], name, text, cut=cut), narrow=phone, caption=caption, name=name)
