"""One simulated study for any claim: the columns of its readings, drawn with what is true in a world.

Every answer is a person's part plus a day's part, each of standard deviation one and half of the person's shared by
the couple. Columns are drawn as continuous whatever their scale, but for what is drawn by lot: what is calibrated is
the analysis, and the exports, scales and intake have tests of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.hypothesis import Claim, Question
from couples_study.core.columns import glossary
from couples_study.measures import Frames, frames_of
from couples_study.planning.claim_worlds import Path, gains_of, holds_size, paths_of, share_of

PARTNERS = 2
PUSH = 0.6  # how far a trap moves an answer, in standard deviations
BASELINES = 2
REVERSED = 0.5
PLACEBO = 0.3  # say so of what nobody claims
INDICATOR_ERROR = 0.4
CARRIED = 0.4  # of yesterday's part of the day, where days hang together
SHARED_BY_BOTH = {"claim_mood": False, "claim_together": True, "claim_severity": False}
PEOPLE_OF_TRAPS = ("claim_halo", "claim_acquiescence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Parts by column: ``person`` (C, 2) and ``day`` (C, 2, T)."""

    person: dict[str, np.ndarray]
    day: dict[str, np.ndarray]


def claim_frames(claim: Claim, world: str, *, couples: int, days: int, rng: np.random.Generator) -> Frames:
    """The frames of one study in which ``world`` is true of ``claim``."""
    questions = list(claim.reading)
    paths = [path for question in questions for path in paths_of(question)]
    true = _true_paths(questions, paths, world)
    parts = _parts(questions, paths, couples, days, rng)
    _trap(parts, paths, world, rng)
    _move(parts, true, paths, world)
    columns = _finished(parts, questions, paths, world, rng)
    for question in questions:
        if question.model == "prevalence":
            columns |= _who_say_so(question, columns, world)
    return frames_of(_tables(columns, questions, world, (couples, days), rng), ())


def _true_paths(questions: Sequence[Question], paths: Sequence[Path], world: str) -> Sequence[Path]:
    none_claimed = any(question.rule == "R5" for question in questions)
    if world in ("claim_true", "claim_ceiling"):
        return [] if none_claimed else paths
    return paths if none_claimed and world == "claim_false" else []


def _parts(
    questions: Sequence[Question], paths: Sequence[Path], couples: int, days: int, rng: np.random.Generator
) -> Drawn:
    names = _names(questions)
    shared = np.sqrt(0.5)
    lots = {path.predictor for path in paths if path.by_lot}
    person: dict[str, np.ndarray] = {}
    day: dict[str, np.ndarray] = {}
    for name in names:
        own: np.ndarray = shared * rng.standard_normal((couples, 1)) + shared * rng.standard_normal((couples, PARTNERS))
        fresh: np.ndarray = rng.standard_normal((couples, PARTNERS, days))
        if name in lots:
            steady = glossary()[name].table == "people"
            own = np.repeat(rng.integers(0, 2, (couples, 1)), PARTNERS, axis=1) * 1.0 if steady else 0.0 * own
            fresh = np.repeat(rng.integers(0, 2, (couples, 1, days)), PARTNERS, axis=1) * float(not steady)
        person[name], day[name] = own.astype(np.float64), fresh.astype(np.float64)
    return Drawn(person=person, day=day)


def _names(questions: Sequence[Question]) -> list[str]:
    """The columns to draw: constructs in place of their indicators."""
    indicators = {one.removeprefix("partner.") for q in questions for group in q.indicators.values() for one in group}
    named = [name for q in questions if q.model != "trial" for name in q.columns() if name not in indicators]
    built = [name for q in questions for name in q.indicators]
    return list(dict.fromkeys([*named, *built]))


def _trap(parts: Drawn, paths: Sequence[Path], world: str, rng: np.random.Generator) -> None:
    """Something that moves outcome and predictor alike, though neither moves the other."""
    shape = next(iter(parts.day.values())).shape if parts.day else (0, PARTNERS, 0)
    if world in SHARED_BY_BOTH:
        people = 1 if SHARED_BY_BOTH[world] else PARTNERS
        push = PUSH * rng.standard_normal((shape[0], people, shape[2]))
        _push(parts.day, paths, push, away=world == "claim_severity")
    if world in PEOPLE_OF_TRAPS:
        _push(parts.person, paths, PUSH * rng.standard_normal(shape[:2]), away=False)


def _push(parts: dict[str, np.ndarray], paths: Sequence[Path], push: np.ndarray, *, away: bool) -> None:
    signs = {path.outcome: 1.0 for path in paths}
    signs |= {path.predictor: -path.sign if away else path.sign for path in paths if not path.by_lot}
    for name, sign in signs.items():
        parts[name] = parts[name] + sign * push


def _move(parts: Drawn, true: Sequence[Path], paths: Sequence[Path], world: str) -> None:
    """Let predictors move outcomes, in the order of the paths; or the outcome its predictor."""
    most = holds_size(true)
    for path in true:
        size = path.sign * min(path.size, most[path.outcome])
        if path.level == "between":
            parts.person[path.outcome] = parts.person[path.outcome] + size * _mover(parts.person, path)
            continue
        moved = _mover(parts.day, path)
        parts.day[path.outcome] = parts.day[path.outcome] + size * _days_before(moved, path.lag)
    if world == "claim_reverse":
        for path in (one for one in paths if not one.by_lot):
            pushed = REVERSED * path.sign * parts.day[path.outcome]
            pushed = pushed[:, ::-1] if path.who == "partner" else pushed
            parts.day[path.predictor] = parts.day[path.predictor] + pushed


def _mover(parts: dict[str, np.ndarray], path: Path) -> np.ndarray:
    """What moves the outcome: the predictor, the partner's, or its product with what its effect depends on."""
    moved = parts[path.predictor][:, ::-1] if path.who == "partner" else parts[path.predictor]
    return moved if path.times is None else moved * parts[path.times]


def _days_before(values: np.ndarray, lag: int) -> np.ndarray:
    return np.concatenate([np.zeros_like(values[..., :lag]), values[..., : values.shape[-1] - lag]], axis=-1)


def _finished(
    parts: Drawn, questions: Sequence[Question], paths: Sequence[Path], world: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Answers by column: (C, 2) of people, (C, 2, T) of days; with indicators in place of what they measure."""
    found = {name: _answers(name, parts) for name in parts.day}
    outcomes, predictors = {path.outcome for path in paths}, {path.predictor for path in paths if not path.by_lot}
    if world == "claim_ceiling":
        found |= {name: np.minimum(found[name], np.quantile(found[name], 0.6)) for name in outcomes}
    if world == "claim_noise":
        found |= {name: found[name] + rng.standard_normal(found[name].shape) for name in predictors}
    for question in questions:
        for name, group in question.indicators.items():
            for one in group:
                said = found[name] + INDICATOR_ERROR * rng.standard_normal(found[name].shape)
                partners = one.startswith("partner.")
                found.setdefault(one.removeprefix("partner."), said[:, ::-1] if partners else said)
    return {name: values for name, values in found.items() if name in glossary()}


def _who_say_so(question: Question, columns: dict[str, np.ndarray], world: str) -> dict[str, np.ndarray]:
    """The asked and the placebo column, moved along the scale until the share that a world has lies beyond the cut."""
    said = {question.outcome: share_of(question, world)}
    if question.placebo is not None:
        assent = world == "claim_acquiescence"
        said[question.placebo] = share_of(question, "claim_true") if assent else PLACEBO
    sign = -1.0 if question.direction == "negative" else 1.0
    found = {}
    if question.among is not None and not np.isin(columns[question.among], (0.0, 1.0)).all():
        found[question.among] = np.ones_like(columns[question.among])
    for name, share in said.items():
        latent = columns[name]
        counted = {"both": latent.min(axis=1), "either": latent.max(axis=1), "each": latent}[question.who]
        found[name] = (question.cut or 0.0) + sign * (latent - np.quantile(counted, 1 - share))
    return found


def _answers(name: str, parts: Drawn) -> np.ndarray:
    if name in glossary() and glossary()[name].table in ("people", "survey_waves", "couples"):
        return parts.person[name]
    return parts.person[name][:, :, None] + parts.day[name]


def _tables(
    columns: dict[str, np.ndarray],
    questions: Sequence[Question],
    world: str,
    size: tuple[int, int],
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    couples, days = size
    couple = np.repeat([f"k{number}" for number in range(couples)], PARTNERS)
    slot = np.tile(["a", "b"], couples)
    people = pd.DataFrame({"couple_id": couple, "person_id": [f"{c}{s}" for c, s in zip(couple, slot, strict=True)]})
    people["role"] = np.tile(["woman", "man"], couples)
    people = people.assign(**{name: one.ravel() for name, one in columns.items() if one.ndim == PARTNERS})
    tables = {"couples": pd.DataFrame({"couple_id": people["couple_id"].unique()}), "people": people}
    daily = {name: one.ravel() for name, one in columns.items() if one.ndim > PARTNERS}
    if daily:
        keys = people[["couple_id", "person_id", "role"]].loc[people.index.repeat(days)].reset_index(drop=True)
        tables["diary_days"] = keys.assign(day=np.tile(np.arange(days), len(people)), **daily)
    trials = [question for question in questions if question.model == "trial"]
    if trials:
        tables |= _trial(people, tables["couples"], trials, world, rng)
    return tables


def _trial(
    people: pd.DataFrame, couples: pd.DataFrame, trials: Sequence[Question], world: str, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Arms drawn by lot and weekly answers; a gain grows over the weeks up to the last that is asked about."""
    gains = gains_of(trials)
    arms = sorted(gains)
    arm = rng.permutation(np.resize(np.arange(len(arms)), len(couples)))
    weeks = np.arange(1 - BASELINES, max(question.at or 0 for question in trials) + 1)
    steady = np.repeat(rng.standard_normal(len(couples)), PARTNERS) * 0.7 + 0.5 * rng.standard_normal(len(people))
    gain = np.array([gains[name] for name in arms])[arm] * (world == "claim_true")
    rise = np.repeat(gain, PARTNERS)[:, None] * np.minimum(np.maximum(weeks, 0) / _first_at(trials), 1.0)
    frame = people[["couple_id", "person_id", "role"]].loc[people.index.repeat(len(weeks))].reset_index(drop=True)
    frame = frame.assign(wave=np.tile(weeks + BASELINES - 1, len(people)))
    for name in dict.fromkeys(question.outcome for question in trials):
        answers = steady[:, None] + rise + 0.5 * rng.standard_normal((len(people), len(weeks)))
        frame[name] = answers.ravel()
    labelled = couples.assign(arm=np.array(arms)[arm])
    labelled = labelled.assign(**{q.moderator: q.stratum for q in trials if q.moderator})
    if world == "claim_regression":
        first = frame[frame["wave"].eq(0)].groupby("couple_id")[trials[0].outcome].mean()
        low = first[first <= first.quantile(0.5)].index
        labelled, frame = (one[one["couple_id"].isin(low)] for one in (labelled, frame))
    return {"couples": labelled, "survey_waves": frame.reset_index(drop=True)}


def _first_at(trials: Sequence[Question]) -> int:
    return min(question.at or 1 for question in trials)
