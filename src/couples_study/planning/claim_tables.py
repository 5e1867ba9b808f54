"""Drawn answers as the tables of a study, and the weekly surveys of a trial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from couples_study.contracts.hypothesis import Question
from couples_study.planning.claim_worlds import STATED, gains_of

PARTNERS = 2
BASELINES = 2
IN_STRATUM, OUTSIDE = 0.75, "another"  # the share of couples that a question about a part of them is about
FIRST_DATE = pd.Timestamp(2026, 3, 2)
ROLES = ("woman", "man")


def tables_of(
    columns: dict[str, np.ndarray],
    questions: Sequence[Question],
    world: str,
    size: tuple[int, int],
    rng: np.random.Generator,
    *,
    strength: float,
    roles: tuple[str, ...] = ROLES,
) -> dict[str, pd.DataFrame]:
    """People, couples, days and waves; ``columns`` are (C, 2) of people and (C, 2, T) of days."""
    couples, days = size
    person = np.arange(PARTNERS * couples)  # numbers: texts would do the same at several times the cost
    people = pd.DataFrame({"couple_id": person // PARTNERS, "person_id": person, "role": np.tile(roles, couples)})
    people = people.assign(**{name: one.ravel() for name, one in columns.items() if one.ndim == PARTNERS})
    tables = {"couples": pd.DataFrame({"couple_id": people["couple_id"].unique()}), "people": people}
    daily = {name: one.ravel() for name, one in columns.items() if one.ndim > PARTNERS}
    if daily:
        keys = people[["couple_id", "person_id", "role"]].loc[people.index.repeat(days)].reset_index(drop=True)
        tables["diary_days"] = keys.assign(day=np.tile(np.arange(days), len(people)), **daily)
        if any("weekend" in question.columns() for question in questions):
            date = FIRST_DATE + pd.to_timedelta(tables["diary_days"]["day"], unit="D")
            tables["diary_days"] = tables["diary_days"].assign(date=date)
    trials = [question for question in questions if question.model == "trial"]
    if trials:
        tables |= _trial(people, tables["couples"], trials, (world, strength / STATED), rng)
    return tables


def _trial(
    people: pd.DataFrame,
    couples: pd.DataFrame,
    trials: Sequence[Question],
    truth: tuple[str, float],
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    """Arms drawn by lot and weekly answers; a gain grows over the weeks up to the last that is asked about."""
    world, share = truth
    gains = gains_of(trials)
    arms = sorted(gains)
    arm = rng.permutation(np.resize(np.arange(len(arms)), len(couples)))
    weeks = np.arange(1 - BASELINES, max(question.at or 0 for question in trials) + 1)
    steady = np.repeat(rng.standard_normal(len(couples)), PARTNERS) * 0.7 + 0.5 * rng.standard_normal(len(people))
    gain = np.array([gains[name] for name in arms])[arm] * share
    rise = np.repeat(gain, PARTNERS)[:, None] * np.minimum(np.maximum(weeks, 0) / _first_at(trials), 1.0)
    frame = people[["couple_id", "person_id", "role"]].loc[people.index.repeat(len(weeks))].reset_index(drop=True)
    frame = frame.assign(wave=np.tile(weeks + BASELINES - 1, len(people)))
    for name in dict.fromkeys(question.outcome for question in trials):
        answers = steady[:, None] + rise + 0.5 * rng.standard_normal((len(people), len(weeks)))
        frame[name] = answers.ravel()
    labelled = couples.assign(arm=np.array(arms)[arm])
    for question in (one for one in trials if one.moderator):
        inside = rng.random(len(couples)) < IN_STRATUM
        labelled = labelled.assign(**{str(question.moderator): np.where(inside, str(question.stratum), OUTSIDE)})
    if world == "claim_regression":
        first = frame[frame["wave"].eq(0)].groupby("couple_id")[trials[0].outcome].mean()
        low = first[first <= first.quantile(0.5)].index
        labelled, frame = (one[one["couple_id"].isin(low)] for one in (labelled, frame))
    return {"couples": labelled, "survey_waves": frame.reset_index(drop=True)}


def _first_at(trials: Sequence[Question]) -> int:
    return min(question.at or 1 for question in trials)
