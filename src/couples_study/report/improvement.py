"""How soon couples improve: curves by arm with separation beside them, and the gap between two improvements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from couples_study.privacy.told import told_figure
from couples_study.report import layout, numbers, theme
from couples_study.report.sentences import counts_line, in_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from couples_study.contracts.evidence import Evidence, FigureData

LEFT, RIGHT, HEIGHT = 0.72, 1.35, 2.9
INCIDENCE = "incidence"


@theme.themed
def plot_improvement(evidence: Evidence) -> Figure:
    """Draw a ``FigureData`` of kind "onset": share improved by week in each arm with its 95% band.

    Where couples separated, the cumulative incidence of separating first in the first arm is drawn dashed. A curve ends
    where fewer than five couples are still at risk.
    """
    data = _data_of(evidence, "onset")
    notes = [
        "Steps: share of couples improved (Kaplan-Meier) with its 95% band; who dropped out counts as long as seen.",
        counts_line(evidence.counts),
    ]
    figure, axes = _axes(data, notes)
    ends = []
    for i, arm in enumerate(data.notes["arms"]):
        rows = visible(data.frames[arm])
        ends.append((in_words(arm), _step(axes, rows, i, data.notes["last"]), theme.ROLE_COLOURS[i % 4]))
    if INCIDENCE in data.frames and len(data.frames[INCIDENCE]):
        rows = data.frames[INCIDENCE]
        axes.step([0, *rows["week"]], [0, *rows["separated"]], where="post", color=theme.MUTED, linestyle="--")
        ends.append(("separated", float(rows["separated"].iloc[-1]), theme.MUTED))
    if data.notes.get("by") is not None:
        axes.axvline(data.notes["by"], color=theme.RULE, linewidth=0.9, zorder=0)
    axes.set_ylim(0, 1)
    _name_ends(axes, ends)
    return figure


@theme.themed
def plot_gap(evidence: Evidence) -> Figure:
    """Draw a ``FigureData`` of kind "gap": the share of people whose gap is at most so many weeks; 4 to 8 shaded."""
    data = _data_of(evidence, "gap")
    people = numbers.count(data.notes["people"])
    said = f"Turnbull's estimate, {people} people with an improvement; negative: the second came first. Shaded: 4 to 8."
    notes = [said, counts_line(evidence.counts)]
    figure, axes = _axes(data, notes)
    rows = data.frames["gap"]
    axes.axvspan(4, 8, color=theme.BAND, zorder=0)
    axes.axvline(0, color=theme.RULE, linewidth=0.9, zorder=0)
    axes.step(rows["gap"], rows["share"], where="post", color=theme.BLUE)
    axes.set_ylim(0, 1)
    return figure


def visible(rows: pd.DataFrame) -> pd.DataFrame:
    """The part of a curve on which at least five couples are at risk."""
    return rows[rows["at_risk"] >= numbers.SMALLEST_CELL]


def _data_of(evidence: Evidence, kind: str) -> FigureData:
    if evidence.figure is None or evidence.figure.kind != kind:
        raise ValueError(f"{evidence.id} has no figure data of kind {kind!r}")
    return told_figure(evidence.figure)


def _axes(data: FigureData, notes: list[str]) -> tuple[Figure, Any]:
    top, bottom = layout.title_height(data.title) + 0.15, layout.note_height(notes) + 0.5
    figure = theme.canvas(top + HEIGHT + bottom)
    axes = figure.add_axes(theme.box(figure, LEFT, bottom, RIGHT, top))
    axes.set_xlabel(data.x_label)
    axes.set_ylabel("\n".join(layout.wrapped(data.y_label, 42, 2)))
    layout.write_title(figure, data.title)
    layout.write_notes(figure, notes)
    return figure, axes


def _step(axes: Any, rows: pd.DataFrame, i: int, last: float) -> float:
    """One arm's curve with its band, to the last week in which anyone was looked at; returns where it ends."""
    colour = theme.ROLE_COLOURS[i % 4]
    weeks = [0.0, *rows["week"], max(last, *rows["week"], 0.0)]
    low, high, curve = ([0.0, *rows[name], *rows[name].tail(1)] for name in ("low", "high", "improved"))
    if len(rows) == 0:
        weeks = weeks[:1]
    axes.fill_between(weeks, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
    axes.step(weeks, curve, where="post", color=colour)
    return float(curve[-1])


def _name_ends(axes: Any, ends: list[tuple[str, float, str]]) -> None:
    low, high = axes.get_ylim()
    places = layout.spread([end for _, end, _ in ends], (high - low) * 0.2 / HEIGHT)
    for (name, _, colour), place in zip(ends, places, strict=True):
        words = "\n".join(layout.wrapped(name, 18, 2))
        axes.text(1.02, place, words, transform=axes.get_yaxis_transform(), va="center", color=colour)
