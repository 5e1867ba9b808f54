"""Who answered on which day: bars as SVG that follows the page's colours, like the maps below them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from couples_study.report import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from couples_study.report.context import DayAnswered

LEFT, TOP, PLOT, WIDTH, FOOT, LINE = 46, 26, 110, 620, 36, 15
TITLE = "Who answered, by study day"
MOST_LABELS = 15
STEPS = (1, 2, 5, 7, 14, 28, 50, 100, 200, 500, 1000)


def plot_answered(days: Sequence[DayAnswered]) -> str:
    """The share of due people who answered on each study day; days with fewer than five answers are left out."""
    shown = _shown(days)
    hidden = len(days) - len(shown)
    note = f"{hidden} of {len(days)} days have {numbers.SUPPRESSED} answers and are not drawn." if hidden else ""
    height = TOP + PLOT + FOOT + (LINE if note else 0)
    first, last = (min(day.day for day in days), max(day.day for day in days)) if days else (0, 0)
    step = (WIDTH - LEFT) / (last - first + 1)
    bars = "".join(_bar(day, LEFT + (day.day - first) * step, step) for day in shown)
    parts = [
        f'<text class="title" x="0" y="12">{TITLE}</text>',
        *_shares(),
        f'<path class="used" d="{bars}"/>' if bars else "",
        *_days(first, last, step),
        f'<text x="{LEFT}" y="{height - 4}">{escape(note)}</text>' if note else "",
    ]
    return (
        f'<svg class="figure-svg day-map" role="img" aria-label="{escape(answered_alt(days))}" '
        f'viewBox="0 0 {WIDTH} {height}">{"".join(parts)}</svg>'
    )


def answered_alt(days: Sequence[DayAnswered]) -> str:
    """The figure in words: first, last and lowest day that may be shown."""
    shown = _shown(days)
    if not shown:
        return "No day has enough answers to be shown."
    low = min(shown, key=lambda day: (day.answered / day.scheduled, day.day))
    named = (("first", shown[0]), ("lowest", low), ("last", shown[-1]))
    parts = [f"{word} day shown {day.day}: {numbers.share(day.answered, day.scheduled)}" for word, day in named]
    return "Share of due people who answered, by study day; " + ", ".join(parts) + "."


def _shown(days: Sequence[DayAnswered]) -> list[DayAnswered]:
    return [day for day in days if day.answered >= numbers.SMALLEST_CELL and day.scheduled]


def _bar(day: DayAnswered, x: float, step: float) -> str:
    tall = round(PLOT * day.answered / day.scheduled, 2)
    wide = round(step * 0.75, 2)
    return f"M{round(x + step / 8, 2):g} {TOP + PLOT}v-{tall:g}h{wide:g}v{tall:g}z"


def _shares() -> Iterator[str]:
    """Lines and labels at none, half and all."""
    for share in (0, 50, 100):
        y = TOP + PLOT * (1 - share / 100)
        yield f'<path class="week" d="M{LEFT} {y:g}H{WIDTH}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:g}" text-anchor="end">{share}%</text>'


def _days(first: int, last: int, step: float) -> Iterator[str]:
    """Labels below the bars, at even steps, and what they count."""
    every = next((one for one in STEPS if (last - first) / one < MOST_LABELS), STEPS[-1])
    for day in range(first, last + 1):
        if day % every == 0:
            x = round(LEFT + (day - first + 0.5) * step, 2)
            yield f'<text class="day" x="{x:g}" y="{TOP + PLOT + 14}" text-anchor="middle">{day}</text>'
    yield f'<text x="{(LEFT + WIDTH) / 2:g}" y="{TOP + PLOT + 30}" text-anchor="middle">days since start</text>'
