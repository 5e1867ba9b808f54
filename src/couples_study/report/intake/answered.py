"""Who answered on which day, as a small figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.report import layout, numbers, theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from couples_study.report.context import DayAnswered

HEIGHT = 1.5
TITLE = "Who answered, by study day"


@theme.themed
def plot_answered(days: Sequence[DayAnswered]) -> Figure:
    """The share of due people who answered on each study day; days with fewer than five answers are left out."""
    shown = [day for day in days if day.answered >= numbers.SMALLEST_CELL and day.scheduled]
    hidden = len(days) - len(shown)
    notes = [f"{hidden} of {len(days)} days have {numbers.SUPPRESSED} answers and are not drawn."] if hidden else []
    top, bottom = layout.title_height(TITLE) + 0.1, layout.note_height(notes) + 0.5
    figure = theme.canvas(top + HEIGHT + bottom)
    axes = figure.add_axes(theme.box(figure, 0.72, bottom, 0.3, top))
    share = [100 * day.answered / day.scheduled for day in shown]
    axes.bar([day.day for day in shown], share, width=0.75, color=theme.BLUE, linewidth=0)
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 50, 100])
    axes.locator_params(axis="x", nbins=10, integer=True)
    axes.set_ylabel("answered, %")
    axes.set_xlabel("days since start")
    layout.write_title(figure, TITLE)
    layout.write_notes(figure, notes)
    return figure
