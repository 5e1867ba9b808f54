"""Placing text on a figure in inches: titles, notes below, wrapped labels, labels that must not overlap."""

from __future__ import annotations

from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any

from matplotlib.transforms import blended_transform_factory

from couples_study.report.theme import INK, MUTED, SMALL, TITLE, WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

LINE = 0.155  # inches from one text line to the next
EDGE = 0.04
TITLE_CHARS, NOTE_CHARS = 82, 112


def wrapped(text: str, chars: int, most_lines: int = 3) -> list[str]:
    """``text`` in lines of at most ``chars``; what does not fit ends in an ellipsis."""
    lines = wrap(text, chars, break_long_words=True) or [""]
    if len(lines) <= most_lines:
        return lines
    rest = shorten(" ".join(lines[most_lines - 1 :]), chars, placeholder=" …")
    return [*lines[: most_lines - 1], rest]


def title_height(text: str) -> float:
    """Inches that a title takes, its space below included."""
    return 0.12 + 0.19 * len(wrapped(text, TITLE_CHARS, 2))


def write_title(figure: Figure, text: str) -> None:
    """A title at the upper left, at most two lines."""
    height = figure.get_size_inches()[1]
    for i, line in enumerate(wrapped(text, TITLE_CHARS, 2)):
        at(figure, EDGE, height - 0.06 - 0.19 * i, line, size=TITLE, weight="bold", va="top")


def note_height(notes: Sequence[str]) -> float:
    """Inches that the notes below a figure take."""
    return 0.06 + LINE * sum(len(wrapped(note, NOTE_CHARS)) for note in notes)


def write_notes(figure: Figure, notes: Sequence[str]) -> None:
    """Notes at the lower left, one below the other."""
    lines = [line for note in notes for line in wrapped(note, NOTE_CHARS)]
    for i, line in enumerate(reversed(lines)):
        at(figure, EDGE, 0.03 + LINE * i, line, size=SMALL, color=MUTED, va="bottom")


def at(figure: Figure, x: float, y: float, text: str, **style: Any) -> None:
    """Text at inches from the lower left corner."""
    figure.text(x, y, text, transform=figure.dpi_scale_trans, **({"color": INK} | style))


def beside(axes: Any, x: float, y: float, text: str, **style: Any) -> None:
    """Text at ``x`` inches from the figure's left edge, at height ``y`` in the axes' own units."""
    transform = blended_transform_factory(axes.figure.dpi_scale_trans, axes.transData)
    axes.text(x, y, text, transform=transform, clip_on=False, **({"color": INK, "va": "center"} | style))


def right_edge() -> float:
    """The x of right-aligned text, in inches."""
    return WIDTH - EDGE


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
