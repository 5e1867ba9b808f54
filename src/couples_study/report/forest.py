"""The forest plot: what was tested, and below it the same question asked in other defensible ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from couples_study.report import layout, numbers, theme
from couples_study.report.forest_rows import comparable, panels
from couples_study.report.sentences import counts_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.figure import Figure

    from couples_study.contracts.evidence import Evidence
    from couples_study.contracts.verdict import SmallestEffect, Verdict
    from couples_study.report.forest_rows import Panel, Row

ROW, GAP = 0.34, 0.42
HEAD, FOOT = 0.34, 0.55  # inches above and below the rows of a panel
HEADING = "Asked in other defensible ways"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Where things stand, in inches: labels left of the axis, or stacked above each interval on a narrow figure."""

    width: float
    left: float
    right: float
    chars: int
    stacked: bool

    def lines(self, row: Row) -> list[str]:
        return layout.wrapped(row.label, self.chars)

    def height(self, row: Row) -> float:
        n = len(self.lines(row))
        return layout.LINE * n + 0.37 if self.stacked else ROW + layout.LINE * (n - 1)


WIDE = Form(width=theme.WIDTH, left=2.7, right=1.55, chars=38, stacked=False)
STACKED = Form(width=layout.NARROW, left=0.12, right=1.35, chars=46, stacked=True)


@theme.themed
def plot_terms(evidence: Evidence, verdict: Verdict | None = None, *, narrow: bool = False) -> Figure:
    """A forest plot of the tested terms and, set apart below, of every sensitivity row.

    With a ``verdict`` the intervals are those its rule used, the colour is the verdict's, and the region of effects
    too small to matter is shaded. Rows in different units have an axis each. Units stand on the axis, n below.
    ``narrow`` is the form for a phone.
    """
    form = STACKED if narrow else WIDE
    parts = panels(evidence, verdict)
    smallest = verdict.smallest_effect if verdict and comparable(verdict) else None
    title = verdict.statement if verdict else f"{evidence.id}: tested terms"
    notes = _notes(evidence, smallest)
    top, bottom = layout.title_height(title, form.width), layout.note_height(notes, form.width)
    placed = [_tops(part.rows, form) for part in parts]
    height = top + sum(HEAD + length + FOOT for _, length in placed) + bottom
    figure = theme.canvas(height, form.width)
    start = top + HEAD
    for part, (tops, length) in zip(parts, placed, strict=True):
        axes = figure.add_axes(theme.box(figure, form.left, height - start - length, form.right, start))
        axes.set_ylim(length, 0)
        within = smallest if smallest and smallest.unit == part.unit else None
        _draw_panel(axes, part, tops, form, within)
        start += length + FOOT + HEAD
    layout.write_title(figure, title)
    layout.write_notes(figure, notes)
    return figure


def _draw_panel(axes: Any, panel: Panel, tops: Sequence[float], form: Form, smallest: SmallestEffect | None) -> None:
    _ground(axes, smallest, 4 if form.stacked else 6)
    for row, y in zip(panel.rows, tops, strict=True):
        _draw_row(axes, row, _middle(row, y, form), panel.decimals)
        _write_label(axes, row, y, form)
    _heads(axes, panel, tops)
    axes.set_xlabel(panel.unit)


def _notes(evidence: Evidence, smallest: SmallestEffect | None) -> list[str]:
    notes = [counts_line(evidence.counts)]
    if smallest:
        size = f"±{numbers.plain(abs(smallest.value))} {smallest.unit}"
        notes.insert(0, f"Shaded: within {size}, smaller than what matters")
    return notes


def _tops(rows: Sequence[Row], form: Form) -> tuple[list[float], float]:
    """Where each row begins, in inches from the top of the axes, and the length of the whole."""
    tops: list[float] = []
    y, main = 0.05, True
    for row in rows:
        if main and not row.main:
            y += GAP if tops else 0.0
        main = row.main
        tops.append(y)
        y += form.height(row)
    return tops, y + 0.08


def _middle(row: Row, top: float, form: Form) -> float:
    """The height of a row's interval: its middle, or below its label."""
    if form.stacked:
        return top + layout.LINE * len(form.lines(row)) + 0.14
    return top + form.height(row) / 2


def _ground(axes: Any, smallest: SmallestEffect | None, ticks: int) -> None:
    """The zero line and the region of effects too small to matter."""
    if smallest:
        axes.axvspan(-abs(smallest.value), abs(smallest.value), color=theme.BAND, linewidth=0, zorder=0)
    axes.axvline(0, color=theme.MUTED, linewidth=0.9, zorder=1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=ticks)
    axes.margins(x=0.06)


def _ink(row: Row) -> dict[str, Any]:
    return {"color": theme.INK, "size": theme.SIZE} if row.main else {"color": theme.MUTED, "size": theme.SMALL}


def _draw_row(axes: Any, row: Row, y: float, decimals: int | None) -> None:
    width, size, face = (2.0, 6.5, row.colour) if row.main else (1.1, 5.0, theme.PAPER)
    axes.plot([row.low, row.high], [y, y], color=row.colour, linewidth=width, solid_capstyle="butt", zorder=3)
    style = {"color": row.colour, "markerfacecolor": face, "markersize": size, "markeredgewidth": 1.1}
    axes.plot([row.estimate], [y], row.marker, zorder=4, **style)
    text = numbers.with_interval(row.estimate, row.low, row.high, decimals)
    layout.beside(axes, layout.right_edge(axes), y, text, ha="right", **_ink(row))


def _write_label(axes: Any, row: Row, top: float, form: Form) -> None:
    lines = form.lines(row)
    start = top + layout.LINE / 2 if form.stacked else _middle(row, top, form) - layout.LINE * (len(lines) - 1) / 2
    for i, line in enumerate(lines):
        ground = {"bbox": layout.on_paper()} if form.stacked else {}
        layout.beside(axes, layout.EDGE, start + layout.LINE * i, line, **_ink(row), **ground)


def _heads(axes: Any, panel: Panel, tops: Sequence[float]) -> None:
    """Small heads over the number column and over the sensitivity rows, with the level of the intervals below."""
    look = {"size": theme.SMALL, "color": theme.MUTED}
    main = _levels(row for row in panel.rows if row.main)
    other = _levels(row for row in panel.rows if not row.main)
    said = f"estimate [{main or other} interval]"
    layout.beside(axes, layout.right_edge(axes), -0.1, said, ha="right", **look)
    for i, (row, y) in enumerate(zip(panel.rows, tops, strict=True)):
        if not row.main and (i == 0 or panel.rows[i - 1].main):
            layout.beside(axes, layout.EDGE, y - 0.1, HEADING, weight="bold", **look)
            if main and other != main:
                layout.beside(axes, layout.right_edge(axes), y - 0.1, f"[{other} interval]", ha="right", **look)
            break


def _levels(rows: Iterable[Row]) -> str:
    """The levels of some intervals, mostly one: "95%"."""
    return " or ".join(dict.fromkeys(numbers.level(row.level) for row in rows))
