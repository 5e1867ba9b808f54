"""The numbers behind a figure as CSV: what is drawn, already aggregated, at full precision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from couples_study.contracts.evidence import Evidence
from couples_study.privacy.told import told_figure
from couples_study.report import numbers
from couples_study.report.figures import KINDS, TERMS
from couples_study.report.forest_rows import panels
from couples_study.report.overview import glanced, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from couples_study.contracts.evidence import FigureData
    from couples_study.contracts.verdict import Verdict
    from couples_study.report.flow import Flow

FOREST = ("label", "unit", "estimate", "low", "high", "level", "main")


def figure_csvs(verdict: Verdict, evidence: object) -> dict[str, bytes]:
    """The data of a verdict's figures by the figures' names; of several frames in one file, ``part`` names each.

    What the figure does not draw because it rests on too few is not told here either.
    """
    if not isinstance(evidence, Evidence):
        return {}
    found: dict[str, bytes] = {}
    beside = evidence.figure is not None and evidence.figure.kind in KINDS
    if evidence.figure is not None and beside:
        frames = [frame.assign(part=name) for name, frame in _drawn(evidence.figure).items() if len(frame)]
        found[verdict.id] = _csv(pd.concat(frames, ignore_index=True)) if frames else b"part\n"
    rows = [row for panel in panels(evidence, verdict) for row in panel.rows]
    if rows:
        forest = pd.DataFrame([{name: getattr(row, name) for name in FOREST} for row in rows], columns=list(FOREST))
        found[verdict.id + (TERMS if beside else "")] = _csv(forest)
    return found


def _drawn(data: FigureData) -> dict[str, pd.DataFrame]:
    """The frames that a figure draws, without the rows that rest on fewer than five."""
    names = {"bins": ["bins"], "gap": ["gap"], "onset": list(data.notes.get("arms", ()))}.get(data.kind, [*data.frames])
    safe = told_figure(data)
    return {name: safe.frames[name] for name in names if name in safe.frames}


def _csv(frame: pd.DataFrame) -> bytes:
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8")


def overview_csv(verdicts: Sequence[Verdict]) -> bytes:
    """The numbers of the overview: each effect with its interval, in smallest effects that matter."""
    rows: list[tuple[object, ...]] = []
    for verdict in glanced(verdicts):
        rows += [(verdict.id, verdict.verdict, *effect) for effect in scaled(verdict)]
        if not scaled(verdict):
            rows.append((verdict.id, verdict.verdict, None, None, None))
    return _csv(pd.DataFrame(rows, columns=["id", "verdict", "effect", "low", "high"]))


def flow_csv(flow: Flow) -> bytes:
    """The numbers of the flow through a trial, one row an arm and week; what is too few to be shown is not told."""
    rows = [
        {"arm": arm.name, "week": week, "what": what, "couples": numbers.cell(n) if n else "0"}
        for arm in flow.arms
        for what, week, n in [
            ("allocated", None, arm.allocated),
            *(("answered", week, n) for week, n in arm.answered.items()),
            ("separated", None, arm.separated),
        ]
    ]
    return _csv(pd.DataFrame(rows, columns=["arm", "week", "what", "couples"]).astype({"week": "Int64"}))
