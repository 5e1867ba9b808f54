"""The specification curve: estimates in order, coloured by verdict, above the choices that each was made with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from couples_study.report import layout, theme
from couples_study.report.sentences import VERDICT_WORDS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEFT, RIGHT, PANEL, GAP, ROW, BELOW = 2.55, 0.12, 1.9, 0.14, 0.155, 0.18
NOTES = (
    "One column a specification, in the order of its estimate; lines are 95% intervals. Triangle: as declared.",
    "Shaded: smaller than what matters, as declared.",
)


@theme.themed
def plot_multiverse(curves: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw the curves of a statement's readings one below the other."""
    notes = layout.note_height(NOTES) + layout.LINE
    heights = [_height(curve) for curve in curves]
    figure = theme.canvas(sum(heights) + notes)
    above = 0.0
    for curve, height in zip(curves, heights, strict=True):
        _draw(figure, curve, above, sum(heights) + notes)
        above += height
    _key(figure, notes)
    layout.write_notes(figure, NOTES)
    return figure


def _options(curve: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(kind, name) for kind, names in curve["choices"].items() for name in names]


def _head(curve: Mapping[str, Any]) -> str:
    return f"{curve['reading']}: {curve['statement']}"


def _height(curve: Mapping[str, Any]) -> float:
    rows = len(_options(curve)) + len(curve["choices"])
    return layout.title_height(_head(curve)) + PANEL + GAP + ROW * rows + BELOW


def _draw(figure: Figure, curve: Mapping[str, Any], above: float, height: float) -> None:
    shown = sorted(
        (row for row in curve["rows"] if row["estimate"] is not None), key=lambda r: (r["estimate"], r["specification"])
    )
    title = layout.title_height(_head(curve))
    for i, line in enumerate(layout.title_lines(_head(curve))):
        layout.at(
            figure, layout.EDGE, height - above - 0.06 - 0.19 * i, line, size=theme.TITLE, weight="bold", va="top"
        )
    top = above + title
    axes = figure.add_axes(theme.box(figure, LEFT, height - top - PANEL, RIGHT, top))
    _estimates(axes, curve, shown)
    rows = ROW * (len(_options(curve)) + len(curve["choices"]))
    if rows:
        below = figure.add_axes(theme.box(figure, LEFT, height - top - PANEL - GAP - rows, RIGHT, top + PANEL + GAP))
        _choices(below, curve, shown)


def _estimates(axes: Any, curve: Mapping[str, Any], shown: Sequence[Mapping[str, Any]]) -> None:
    size = curve["smallest"]
    if size is not None:
        axes.axhspan(-size, size, color=theme.BAND, linewidth=0, zorder=0)
    axes.axhline(curve["null"], color=theme.MUTED, linewidth=0.9, zorder=1)
    for x, row in enumerate(shown):
        colour = theme.VERDICT_COLOURS[row["verdict"]]
        if row["conf_low"] is not None:
            axes.plot([x, x], [row["conf_low"], row["conf_high"]], color=colour, linewidth=1.1, alpha=0.55, zorder=2)
        marker = "^" if row["declared"] else theme.VERDICT_MARKERS[row["verdict"]]
        axes.plot([x], [row["estimate"]], marker, color=colour, markersize=6 if row["declared"] else 3.5, zorder=3)
    axes.set_xlim(-1, max(len(shown), 1))
    axes.set_xticks([])
    axes.set_ylabel("\n".join(layout.wrapped(curve["unit"] or "estimate", 26, 3)))
    if not shown:
        axes.text(0.5, 0.5, "no specification could be estimated", ha="center", va="center", transform=axes.transAxes)


def _choices(axes: Any, curve: Mapping[str, Any], shown: Sequence[Mapping[str, Any]]) -> None:
    y = 0
    for kind, names in curve["choices"].items():
        layout.beside(axes, layout.EDGE, y, kind, weight="bold", size=theme.SMALL)
        y += 1
        for name in names:
            layout.beside(axes, layout.EDGE + 0.12, y, layout.wrapped(name, 40, 1)[0], size=theme.SMALL)
            on = [x for x, row in enumerate(shown) if row["names"].get(kind) == name]
            for x in on:
                axes.plot([x], [y], "s", color=theme.VERDICT_COLOURS[shown[x]["verdict"]], markersize=2.6)
            y += 1
    axes.set_xlim(-1, max(len(shown), 1))
    axes.set_ylim(y - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _key(figure: Figure, notes: float) -> None:
    """The verdicts' colours, in a line above the notes."""
    x = layout.EDGE
    for verdict, words in VERDICT_WORDS.items():
        layout.at(
            figure, x, notes - 0.1, f"■ {words}", color=theme.VERDICT_COLOURS[verdict], size=theme.SMALL, va="center"
        )
        x += 0.3 + 0.075 * len(words)
