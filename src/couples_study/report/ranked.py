"""A list in its order: what each item reaches, and beside it the places that its rank may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from couples_study.report import layout, theme
from couples_study.report.sentences import counts_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from couples_study.contracts.evidence import Evidence

LEFT, RIGHT, MIDDLE, ROW, FOOT = 2.5, 0.15, 0.25, 0.24, 0.5
CHARS = 36


@theme.themed
def plot_ranks(evidence: Evidence) -> Figure:
    """Draw a ``FigureData`` of kind "ranks": frame ``ranks`` (item, value, low, high, rank,
    rank_low, rank_high, asked).

    A value that may not be told is left out; its rank stands. With a column ``pooled`` that estimate is drawn as well.
    """
    data = evidence.figure
    if data is None or data.kind != "ranks":
        raise ValueError(f"{evidence.id} has no ranks to draw")
    rows = data.frames["ranks"].reset_index(drop=True)
    notes = _notes(rows, evidence)
    top, bottom = layout.title_height(data.title) + 0.1, layout.note_height(notes) + FOOT
    height = ROW * len(rows) + 0.1
    figure = theme.canvas(top + height + bottom)
    wide = (theme.WIDTH - LEFT - RIGHT - MIDDLE) / 2
    values = figure.add_axes(theme.box(figure, LEFT, bottom, RIGHT + wide + MIDDLE, top))
    ranks = figure.add_axes(theme.box(figure, LEFT + wide + MIDDLE, bottom, RIGHT, top))
    for axes, names in ((values, ("value", "low", "high")), (ranks, ("rank", "rank_low", "rank_high"))):
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        _draw(axes, rows, names)
    if "pooled" in rows:
        values.plot(rows["pooled"], rows.index, "D", color=theme.MAUVE, markersize=3.6, zorder=5)
        values.axvline(0, color=theme.RULE, linewidth=0.9, zorder=0)
    values.set_xlabel("\n".join(layout.wrapped(data.x_label, 40, 2)))
    ranks.set_xlabel("rank, 1 is the largest")
    ranks.set_xlim(0.5, len(rows) + 0.5)
    for y, row in enumerate(rows.to_dict("records")):
        ink = {"weight": "bold"} if row["asked"] and not rows["asked"].all() else {}
        layout.beside(values, layout.EDGE, y, layout.wrapped(row["item"], CHARS, 1)[0], **ink)
    layout.write_title(figure, data.title)
    layout.write_notes(figure, notes)
    return figure


def _notes(rows: pd.DataFrame, evidence: Evidence) -> list[str]:
    said = "Left: 95% interval of each alone. Right: 95% for all ranks together, every comparison counted."
    if "pooled" in rows:
        said += " Diamonds: drawn towards each other by what chance alone makes them differ."
    return [said, counts_line(evidence.counts)]


def _draw(axes: Any, rows: pd.DataFrame, names: Sequence[str]) -> None:
    point, low, high = names
    shown = rows[rows[point].notna()]
    axes.hlines(shown.index, shown[low], shown[high], color=theme.BLUE, linewidth=1.6, zorder=3)
    axes.plot(shown[point], shown.index, "o", color=theme.BLUE, markersize=4.4, zorder=4)
