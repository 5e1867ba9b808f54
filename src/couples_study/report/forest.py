"""The forest plot: what was tested, and below it the same question asked in other defensible ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from couples_study.report import layout, numbers, theme
from couples_study.report.sentences import counts_line, readable_term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from couples_study.contracts.evidence import Evidence
    from couples_study.contracts.verdict import SmallestEffect, Verdict

LABEL_CHARS = 38
LABELS, NUMBERS = 2.7, 1.55  # inches left and right of the axis
ROW, GAP = 0.34, 0.42
HEADING = "Asked in other defensible ways"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a forest plot; ``main`` rows are what the rule looks at."""

    label: str
    estimate: float
    low: float
    high: float
    main: bool
    colour: str
    marker: str

    @property
    def lines(self) -> list[str]:
        return layout.wrapped(self.label, LABEL_CHARS)

    @property
    def height(self) -> float:
        return ROW + layout.LINE * (len(self.lines) - 1)


def tested_rows(evidence: Evidence, verdict: Verdict | None) -> list[Row]:
    """The tested terms: as judged where there is a verdict, else with their 95% intervals."""
    word = verdict.verdict if verdict else "supported"
    look = {"colour": theme.VERDICT_COLOURS[word], "marker": theme.VERDICT_MARKERS[word], "main": True}
    terms: Sequence[Any] = verdict.terms if verdict and verdict.terms else evidence.tested
    return [
        Row(
            label=readable_term(getattr(t, "name", t.term)),
            estimate=t.estimate,
            low=t.conf_low,
            high=t.conf_high,
            **look,
        )
        for t in terms
    ]


def sensitivity_rows(evidence: Evidence, verdict: Verdict | None) -> list[Row]:
    """The sensitivity rows; each carries the marker of the verdict it would have led to."""
    rows: Sequence[Any] = verdict.sensitivity if verdict and verdict.sensitivity else evidence.sensitivity
    return [
        Row(
            label=row.label,
            estimate=row.estimate,
            low=row.conf_low,
            high=row.conf_high,
            main=False,
            colour=theme.MUTED,
            marker=theme.VERDICT_MARKERS[getattr(row, "verdict", "supported")],
        )
        for row in rows
    ]


def row_decimals(rows: Sequence[Row]) -> int | None:
    """One precision for the whole plot: what the tested terms need; without any, what the other rows need."""
    main = [(row.low, row.high) for row in rows if row.main]
    return numbers.shared_decimals(main or [(row.low, row.high) for row in rows])


@theme.themed
def plot_terms(evidence: Evidence, verdict: Verdict | None = None) -> Figure:
    """A forest plot of the tested terms and, set apart below, of every sensitivity row.

    With a ``verdict`` the intervals are those its rule used, the colour is the verdict's, and the region of effects
    too small to matter is shaded. Units stand on the axis, n below.
    """
    rows = tested_rows(evidence, verdict) + sensitivity_rows(evidence, verdict)
    smallest = verdict.smallest_effect if verdict else None
    title = verdict.statement if verdict else f"{evidence.id}: tested terms"
    notes = _notes(evidence, smallest)
    top, bottom = layout.title_height(title) + 0.34, layout.note_height(notes) + 0.55
    places, length = _places(rows)
    figure = theme.canvas(top + length + bottom)
    axes = figure.add_axes(theme.box(figure, LABELS, bottom, NUMBERS, top))
    axes.set_ylim(length, 0)
    _ground(axes, smallest)
    decimals = row_decimals(rows)
    for row, y in zip(rows, places, strict=True):
        _draw_row(axes, row, y, decimals)
    _heads(axes, rows, places, verdict)
    axes.set_xlabel(evidence.unit)
    layout.write_title(figure, title)
    layout.write_notes(figure, notes)
    return figure


def _notes(evidence: Evidence, smallest: SmallestEffect | None) -> list[str]:
    notes = [counts_line(evidence.counts)]
    if smallest:
        size = f"±{numbers.plain(abs(smallest.value))} {smallest.unit}"
        notes.insert(0, f"Shaded: within {size}, smaller than what matters")
    return notes


def _places(rows: Sequence[Row]) -> tuple[list[float], float]:
    """Where each row stands, in inches from the top of the axes, and the length of the whole."""
    places: list[float] = []
    y, main = 0.05, True
    for row in rows:
        if main and not row.main:
            y += GAP if places else 0.0
        main = row.main
        places.append(y + row.height / 2)
        y += row.height
    return places, y + 0.08


def _ground(axes: Any, smallest: SmallestEffect | None) -> None:
    """The zero line and the region of effects too small to matter."""
    if smallest:
        axes.axvspan(-abs(smallest.value), abs(smallest.value), color=theme.BAND, linewidth=0, zorder=0)
    axes.axvline(0, color=theme.MUTED, linewidth=0.9, zorder=1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=6)
    axes.margins(x=0.06)


def _draw_row(axes: Any, row: Row, y: float, decimals: int | None) -> None:
    width, size, face = (2.0, 6.5, row.colour) if row.main else (1.1, 5.0, theme.PAPER)
    axes.plot([row.low, row.high], [y, y], color=row.colour, linewidth=width, solid_capstyle="butt", zorder=3)
    style = {"color": row.colour, "markerfacecolor": face, "markersize": size, "markeredgewidth": 1.1}
    axes.plot([row.estimate], [y], row.marker, zorder=4, **style)
    ink, size = (theme.INK, theme.SIZE) if row.main else (theme.MUTED, theme.SMALL)
    for i, line in enumerate(row.lines):
        shift = layout.LINE * (i - (len(row.lines) - 1) / 2)
        layout.beside(axes, layout.EDGE, y + shift, line, color=ink, size=size)
    text = numbers.with_interval(row.estimate, row.low, row.high, decimals)
    layout.beside(axes, layout.right_edge(), y, text, color=ink, size=size, ha="right")


def _heads(axes: Any, rows: Sequence[Row], places: Sequence[float], verdict: Verdict | None) -> None:
    """Small heads over the number column and over the sensitivity rows."""
    level = numbers.level(verdict.terms[0].conf_level if verdict and verdict.terms else 0.95)
    look = {"size": theme.SMALL, "color": theme.MUTED}
    layout.beside(axes, layout.right_edge(), -0.1, f"estimate [{level} interval]", ha="right", **look)
    for i, (row, y) in enumerate(zip(rows, places, strict=True)):
        if not row.main and (i == 0 or rows[i - 1].main):
            layout.beside(axes, layout.EDGE, y - row.height / 2 - 0.1, HEADING, weight="bold", **look)
            break
