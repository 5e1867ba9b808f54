"""Who is at risk of an event, from when to when: rows of a hazard model from a panel."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from couples_study.measures import Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Stretches at risk: the panel ``row`` that they begin with, ``couple`` codes, the ``step`` of the baseline hazard
    (from 1), their ``width`` and whether the ``event`` came at their end."""

    row: np.ndarray
    couple: np.ndarray
    step: np.ndarray
    width: np.ndarray
    event: np.ndarray

    def keep(self, which: np.ndarray) -> Risk:
        """The rows where ``which`` is true."""
        return Risk(**{name: getattr(self, name)[which] for name in ("row", "couple", "step", "width", "event")})


def over_waves(panel: Panel, outcome: str) -> Risk:
    """From one answered wave to the next, while a 0/1 ``outcome`` has been 0 from the person's first answer on.

    Who answers 1 at first is not at risk; who has had the event is so no more. A wave without an answer makes the
    stretch longer and is no event.
    """
    frame = pd.DataFrame({
        "row": np.arange(len(panel.frame)), "person": panel.own, "time": panel.frame["time"].to_numpy(),
        "state": panel.frame[outcome].to_numpy(dtype=np.float64),
        "couple": pd.factorize(panel.frame["couple_id"])[0],
    })  # fmt: skip
    frame = frame[frame["state"].notna()].sort_values(["person", "time"], kind="stable")
    groups = frame.groupby("person", sort=False)
    seen = groups["state"].cummax()
    ahead = groups[["time", "state"]].shift(-1)
    rows = frame[(seen == 0) & ahead["time"].notna()]
    ahead = ahead.loc[rows.index]
    first = int(frame["time"].min()) if len(frame) else 0
    return Risk(
        row=rows["row"].to_numpy(), couple=rows["couple"].to_numpy(),
        step=(rows["time"] - first + 1).to_numpy(dtype=np.int64),
        width=(ahead["time"] - rows["time"]).to_numpy(dtype=np.int64),
        event=(ahead["state"] > 0).to_numpy(dtype=np.int64),
    )  # fmt: skip


def by_hours(panel: Panel, outcome: str, ends: tuple[int, ...]) -> Risk:
    """The stretches of time ending at ``ends`` in which each occasion's length, ``outcome``, had not ended before.

    What lasted beyond the last end is at risk in all of them and ends in none.
    """
    length = panel.frame[outcome].to_numpy(dtype=np.float64)
    couple = pd.factorize(panel.frame["couple_id"])[0]
    parts = []
    for number, (start, stop) in enumerate(pairwise((0, *ends)), start=1):
        at_risk = np.flatnonzero(length > start if number > 1 else np.isfinite(length))
        ended = (length[at_risk] <= stop).astype(np.int64)
        parts.append((at_risk, couple[at_risk], np.full(len(at_risk), number), ended))
    row, couples, step, event = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Risk(row=row, couple=couples, step=step, width=np.ones(len(row), dtype=np.int64), event=event)
