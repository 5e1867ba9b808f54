"""Placing text on a figure in inches: titles, notes below, wrapped labels, labels that must not overlap."""

from __future__ import annotations

from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any

from matplotlib.transforms import blended_transform_factory

from couples_study.report.theme import INK, MUTED, PAPER, SMALL, TITLE, WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

NARROW = 3.5  # inches: a figure for a phone, 336 pixels
LINE = 0.155  # inches from one text line to the next
EDGE = 0.04
TITLE_CHARS, NOTE_CHARS = 82, 112  # on a figure of the full width; fewer on a narrow one


def wrapped(text: str, chars: int, most_lines: int = 3) -> list[str]:
    """``text`` in lines of at most ``chars``; what does not fit ends in an ellipsis."""
    lines = wrap(text, chars, break_long_words=True) or [""]
    if len(lines) <= most_lines:
        return lines
    rest = shorten(" ".join(lines[most_lines - 1 :]), chars, placeholder=" …")
    return [*lines[: most_lines - 1], rest]


def title_lines(text: str, width: float = WIDTH) -> list[str]:
    """A title in at most two lines, three on a narrow figure."""
    return wrapped(text, int(TITLE_CHARS * width / WIDTH), 2 if width == WIDTH else 3)


def title_height(text: str, width: float = WIDTH) -> float:
    """Inches that a title takes, its space below included."""
    return 0.12 + 0.19 * len(title_lines(text, width))


def write_title(figure: Figure, text: str) -> None:
    """A title at the upper left."""
    width, height = figure.get_size_inches()
    for i, line in enumerate(title_lines(text, width)):
        at(figure, EDGE, height - 0.06 - 0.19 * i, line, size=TITLE, weight="bold", va="top")


def note_lines(notes: Sequence[str], width: float = WIDTH) -> list[str]:
    """The notes in lines that fit the figure."""
    return [line for note in notes for line in wrapped(note, int(NOTE_CHARS * width / WIDTH), 5)]


def note_height(notes: Sequence[str], width: float = WIDTH) -> float:
    """Inches that the notes below a figure take."""
    return 0.06 + LINE * len(note_lines(notes, width))


def write_notes(figure: Figure, notes: Sequence[str]) -> None:
    """Notes at the lower left, one below the other."""
    lines = note_lines(notes, figure.get_size_inches()[0])
    for i, line in enumerate(reversed(lines)):
        at(figure, EDGE, 0.03 + LINE * i, line, size=SMALL, color=MUTED, va="bottom")


def at(figure: Figure, x: float, y: float, text: str, **style: Any) -> None:
    """Text at inches from the lower left corner."""
    figure.text(x, y, text, transform=figure.dpi_scale_trans, **({"color": INK} | style))


def beside(axes: Any, x: float, y: float, text: str, **style: Any) -> None:
    """Text at ``x`` inches from the figure's left edge, at height ``y`` in the axes' own units."""
    transform = blended_transform_factory(axes.figure.dpi_scale_trans, axes.transData)
    axes.text(x, y, text, transform=transform, clip_on=False, **({"color": INK, "va": "center"} | style))


def on_paper() -> dict[str, Any]:
    """The ground of a text that stands on top of lines."""
    return {"facecolor": PAPER, "edgecolor": "none", "pad": 1.2}


def right_edge(axes: Any) -> float:
    """The x of right-aligned text, in inches."""
    return float(axes.figure.get_size_inches()[0]) - EDGE


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Positions moved apart as little as needed so that neighbours stand at least ``gap`` from each other."""
    order = sorted(range(len(positions)), key=lambda i: (positions[i], i))
    placed = [positions[i] for i in order]
    for _ in range(len(placed) * 4):
        for k in range(len(placed) - 1):
            lack = gap - (placed[k + 1] - placed[k])
            if lack > 1e-9:
                placed[k] -= lack / 2
                placed[k + 1] += lack / 2
    moved = dict(zip(order, placed, strict=True))
    return [moved[i] for i in range(len(positions))]
