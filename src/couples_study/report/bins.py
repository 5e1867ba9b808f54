"""The within-person figure: the partial relation in bins, one series per role, with intervals and n."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from couples_study.privacy.told import HIDDEN, told_figure
from couples_study.report import layout, numbers, theme
from couples_study.report.sentences import counts_line, readable_term

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from couples_study.contracts.evidence import Evidence, FigureData

LEFT, RIGHT, RIGHT_UNNAMED, HEIGHT = 0.72, 1.2, 0.3, 2.9
DODGE = 0.14  # of the distance between bins


@theme.themed
def plot_within(evidence: Evidence) -> Figure:
    """Draw a ``FigureData`` of kind "bins": frame ``bins`` (x, y, low, high, n and optionally role).

    A bin with fewer than five observations is not drawn.
    """
    data = evidence.figure
    if data is None:
        raise ValueError(f"{evidence.id} has no figure data to draw bins from")
    data = told_figure(data)
    series = role_series(data)
    notes = bin_notes(evidence, data, series)
    title = readable_title(evidence, data)
    top, bottom = layout.title_height(title) + 0.15, layout.note_height(notes) + 0.5
    figure = theme.canvas(top + HEIGHT + bottom)
    right = RIGHT if any(role for role, _ in series) else RIGHT_UNNAMED
    axes = figure.add_axes(theme.box(figure, LEFT, bottom, right, top))
    for i, (_, rows) in enumerate(series):
        _draw_series(axes, rows, i, len(series))
    _mark_zero(axes)
    _label_ends(axes, series)
    axes.set_xlabel(data.x_label)
    axes.set_ylabel("\n".join(layout.wrapped(data.y_label, 42, 2)))
    layout.write_title(figure, title)
    layout.write_notes(figure, notes)
    return figure


def readable_title(evidence: Evidence, data: FigureData) -> str:
    """The figure's title; a bare term of the model is put in words."""
    terms = {term.name for term in (*evidence.tested, *evidence.coefficients)}
    return readable_term(data.title) if data.title in terms else data.title


def role_series(data: FigureData) -> list[tuple[str, pd.DataFrame]]:
    """The bins that may be shown, one frame per role in the order of their names; one unnamed frame without roles."""
    frame = data.frames["bins"]
    frame = frame[frame["n"] >= numbers.SMALLEST_CELL].sort_values("x")
    if "role" not in frame.columns or frame["role"].isna().all():
        return [("", frame)]
    return [(str(role), rows) for role, rows in frame.groupby("role", sort=True)]


def bin_notes(evidence: Evidence, data: FigureData, series: Sequence[tuple[str, pd.DataFrame]]) -> list[str]:
    """What stands below: what a point is, how many observations it rests on, what is not shown, and n."""
    sizes = [int(n) for _, rows in series for n in rows["n"]]
    hidden = int(told_figure(data).notes[HIDDEN])
    text = "Points: mean of a bin with its 95% interval"
    if sizes:
        text += f"; {numbers.count(min(sizes))} to {numbers.count(max(sizes))} observations in each"
    if hidden:
        text += f"; {hidden} not shown, as one has {numbers.SUPPRESSED}"
    return [text + ".", counts_line(evidence.counts)]


def _draw_series(axes: Any, rows: pd.DataFrame, i: int, of: int) -> None:
    colour, marker = theme.ROLE_COLOURS[i % 4], theme.ROLE_MARKERS[i % 4]
    steps = rows["x"].diff().dropna()
    x = rows["x"] + (float(steps.median()) if len(steps) else 0.0) * DODGE * (i - (of - 1) / 2)
    axes.vlines(x, rows["low"], rows["high"], color=colour, linewidth=1.4, zorder=3)
    axes.plot(x, rows["y"], color=colour, linewidth=0.8, alpha=0.55, zorder=2)
    style = {"color": colour, "markersize": 5.5, "markeredgecolor": theme.PAPER, "markeredgewidth": 0.7}
    axes.plot(x, rows["y"], marker, zorder=4, **style)


def _mark_zero(axes: Any) -> None:
    """Lines at nought, where what is drawn reaches it; elsewhere they would press everything to an edge."""
    for limits, line in ((axes.get_xlim(), axes.axvline), (axes.get_ylim(), axes.axhline)):
        if min(limits) <= 0 <= max(limits):
            line(0, color=theme.RULE, linewidth=0.9, zorder=0)


def _label_ends(axes: Any, series: Sequence[tuple[str, pd.DataFrame]]) -> None:
    """Each role's name at the right end of its series."""
    named = [(i, role, rows) for i, (role, rows) in enumerate(series) if role and len(rows)]
    low, high = axes.get_ylim()
    places = layout.spread([float(rows["y"].iloc[-1]) for _, _, rows in named], (high - low) * 0.2 / HEIGHT)
    for (i, role, _), place in zip(named, places, strict=True):
        text = layout.wrapped(role, 16, 1)[0]
        transform = axes.get_yaxis_transform()
        axes.plot(
            [1.03],
            [place],
            theme.ROLE_MARKERS[i % 4],
            color=theme.ROLE_COLOURS[i % 4],
            markersize=5.5,
            transform=transform,
            clip_on=False,
        )
        axes.text(1.06, place, text, transform=transform, va="center")
