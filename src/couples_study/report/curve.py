"""The threshold figure: the fitted curve with its band, its rivals, the break with its interval, and the data below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from couples_study.privacy.told import told_figure
from couples_study.report import layout, numbers, theme
from couples_study.report.sentences import counts_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from couples_study.contracts.evidence import Evidence, FigureData

LEFT, RIGHT = 0.72, 2.0
MAIN, STRIP, BETWEEN = 2.9, 0.55, 0.12
MOST_RIVALS, LABEL_LINE = 5, 0.14
SIDES = (("n_below", "couple_days_below", "days_below"), ("n_above", "couple_days_from", "days_from"))
RIVAL_STYLES: tuple[Any, ...] = ((0, (5, 2)), (0, (1, 1.4)), (0, (6, 2, 1, 2)), (0, (3, 1.5)), (0, (8, 3)), (0, (2, 3)))


@theme.themed
def plot_curve(evidence: Evidence) -> Figure:
    """Draw a ``FigureData`` of kind "threshold".

    Frames: ``curve`` (x, fit, low90, high90), ``rivals`` (x, shape, fit and optionally label), ``density`` (x and n,
    or x, x_to and person_days). Notes: ``tau``, ``tau_low``, ``tau_high``, ``stated``; optionally ``n_below`` and
    ``n_above`` (or ``couple_days_below`` and ``couple_days_from``, or ``days_below`` and ``days_from``) with what was
    ``counted``, ``best_model``, ``six_model``, ``whole_counts`` with ``last_below``. A count under five is not drawn.
    """
    data = evidence.figure
    if data is None:
        raise ValueError(f"{evidence.id} has no figure data to draw a curve from")
    data = told_figure(data)
    notes = curve_notes(evidence, data)
    top, bottom = layout.title_height(data.title) + 0.42, layout.note_height(notes) + 0.5
    low_part = bottom + STRIP + BETWEEN
    figure = theme.canvas(top + MAIN + low_part)
    axes = figure.add_axes(theme.box(figure, LEFT, low_part, RIGHT, top))
    strip = figure.add_axes(theme.box(figure, LEFT, bottom, RIGHT, top + MAIN + BETWEEN), sharex=axes)
    axes.set_xlim(_reach(data))
    _draw_curve(axes, data)
    _draw_rivals(axes, data)
    _draw_break(axes, data)
    _draw_density(strip, data)
    axes.set_ylabel("\n".join(layout.wrapped(data.y_label, 42, 2)))
    axes.tick_params(labelbottom=False)
    strip.set_xlabel(data.x_label)
    layout.write_title(figure, data.title)
    layout.write_notes(figure, notes)
    return figure


def _reach(data: FigureData) -> tuple[float, float]:
    """The x axis: all values, and room for the outer half of the first and the last bar."""
    x = data.frames["curve"]["x"].sort_values()
    step = float(x.diff().dropna().min()) if len(x) > 1 else 1.0
    room = 0.6 * min(step, 1.0) if step > 0 else 0.6
    return float(x.iloc[0]) - room, float(x.iloc[-1]) + room


def curve_notes(evidence: Evidence, data: FigureData) -> list[str]:
    """What stands below the figure: what is shaded, which curve predicts best, and n on both sides."""
    notes = ["Band: 90% interval of the fitted curve. Shaded: interval of the break. Below: observations per value."]
    if data.notes.get("best_model"):
        notes.append(f"Of all curves compared, the best at predicting unseen couples: {data.notes['best_model']}.")
    notes += _sides(data)
    if data.notes.get("whole_counts"):
        last, stated = (numbers.plain(data.notes[name]) for name in ("last_below", "stated"))
        notes.append(f"The count is whole: a jump can only be placed between {last} and {stated}.")
    return [*notes, counts_line(evidence.counts)]


def _sides(data: FigureData) -> list[str]:
    """What stands on each side of the stated value: couple-days, or observations, or couples."""
    below, above = (next((data.notes[name] for name in names if name in data.notes), None) for names in SIDES)
    if below is None or above is None:
        return []
    unit = str(data.notes.get("counted", "Observations"))
    return [f"{unit}: {numbers.cell(int(below))} below the stated value, {numbers.cell(int(above))} at or above it."]


def shown_rivals(data: FigureData) -> list[tuple[str, pd.DataFrame]]:
    """The rivals that are drawn: the best and the stated one first, then others in their order, five at most.

    A flat line (no effect) and the fitted curve itself are left out: they would say nothing here.
    """
    frame, curve = data.frames.get("rivals"), data.frames["curve"].sort_values("x")
    if frame is None:
        return []
    name = "label" if "label" in frame.columns else "shape"
    lines = [(str(label), rows.sort_values("x")) for label, rows in frame.groupby(name, sort=False)]
    lines = [(label, rows) for label, rows in lines if not (_flat(rows) or _same(rows, curve))]
    first = [data.notes.get("best_model"), data.notes.get("six_model")]
    return sorted(lines, key=lambda line: line[0] not in first)[:MOST_RIVALS]


def _flat(rows: pd.DataFrame) -> bool:
    return bool(rows["fit"].max() - rows["fit"].min() < 1e-9)


def _same(rows: pd.DataFrame, curve: pd.DataFrame) -> bool:
    return len(rows) == len(curve) and bool(((rows["fit"].to_numpy() - curve["fit"].to_numpy()) ** 2 < 1e-18).all())


def _draw_curve(axes: Any, data: FigureData) -> None:
    curve = data.frames["curve"].sort_values("x")
    axes.fill_between(curve["x"], curve["low90"], curve["high90"], color=theme.BLUE, alpha=0.16, linewidth=0, zorder=2)
    axes.plot(curve["x"], curve["fit"], color=theme.BLUE, linewidth=2.2, zorder=5)


def _draw_rivals(axes: Any, data: FigureData) -> None:
    """Rivals as thin lines; each name stands at its line's right end, moved apart where they would overlap."""
    ends: list[tuple[str, float, float, str, Any]] = [
        ("fitted curve", *_end(data.frames["curve"].sort_values("x")), theme.BLUE, "-")
    ]
    for i, (label, line) in enumerate(shown_rivals(data)):
        dash = RIVAL_STYLES[i % len(RIVAL_STYLES)]
        axes.plot(line["x"], line["fit"], color=theme.MUTED, linewidth=1.0, linestyle=dash, zorder=4)
        ends.append((label, *_end(line), theme.MUTED, dash))
    low, high = axes.get_ylim()
    deepest = max(len(_name_lines(end[0])) for end in ends)
    places = layout.spread([end[2] for end in ends], (high - low) * (0.04 + LABEL_LINE * deepest) / MAIN)
    axes.set_ylim(min(low, *places), max(high, *places))
    for (name, x, y, colour, dash), place in zip(ends, places, strict=True):
        _label(axes, name, (x, y), place, colour, dash)


def _name_lines(name: str) -> list[str]:
    return layout.wrapped(name, 23, 2)


def _end(line: Any) -> tuple[float, float]:
    return float(line["x"].iloc[-1]), float(line["fit"].iloc[-1])


def _label(axes: Any, name: str, end: tuple[float, float], place: float, colour: str, dash: Any) -> None:
    left, right = axes.get_xlim()
    transform = axes.get_yaxis_transform()
    path = {"color": colour, "linewidth": 0.9, "linestyle": dash, "transform": transform, "clip_on": False}
    axes.plot(
        [(end[0] - left) / (right - left), 1.05],
        [end[1], place],
        **(path | {"linestyle": "-", "linewidth": 0.6, "alpha": 0.6}),
    )
    axes.plot([1.05, 1.1], [place, place], **path)
    weight = "bold" if colour == theme.BLUE else "normal"
    look = {"size": theme.SMALL, "color": colour, "weight": weight, "linespacing": 1.05}
    axes.text(1.115, place, "\n".join(_name_lines(name)), transform=transform, va="center", **look)


def _draw_break(axes: Any, data: FigureData) -> None:
    """The break with its interval and the stated value, each labelled above the panel."""
    notes = data.notes
    tau, low, high, stated = (notes.get(name) for name in ("tau", "tau_low", "tau_high", "stated"))
    if low is not None and high is not None:
        axes.axvspan(low, high, color=theme.BAND, linewidth=0, zorder=0)
    tau_left = stated is None or tau is None or tau <= stated
    if tau is not None:
        axes.axvline(tau, color=theme.INK, linewidth=1.0, zorder=3)
        text = "break " + (numbers.plain(tau) if low is None or high is None else _between(tau, low, high))
        _above(axes, tau, text, tau_left, theme.INK)
    if stated is not None:
        axes.axvline(stated, color=theme.VERMILION, linewidth=1.2, linestyle=(0, (4, 2)), zorder=3)
        _above(axes, stated, f"stated: {numbers.plain(stated)}", not tau_left, theme.VERMILION)


def _between(tau: float, low: float, high: float) -> str:
    return f"{numbers.plain(tau)} [{numbers.plain(low)}, {numbers.plain(high)}]"


def _above(axes: Any, x: float, text: str, left: bool, colour: str) -> None:
    shift = (-4, 5) if left else (4, 5)
    look = {"ha": "right" if left else "left", "color": colour, "size": theme.SMALL}
    axes.annotate(
        text,
        (x, 1.0),
        xycoords=axes.get_xaxis_transform(),
        xytext=shift,
        textcoords="offset points",
        annotation_clip=False,
        **look,
    )


def _draw_density(strip: Any, data: FigureData) -> None:
    """Observations behind each value; values pooled because they are rare share a bar at their mean height."""
    density = data.frames["density"].sort_values("x")
    size = density["n"] if "n" in density.columns else density["person_days"]
    density, size = density[size >= numbers.SMALLEST_CELL], size[size >= numbers.SMALLEST_CELL]
    end = density["x_to"] if "x_to" in density.columns else density["x"]
    steps = density["x"].diff().dropna()
    step = float(steps.min()) if len(steps) else 1.0
    span = end - density["x"]
    middle, height = density["x"] + span / 2, size / (span / step + 1)
    strip.bar(middle, height, width=span + 0.8 * step, color=theme.MUTED, alpha=0.45, linewidth=0)
    strip.set_ylabel("n")
    strip.locator_params(axis="y", nbins=2, integer=True)
