"""One chart for all verdicts: each effect in units of the smallest effect that matters, so that they compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from couples_study.contracts.verdict import NOT_TESTABLE
from couples_study.report import layout, theme
from couples_study.report.forest_rows import comparable
from couples_study.report.sentences import VERDICT_SYMBOLS, VERDICT_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from couples_study.contracts.verdict import Verdict

LABELS, WORDS = 3.15, 1.25
ROW, TALL_ROW = 0.43, 0.74
SHORT_ID = 5  # letters that fit beside a statement
TOTAL = ".total"  # where slopes are judged beside a whole way, the smallest effect is the whole's
FURTHEST = 6.0  # smallest effects; what lies beyond is drawn as an arrow
MOST_ROWS = 30  # with more questions than this, those without an answer are left to the table
TITLE = "Every answer at a glance"
NOTES = (
    (
        "Effects in units of each question's own smallest effect that matters; shaded: smaller than that. "
        "Lines are the intervals the rules used."
    ),
)


def glanced(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts that one chart can show: all of a few, those with an answer of many."""
    if len(verdicts) <= MOST_ROWS:
        return list(verdicts)
    return [verdict for verdict in verdicts if verdict.verdict != NOT_TESTABLE]


@theme.themed
def plot_verdicts(verdicts: Sequence[Verdict], *, narrow: bool = False) -> Figure:
    """An overview of all verdicts, one row each: effect and interval over the smallest effect, and the verdict.

    ``narrow`` is the form for a phone, with each statement above its interval.
    """
    asked, verdicts = len(verdicts), glanced(verdicts)
    notes = [*NOTES, *([f"Arrows: the interval goes on beyond {FURTHEST:g}."] if any(map(_is_cut, verdicts)) else [])]
    if asked > len(verdicts):
        notes.append(f"{asked - len(verdicts)} questions that this study can not answer are left out here.")
    width, left, row = (layout.NARROW, 0.12, TALL_ROW) if narrow else (theme.WIDTH, LABELS, ROW)
    above = layout.LINE if any(len(v.id) > SHORT_ID for v in verdicts) else 0.0
    row += above
    top, bottom = layout.title_height(TITLE, width) + 0.1, layout.note_height(notes, width) + 0.55
    length = row * max(1, len(verdicts)) + 0.1
    figure = theme.canvas(top + length + bottom, width)
    axes = figure.add_axes(theme.box(figure, left, bottom, WORDS, top))
    axes.set_ylim(length, 0)
    reach = _reach(verdicts)
    _ground(axes, reach)
    for i, verdict in enumerate(verdicts):
        y = 0.05 + row * i
        _write_statement(axes, verdict, y + (layout.LINE + above / 2 if narrow else row / 2), 46 if narrow else 43)
        _draw(axes, verdict, y + (row - 0.2 if narrow else row / 2), reach)
    layout.write_title(figure, TITLE)
    layout.write_notes(figure, notes)
    return figure


def _ground(axes: Any, reach: float) -> None:
    axes.set_xlim(-reach, reach)
    axes.axvspan(-1, 1, color=theme.BAND, linewidth=0, zorder=0)
    axes.axvline(0, color=theme.MUTED, linewidth=0.9, zorder=1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=7, integer=True)
    axes.set_xlabel("effect ÷ smallest effect that matters")


def scaled(verdict: Verdict) -> list[tuple[float, float, float]]:
    """Estimate and interval of each judged term over the smallest effect; empty where there is none to divide by."""
    smallest = verdict.smallest_effect
    if smallest is None or smallest.value == 0 or not comparable(verdict):
        return []
    size = abs(smallest.value)
    whole = [t for t in verdict.terms if t.term.endswith(TOTAL)]
    return [(t.estimate / size, t.conf_low / size, t.conf_high / size) for t in whole or verdict.terms]


def _is_cut(verdict: Verdict) -> bool:
    return any(low < -FURTHEST or high > FURTHEST for _, low, high in scaled(verdict))


def _reach(verdicts: Sequence[Verdict]) -> float:
    ends = [abs(end) for verdict in verdicts for row in scaled(verdict) for end in row]
    return min(FURTHEST, max([2.0, *ends])) * 1.06


def _write_statement(axes: Any, verdict: Verdict, y: float, chars: int) -> None:
    """Id and statement around ``y``: a short id beside the statement's two lines, a long one above them."""
    short = len(verdict.id) <= SHORT_ID
    x, lines = (0.5 if short else layout.EDGE), layout.wrapped(verdict.statement, chars if short else chars + 6, 2)
    start = y - layout.LINE * (len(lines) - (1 if short else 0)) / 2
    ground = layout.on_paper()
    layout.beside(axes, layout.EDGE, start, verdict.id, weight="bold", bbox=ground)
    for k, line in enumerate(lines):
        place = start + layout.LINE * (k if short else k + 1)
        layout.beside(axes, x, place, line, size=theme.SMALL, bbox=ground)


def _draw(axes: Any, verdict: Verdict, y: float, reach: float) -> None:
    word = f"{VERDICT_SYMBOLS[verdict.verdict]} {VERDICT_WORDS[verdict.verdict]}"
    layout.beside(axes, layout.right_edge(axes) - WORDS + 0.16, y, word, color=_ink(verdict), weight="bold")
    effects = scaled(verdict)
    if not effects:
        look = {"size": theme.SMALL, "color": theme.MUTED, "style": "italic", "zorder": 5}
        axes.text(0, y, _nothing(verdict), ha="center", va="center", bbox=layout.on_paper(), **look)
    for k, effect in enumerate(effects):
        shift = 0.13 * (k - (len(effects) - 1) / 2) if len(effects) <= 3 else 0.0
        _draw_effect(axes, effect, y + shift, verdict.verdict, reach)


def _ink(verdict: Verdict) -> str:
    """The colour of the verdict's word; the faint grey of what is not testable would be hard to read."""
    return theme.MUTED if verdict.verdict == NOT_TESTABLE else theme.VERDICT_COLOURS[verdict.verdict]


def _nothing(verdict: Verdict) -> str:
    if verdict.missing_columns:
        return "lacks " + layout.wrapped(", ".join(verdict.missing_columns), 30, 1)[0]
    return "no common scale; see below" if verdict.terms else "not one number; see below"


def _draw_effect(axes: Any, effect: tuple[float, float, float], y: float, word: str, reach: float) -> None:
    estimate, low, high = effect
    colour, marker = theme.VERDICT_COLOURS[word], theme.VERDICT_MARKERS[word]
    edge = reach * 0.99
    ends = [max(-edge, min(edge, end)) for end in (low, high)]
    axes.plot(ends, [y, y], color=colour, linewidth=1.8, solid_capstyle="butt", zorder=3)
    for end, arrow in ((low, "<"), (high, ">")):
        if abs(end) > edge and abs(max(-edge, min(edge, end))) == edge:
            axes.plot([edge if end > 0 else -edge], [y], arrow, color=colour, markersize=5, zorder=3)
    if abs(estimate) <= edge:
        style = {"color": colour, "markersize": 6, "markeredgewidth": 0.8, "markeredgecolor": theme.PAPER}
        axes.plot([estimate], [y], marker, zorder=4, **style)
