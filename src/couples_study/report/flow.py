"""The flow of couples through a trial (CONSORT with couples as the unit): from the ledger and the weekly answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from couples_study.privacy import suppressed
from couples_study.report import layout, numbers, theme

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

HIDDEN = "not shown"
BOX, GAP, TOP, SIDE, EDGE = 0.62, 0.34, 0.1, 0.12, 0.01  # inches


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFlow:
    """One arm, in couples: allocated, with an answer at each of the weeks named, separated by the last of them.

    A number that may not be told is None.
    """

    name: str
    allocated: int | None
    answered: Mapping[int, int]
    separated: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Couples known, records held or excluded on the way by reason, couples without an arm, and the arms."""

    couples: int
    left_out: Mapping[str, int]
    without_arm: int | None
    arms: tuple[ArmFlow, ...]


def told_flow(flow: Flow) -> Flow:
    """The flow as it may be shown: cells of one to four couples hidden, and others where a total gives them back."""
    first, *allocated = suppressed([flow.without_arm or 0, *(arm.allocated or 0 for arm in flow.arms)])
    separated = suppressed([arm.separated or 0 for arm in flow.arms])
    arms = [
        replace(arm, allocated=n, separated=parted)
        for arm, n, parted in zip(flow.arms, allocated, separated, strict=True)
    ]
    return replace(flow, without_arm=first, arms=tuple(arms))


def flow_of(
    ledger: Mapping[str, Any], couples: pd.DataFrame, waves: pd.DataFrame, *, arm: str, outcome: str,
    begins: int = 0, weeks: Sequence[int] = (),
) -> Flow:  # fmt: skip
    """Count couples from a ledger's record, the couples' frame and the weekly frame.

    ``begins`` is the survey week of the last baseline; ``weeks`` count from there, as in ``model = "trial"``. A couple
    has answered at a week if either partner did.
    """
    left_out: dict[str, int] = {}
    for source in ledger["sources"]:
        for reason, n in source["held_by_reason"].items():
            left_out[reason] = left_out.get(reason, 0) + n
    for table in ledger["tables"].values():
        for rule, n in table["exclusions"].items():
            left_out[rule] = left_out.get(rule, 0) + n
    known = couples.dropna(subset=[arm])
    answered = waves[waves[outcome].notna()]
    parted: list[str] = list(waves[waves["separated"].eq(1)]["couple_id"].unique()) if "separated" in waves else []
    arms = []
    for name, members in known.groupby(arm, sort=True)["couple_id"]:
        here = answered[answered["couple_id"].isin(members)]
        by_week = {week: int(here.loc[here["wave"].eq(week + begins), "couple_id"].nunique()) for week in weeks}
        arms.append(
            ArmFlow(name=str(name), allocated=len(members), answered=by_week, separated=int(members.isin(parted).sum()))
        )
    return Flow(couples=len(couples), left_out=left_out, without_arm=len(couples) - len(known), arms=tuple(arms))


@theme.themed
def plot_flow(flow: Flow) -> Figure:
    """Draw the flow: couples known, left out, allocated to each arm, followed up, separated."""
    flow = told_flow(flow)
    weeks = list(flow.arms[0].answered) if flow.arms else []
    rows = 2 + len(weeks) + 1
    notes = ["Couples are the unit of randomisation. Followed up: at least one partner answered at that week."]
    top, bottom = layout.title_height("Flow of couples") + TOP, layout.note_height(notes)
    height = top + rows * BOX + (rows - 1) * GAP + bottom + TOP
    figure = theme.canvas(height)
    axes = figure.add_axes(theme.box(figure, SIDE, bottom + TOP, SIDE, top))
    axes.set_axis_off()
    axes.set_xlim(0, max(len(flow.arms), 1))
    axes.set_ylim(-(rows * BOX + (rows - 1) * GAP) - EDGE, EDGE)
    middle = max(len(flow.arms), 1) / 2
    _box(axes, middle, 0, [f"{numbers.count(flow.couples)} couples known", *_left_out(flow)], width=0.96 * 2 * middle)
    for i, arm in enumerate(flow.arms):
        _arm(axes, arm, i + 0.5, middle, weeks)
    layout.write_title(figure, "Flow of couples")
    layout.write_notes(figure, notes)
    return figure


def _left_out(flow: Flow) -> list[str]:
    parts = [f"{reason.replace('_', ' ')} {few(n)}" for reason, n in sorted(flow.left_out.items()) if n]
    if flow.without_arm != 0:
        parts.append(f"couples without an arm {few(flow.without_arm)}")
    return layout.wrapped("records held or excluded: " + (", ".join(parts) or "none"), 90, 2)


def few(n: int | None) -> str:
    """A count of couples; none is told, one to four are not, and neither is what would give these back."""
    return HIDDEN if n is None else "0" if n == 0 else numbers.cell(n)


def _arm(axes: Any, arm: ArmFlow, x: float, middle: float, weeks: list[int]) -> None:
    name = "\n".join(layout.wrapped(arm.name.replace("_", " "), 18, 2))
    lines = [f"{name}\nallocated {few(arm.allocated)}"]
    lines += [f"week {week}\nfollowed up {few(arm.answered[week])}" for week in weeks]
    lines += [f"separated {few(arm.separated)}"]
    for row, text in enumerate(lines, start=1):
        y = -row * (BOX + GAP)
        start = (middle, -BOX) if row == 1 else (x, y + GAP)
        style = {"arrowstyle": "->", "color": theme.MUTED, "linewidth": 0.8}
        axes.annotate("", xy=(x, y), xytext=start, arrowprops=style)
        _box(axes, x, row, [text], width=0.9)


def _box(axes: Any, x: float, row: int, lines: Sequence[str], *, width: float) -> None:
    from matplotlib.patches import Rectangle

    y = -row * (BOX + GAP)
    corner = (x - width / 2, y - BOX)
    axes.add_patch(Rectangle(corner, width, BOX, facecolor=theme.PAPER, edgecolor=theme.RULE, linewidth=0.9))
    axes.text(x, y - BOX / 2, "\n".join(lines), ha="center", va="center", fontsize=theme.SMALL)
