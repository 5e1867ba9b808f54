"""The house theme: one look for every figure, the same bytes on every machine.

Colours are seaborn's colour-blind safe set plus greys. Text in an SVG stays text (``svg.fonttype = "none"``): it can
be searched, read aloud and follows the page into dark mode, and a figure weighs a third of what outlines would.
Layout is measured in DejaVu Sans, which matplotlib ships, so it does not depend on the fonts of a machine; common
screen fonts are narrower, so a label that fits here fits there.
"""

from __future__ import annotations

from functools import cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import matplotlib as mpl
import matplotlib.style
import seaborn as sns
from matplotlib.figure import Figure

from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, NOT_TESTABLE, SUPPORTED

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")

INK = "#1f2a36"
MUTED = "#5b6673"
RULE = "#c9d1d9"
BAND = "#e7ecf1"
PAPER = "#fefefe"
_SAFE = tuple(sns.color_palette("colorblind").as_hex())
BLUE, GREEN, VERMILION, MAUVE, TAN = _SAFE[0], _SAFE[2], _SAFE[3], _SAFE[4], _SAFE[5]

VERDICT_COLOURS = {SUPPORTED: BLUE, CONTRADICTED: VERMILION, INCONCLUSIVE: MUTED, NOT_TESTABLE: "#9aa3ad"}
VERDICT_MARKERS = {SUPPORTED: "o", CONTRADICTED: "X", INCONCLUSIVE: "D", NOT_TESTABLE: "_"}
ROLE_COLOURS = (BLUE, MAUVE, GREEN, TAN)
ROLE_MARKERS = ("o", "s", "D", "^")

# What a colour is called in the page's style sheet, where dark mode gives it another value.
CSS_NAMES = {
    INK: "ink",
    MUTED: "muted",
    RULE: "rule",
    BAND: "band",
    PAPER: "paper",
    BLUE: "blue",
    GREEN: "green",
    VERMILION: "vermilion",
    MAUVE: "mauve",
    TAN: "tan",
    VERDICT_COLOURS[NOT_TESTABLE]: "faint",
}

WIDTH = 7.08  # inches: 680 pixels on a page
SIZE, SMALL, TITLE = 9.0, 8.0, 10.5  # points
DPI = 192


@cache
def rc() -> dict[str, Any]:
    """matplotlib settings of the theme, on top of matplotlib's own defaults."""
    style = sns.axes_style("ticks")
    style.update(sns.plotting_context("paper"))
    style.update(
        {
            "font.family": ["sans-serif"],
            "font.sans-serif": ["DejaVu Sans"],
            "font.size": SIZE,
            "axes.labelsize": SIZE,
            "axes.titlesize": TITLE,
            "xtick.labelsize": SMALL,
            "ytick.labelsize": SMALL,
            "axes.edgecolor": RULE,
            "axes.labelcolor": INK,
            "text.color": INK,
            "xtick.color": RULE,
            "ytick.color": RULE,
            "xtick.labelcolor": MUTED,
            "ytick.labelcolor": MUTED,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.linewidth": 0.8,
            "axes.facecolor": "none",
            "figure.facecolor": "none",
            "savefig.facecolor": "auto",
            "axes.unicode_minus": True,
            "axes.formatter.use_mathtext": False,
            "text.parse_math": False,
            "svg.fonttype": "none",
            "svg.hashsalt": "couples_study",
            "path.simplify": True,
        }
    )
    return style


def house() -> Any:
    """A context in which matplotlib draws in the house theme, whatever the user's own settings are."""
    return mpl.style.context(["default", rc()])


def themed(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in the house theme; ticks are settled at once, so a notebook shows the same figure later."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with house():
            figure = draw(*args, **kwargs)
            for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
                axis.get_ticklabels()  # makes the ticks now, while the theme holds
        return figure

    return drawn


class Drawing(Figure):
    """A matplotlib Figure that shows itself in a notebook, with or without pyplot."""

    def _repr_png_(self) -> bytes:
        from couples_study.report.svg import to_png

        return to_png(self)


def canvas(height: float, width: float = WIDTH) -> Figure:
    """An empty figure without pyplot's state, of the house width unless told; in inches."""
    return Drawing(figsize=(width, height))


def box(figure: Figure, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
    """A rectangle given by its margins in inches, as the fractions that ``add_axes`` wants."""
    width, height = figure.get_size_inches()
    return (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
