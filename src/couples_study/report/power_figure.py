"""The power curve: the chance of the right verdict over the number of couples, a line for each length and loss."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from couples_study.report import layout, theme
from couples_study.report.power_words import leaving_words, percent, truth_words
from couples_study.report.sentences import in_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

PANEL, ABOVE, BELOW, LEFT, RIGHT, WIDE = 2.2, 0.42, 0.55, 0.62, 1.75, 7.08
LINES = ("-", (0, (4, 2)), (0, (1, 1.4)), (0, (6, 2, 1, 2)))
LOWEST, HIGHEST = -0.03, 1.03


@theme.themed
def plot_power(table: pd.DataFrame, target: float) -> Figure:
    """Draw a power table: a panel for each claim, scenario and size of effect; bands are 95% intervals."""
    wanted = table[table["wanted"]]
    panels = [rows for _, rows in wanted.groupby(["claim", "scenario", "times"], sort=False, dropna=False)]
    notes = [
        "Bands: 95% Monte Carlo (Wilson) intervals. Replicates whose model could not be fitted count as no verdict.",
        f"Dashed: {percent(target)}.",
    ]
    foot = layout.note_height(notes)
    each = PANEL + ABOVE + BELOW
    figure = theme.canvas(each * len(panels) + foot)
    for number, rows in enumerate(panels):
        above = each * number + ABOVE
        below = each * (len(panels) - number - 1) + BELOW + foot
        axes = figure.add_axes(theme.box(figure, LEFT, below, RIGHT, above))
        _draw(axes, rows, target)
        first = rows.iloc[0]
        axes.set_title(f"{first['claim']}{truth_words(first)}", loc="left", weight="bold", color=theme.INK)
    layout.write_notes(figure, notes)
    return figure


def _draw(axes: Any, rows: pd.DataFrame, target: float) -> None:
    ends: list[tuple[float, float, str, str]] = []
    for number, ((attrition, days), found) in enumerate(rows.groupby(["attrition", "days"])):
        colour = theme.ROLE_COLOURS[number % len(theme.ROLE_COLOURS)]
        dash = LINES[number // len(theme.ROLE_COLOURS) % len(LINES)]
        line = found.sort_values("couples")
        axes.fill_between(line["couples"], line["low"], line["high"], color=colour, alpha=0.14, linewidth=0)
        axes.plot(line["couples"], line["share"], color=colour, linestyle=dash, marker="o", markersize=3.5)
        if len(line) == 1:
            axes.vlines(line["couples"], line["low"], line["high"], color=colour, linewidth=1.2)
        last = line.iloc[-1]
        name = f"{days} days{leaving_words(last)}" if attrition else f"{days} days"
        ends.append((float(last["couples"]), float(last["share"]), name, colour))
    axes.axhline(target, color=theme.MUTED, linewidth=0.9, linestyle=(0, (4, 2)), zorder=0)
    axes.set_ylim(LOWEST, HIGHEST)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axes.set_xticks(_ticks(sorted(rows["couples"].unique())))
    axes.set_xlabel("couples")
    axes.set_ylabel(f"chance of “{in_words(rows.iloc[0]['verdict'])}”")
    _label(axes, ends)


def _ticks(couples: list[int], most: int = 8) -> list[int]:
    return couples[:: ceil(len(couples) / most)]


def _label(axes: Any, ends: list[tuple[float, float, str, str]]) -> None:
    """Each line's name at its right end, moved apart where they would overlap."""
    names = [layout.wrapped(end[2], 22, 2) for end in ends]
    gap = (HIGHEST - LOWEST) * (0.04 + 0.14 * max(len(lines) for lines in names)) / PANEL
    places = layout.spread([end[1] for end in ends], gap)
    for end, lines, place in zip(ends, names, places, strict=True):
        layout.beside(axes, WIDE - RIGHT + 0.1, place, "\n".join(lines), color=end[3], size=theme.SMALL)
