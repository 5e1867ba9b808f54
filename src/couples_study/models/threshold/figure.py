"""Frames for the threshold figure: the curve with its band, the rivals, and how many days stand behind each count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import FigureData
from couples_study.models.threshold.basis import SHAPES, Shape
from couples_study.models.threshold.grams import CoupleGrams, fit
from couples_study.models.threshold.slopes import NARROW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from couples_study.models.threshold.location import Location
    from couples_study.models.threshold.rows import FloatArray, IntArray, Rows

SMALLEST_CELL = 5


def figure_data(
    *,
    rows: Rows,
    grams: CoupleGrams,
    draws: FloatArray,
    shapes: Mapping[str, Shape],
    hinge: Location,
    jump: Location,
    notes: Mapping[str, object],
    title: str,
    labels: tuple[str, str],
) -> FigureData:
    """Curves in outcome units, placed so that their mean over all days is the mean outcome.

    The curves end at the largest count that at least `SMALLEST_CELL` couples reach; counts seen in fewer couples are
    pooled with their neighbours in ``density``, so no couple can be read off.
    """
    shown = int(np.flatnonzero(_reaching(grams) >= SMALLEST_CELL)[-1]) + 1
    frames = {
        "curve": _curve(grams, draws, shapes["F10"], rows.outcome.mean()).iloc[:shown],
        "rivals": _rivals(grams, shapes, rows.outcome.mean(), shown),
        "density": density(rows),
        "profile": pd.DataFrame({"tau": hinge.tried, "gain": hinge.gain}),
    }
    places = {
        "tau": hinge.estimate, "tau_low": hinge.low, "tau_high": hinge.high,
        "step_tau": jump.estimate, "step_tau_low": jump.low, "step_tau_high": jump.high,
    }  # fmt: skip
    return FigureData(
        kind="threshold", title=title, x_label=labels[0], y_label=labels[1], frames=frames, notes={**places, **notes}
    )


def _reaching(grams: CoupleGrams) -> FloatArray:
    """Couples (n_levels,) with at least one day at this count or above."""
    at_or_above = np.cumsum(grams.days[:, ::-1], axis=1)[:, ::-1]
    return (at_or_above > 0).sum(axis=0).astype(float)


def _placed(curves: FloatArray, grams: CoupleGrams, centre: float) -> FloatArray:
    share = grams.days.sum(axis=0) / grams.days.sum()
    placed: FloatArray = centre + curves - (curves @ share)[..., None]
    return placed


def _curve(grams: CoupleGrams, draws: FloatArray, smooth: Shape, centre: float) -> pd.DataFrame:
    here = _placed(fit(grams.total, grams, smooth).curve, grams, centre)
    drawn = _placed(fit(draws, grams, smooth).curve, grams, centre)
    low, high = np.quantile(drawn, [(1 - NARROW) / 2, (1 + NARROW) / 2], axis=0)
    return pd.DataFrame({"x": grams.levels, "fit": here, "low90": low, "high90": high})


def _rivals(grams: CoupleGrams, shapes: Mapping[str, Shape], centre: float, shown: int) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "x": grams.levels[:shown],
                "shape": code,
                "label": SHAPES[code],
                "fit": _placed(fit(grams.total, grams, shape).curve, grams, centre)[:shown],
            }
        )
        for code, shape in shapes.items()
    ]
    return pd.concat(parts, ignore_index=True)


def density(rows: Rows) -> pd.DataFrame:
    """Days per count, from ``x`` to ``x_to``: couple-days with either partner there, person-days, and nothing rarer.

    A cell seen in fewer than `SMALLEST_CELL` couples or couple-days joins the next lower one (the first joins the
    next higher one); if all together are too few the frame is empty.
    """
    couple_day = rows.couple_days
    cells: list[IntArray] = []
    for x in np.unique(rows.exposure):
        here = np.flatnonzero(rows.exposure == x)
        if cells and (_small(rows, couple_day, here) or _small(rows, couple_day, cells[-1])):
            cells[-1] = np.concatenate([cells[-1], here])
        else:
            cells.append(here)
    kept = [
        (rows.exposure[at].min(), rows.exposure[at].max(), len(np.unique(couple_day[at])), len(at))
        for at in cells
        if not _small(rows, couple_day, at)
    ]
    return pd.DataFrame(kept, columns=["x", "x_to", "couple_days", "person_days"])


def _small(rows: Rows, couple_day: IntArray, at: IntArray) -> bool:
    return min(len(np.unique(rows.couple[at])), len(np.unique(couple_day[at]))) < SMALLEST_CELL
