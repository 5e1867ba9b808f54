"""Couples who leave before the end: what they would have answered from then on is taken away.

Who leaves is drawn beside the study's other chance, so the same couples live the same days whatever share of them
leaves, and those who leave at 10 in 100 are among those who leave at 20.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from couples_study.models.weekly.arrays import Weekly

OCCASION = {"diary_days": "day", "survey_waves": "wave"}
Tables = dict[str, pd.DataFrame]
Thin = Callable[[Tables], Tables]


def whole(tables: Tables) -> Tables:
    """Nobody leaves."""
    return tables


def leavers(share: float, seed: np.random.SeedSequence) -> Thin:
    """What takes from a study's tables the days and waves after which ``share`` of the couples have left.

    A couple who leaves does so at any time between the first and the last occasion, each as likely as another; its
    first occasion stays.
    """

    def thin(tables: Tables) -> Tables:
        if share <= 0.0:
            return tables
        couples = tables["couples"]["couple_id"]
        stays = pd.Series(_stays(len(couples), share, seed), index=couples.to_numpy())
        return {name: _kept(table, OCCASION.get(name), stays) for name, table in tables.items()}

    return thin


def leave_weekly(weekly: Weekly, share: float, seed: np.random.SeedSequence) -> Weekly:
    """The same for a trial's weekly answers."""
    if share <= 0.0:
        return weekly
    first, last = weekly.weeks.min(), weekly.weeks.max()
    until = first + _stays(weekly.couples, share, seed) * (last - first)
    gone = (weekly.weeks[None, :] > until[:, None])[:, None, :]
    answers = {name: np.where(gone, np.nan, said) for name, said in weekly.answers.items()}
    return replace(weekly, answers=answers)


def _stays(couples: int, share: float, seed: np.random.SeedSequence) -> np.ndarray:
    """The part of the study (0 to 1) that each couple stays for."""
    draws = np.random.default_rng(seed).random((couples, 2))
    return np.where(draws[:, 0] < share, draws[:, 1], 1.0)


def _kept(table: pd.DataFrame, occasion: str | None, stays: pd.Series) -> pd.DataFrame:
    if occasion is None or table.empty:
        return table
    when = table[occasion]
    until = when.min() + table["couple_id"].map(stays) * (when.max() - when.min())
    return table[when <= until].reset_index(drop=True)
