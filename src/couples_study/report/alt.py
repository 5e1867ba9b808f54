"""What a figure says to those who cannot see it: the same numbers, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.privacy.told import told
from couples_study.report import numbers
from couples_study.report.bins import readable_title, role_series
from couples_study.report.figures import KINDS
from couples_study.report.flow import few, told_flow
from couples_study.report.forest_rows import comparable, panels
from couples_study.report.improvement import visible
from couples_study.report.overview import glanced, scaled
from couples_study.report.sentences import VERDICT_WORDS, counts_line, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from couples_study.contracts.evidence import FigureData
    from couples_study.contracts.verdict import Verdict
    from couples_study.report.flow import Flow
    from couples_study.report.forest_rows import Panel


def alt_text(evidence: Evidence | NotTestable, verdict: Verdict | None = None) -> str:
    """The alternative text of `figure_for`'s figure, with its numbers."""
    evidence = told(evidence)
    if isinstance(evidence, NotTestable):
        return f"No figure: {evidence.detail}"
    data = evidence.figure
    if data is None or data.kind not in KINDS:
        return terms_alt(evidence, verdict)
    return ALTS.get(data.kind, _bins_alt)(evidence, data)


def terms_alt(evidence: Evidence, verdict: Verdict | None = None) -> str:
    """The alternative text of a forest plot: every row's estimate and interval."""
    text = "Forest plot. " + " ".join(_panel(panel) for panel in panels(evidence, verdict))
    if verdict and verdict.smallest_effect and comparable(verdict):
        smallest = verdict.smallest_effect
        text += f" The smallest effect that matters is {numbers.plain(abs(smallest.value))} {smallest.unit}."
    return f"{text} {counts_line(evidence.counts)}."


def verdicts_alt(verdicts: Sequence[Verdict]) -> str:
    """The alternative text of the overview: every verdict, with its effects over the smallest effect."""
    shown = glanced(verdicts)
    left_out = f" {len(verdicts) - len(shown)} more are not testable." if len(shown) < len(verdicts) else ""
    return "Overview of all answers. " + " ".join(f"{v.id}: {_overview_row(v)}." for v in shown) + left_out


def _panel(panel: Panel) -> str:
    said = {
        main: " ".join(
            f"{row.label}: {numbers.with_interval(row.estimate, row.low, row.high, panel.decimals)}."
            for row in panel.rows
            if row.main is main
        )
        for main in (True, False)
    }
    others = [f"Asked in other ways: {said[False]}"] if said[False] else []
    return " ".join([f"In {panel.unit}:", *([said[True]] if said[True] else []), *others])


def _overview_row(verdict: Verdict) -> str:
    effects = "; ".join(numbers.with_interval(*effect) for effect in scaled(verdict))
    word = VERDICT_WORDS[verdict.verdict]
    return f"{word}, {effects} times the smallest effect that matters" if effects else word


def _curve_alt(evidence: Evidence, data: FigureData) -> str:
    curve = data.frames["curve"].sort_values("x")
    first, last = curve.iloc[0], curve.iloc[-1]
    text = f"{data.title}. The fitted curve goes from {_point(first)} to {_point(last)}."
    tau, low, high, stated = (data.notes.get(name) for name in ("tau", "tau_low", "tau_high", "stated"))
    if tau is not None:
        around = f", interval {numbers.plain(low)} to {numbers.plain(high)}" if low is not None else ""
        text += f" The break is at {numbers.plain(tau)}{around}."
    if stated is not None:
        text += f" The stated value is {numbers.plain(stated)}."
    return f"{text} {counts_line(evidence.counts)}."


def _point(row: Any) -> str:
    return f"{numbers.estimate(row['fit'], row['low90'], row['high90'])} at {numbers.plain(row['x'])}"


def _onset_alt(evidence: Evidence, data: FigureData) -> str:
    parts = []
    for arm in data.notes["arms"]:
        rows = visible(data.frames[arm])
        if len(rows):
            last = rows.iloc[-1]
            share = numbers.with_interval(last["improved"], last["low"], last["high"], 2)
            parts.append(f"{in_words(arm)}: {share} by week {numbers.plain(last['week'])}.")
    return f"{data.title} Share of couples improved. {' '.join(parts)} {counts_line(evidence.counts)}."


def _gap_alt(evidence: Evidence, data: FigureData) -> str:
    rows = data.frames["gap"]
    upto = ((week, rows.loc[rows["gap"] <= week, "share"].max()) for week in (0, 3, 8))
    told = ", ".join(f"{share:.2f} by {week} weeks" for week, share in upto if share == share)
    people = numbers.count(data.notes["people"])
    words = f"Share of people by the gap between the two improvements: {told}; {people} people"
    return f"{data.title} {words}. {counts_line(evidence.counts)}."


def flow_alt(flow: Flow) -> str:
    """The flow of couples in words."""
    flow = told_flow(flow)
    parts = [f"Flow of couples: {numbers.count(flow.couples)} known."]
    for arm in flow.arms:
        weeks = ", ".join(f"{few(n)} answered at week {week}" for week, n in arm.answered.items())
        parts.append(f"{in_words(arm.name)}: {few(arm.allocated)} allocated{', ' * bool(weeks)}{weeks}.")
    return " ".join(parts)


def _bins_alt(evidence: Evidence, data: FigureData) -> str:
    parts = []
    for role, rows in role_series(data):
        if len(rows):
            first, last = rows.iloc[0], rows.iloc[-1]
            ends = " to ".join(
                f"{numbers.with_interval(row['y'], row['low'], row['high'])} at {numbers.plain(row['x'])}"
                for row in (first, last)
            )
            parts.append(f"{role + ': ' if role else ''}from {ends}.")
    head = f"{readable_title(evidence, data)}. {data.y_label} by {data.x_label}:"
    return f"{head} {' '.join(parts)} {counts_line(evidence.counts)}."


def _ranks_alt(evidence: Evidence, data: FigureData) -> str:
    """The places of all items, and how many people name each where that is told."""
    parts = []
    for row in data.frames["ranks"].to_dict("records"):
        told = row["value"] == row["value"]
        value = f"{numbers.with_interval(row['value'], row['low'], row['high'])}, " if told else ""
        parts.append(f"{row['item']}: {value}rank {row['rank']}, {row['rank_low']} to {row['rank_high']}.")
    return f"{data.title}. {data.x_label} and rank: {' '.join(parts)} {counts_line(evidence.counts)}."


ALTS = {"threshold": _curve_alt, "onset": _onset_alt, "gap": _gap_alt, "ranks": _ranks_alt}
