"""One specification run: its estimate and verdict, and what each group of couples adds to the estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import Verdict
from couples_study.core.seeds import child
from couples_study.measures import Frames, frames_of
from couples_study.models.alternatives import ESTIMATORS
from couples_study.planning.multiverse.choice import Specification
from couples_study.planning.multiverse.rows import applied
from couples_study.planning.multiverse.threshold_totals import totals_without
from couples_study.steps.check import Asked, Checked
from couples_study.steps.estimate import estimate_one
from couples_study.steps.judge import decide

if TYPE_CHECKING:
    import pandas as pd

GROUPS = 20  # groups of couples that are left out in turn
TOTAL = ".total"  # of a threshold's terms the one that is in the unit of the smallest effect
OF_COUNTS = ("threshold", "threshold_between")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a specification is run on: validated tables, the study as checked with its one statement, the seed."""

    tables: Mapping[str, pd.DataFrame]
    checked: Checked
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one specification, as plain values.

    ``pseudo`` are the pseudo-values of the groups of couples, None where one could not be had; ``interval`` says
    whether the interval is the model's or comes from these.
    """

    verdict: str
    reason: str
    detail: str = ""
    unit: str = ""
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    p_value: float | None = None
    interval: str = ""
    n_couples: int | None = None
    n_obs: int | None = None
    break_at: float | None = None
    pseudo: tuple[float, ...] | None = field(default=None)

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def outcome_of(work: Work, asked: Asked, specification: Specification) -> Outcome:
    """Apply the options to the tables, estimate and judge by the rule, and leave each group of couples out in turn."""
    tables = work.tables
    for _, option in specification.picked:
        tables = applied(tables, option)
    complete = {name for _, option in specification.picked for name in option.complete}
    scales = tuple(
        replace(scale, min_answered=len(scale.items)) if scale.result in complete else scale
        for scale in work.checked.scales
    )
    checked = replace(
        work.checked, scales=scales, setting=replace(work.checked.setting, scales=scales, brief=True, influence=True)
    )
    frames = frames_of(tables, scales)
    way = next((option.estimator for _, option in specification.picked if option.estimator), "")
    found = _estimated(specification, frames, checked, way)
    judged = _judged(specification, found, checked, asked)
    if isinstance(found, NotTestable):
        return Outcome(verdict=judged.verdict, reason=judged.reason, detail=found.detail)
    pseudo = _pseudo_values(specification, found, frames, checked, way, work.seed)
    return _told(found, judged, pseudo)


def _estimated(specification: Specification, frames: Frames, checked: Checked, way: str) -> Evidence | NotTestable:
    key, question = specification.reading, specification.question
    if not way:
        return estimate_one(key, question, frames, checked)
    return ESTIMATORS[question.model, way](key, question, frames, checked.setting)


def _judged(specification: Specification, found: Evidence | NotTestable, checked: Checked, asked: Asked) -> Verdict:
    """The reading by its own rule, by itself: uncorrected for the set that its statement is counted in."""
    key = specification.reading
    statement = next(words for name, words, _ in asked.readings if name == key)
    alone = replace(
        asked, id=key, statement=statement, readings=((key, statement, specification.question),), combine="all",
        multiplicity=None, set_size=1, at_least=None, not_yet="",
    )  # fmt: skip
    return decide(replace(checked, asked=(alone,)), {key: found})[0]


def value_of(found: Evidence) -> float:
    """The number that stands for an analysis: its tested terms' mean, or a threshold's whole way."""
    whole = [term for term in found.tested if term.name.endswith(TOTAL)]
    return float(np.mean([term.estimate for term in whole or found.tested]))


def groups_of(couples: list[str], seed: int) -> dict[str, int]:
    """The group of every couple: as equal as can be, drawn by lot over the couples in the order of the delivery."""
    order = np.random.default_rng(child(seed, "multiverse", "groups")).permutation(len(couples))
    return {couples[place]: number % GROUPS for number, place in enumerate(order)}


def _pseudo_values(
    specification: Specification, found: Evidence, frames: Frames, checked: Checked, way: str, seed: int
) -> tuple[float, ...] | None:
    """Pseudo-values of the groups of couples: their mean is the estimate, their spread its sampling error.

    From what each couple adds where the model tells that (infinitesimal jackknife), else by leaving each group out.
    """
    group = groups_of(frames.couples["couple_id"].astype("str").tolist(), seed)
    if len(set(group.values())) < GROUPS:
        return None
    whole = value_of(found)
    if found.influence:
        added = np.zeros(GROUPS)
        for couple, value in found.influence.items():
            added[group[couple]] += value
        return tuple((whole + GROUPS * added).tolist())
    if specification.question.model in OF_COUNTS:
        whole, left = totals_without(specification.question, frames, group, GROUPS)
    else:
        brief = replace(checked, setting=replace(checked.setting, influence=False))
        again = [_estimated(specification, _without(frames, group, g), brief, way) for g in range(GROUPS)]
        left = [value_of(one) for one in again if isinstance(one, Evidence)]
    if len(left) < GROUPS:
        return None
    return tuple(float(GROUPS * whole - (GROUPS - 1) * one) for one in left)


def _without(frames: Frames, group: Mapping[str, int], number: int) -> Frames:
    kept: dict[str, Any] = {
        name: frame[frame["couple_id"].map(group).ne(number)].reset_index(drop=True)
        for name, frame in frames.named().items()
    }
    return replace(frames, **kept)


def _told(found: Evidence, judged: Verdict, pseudo: tuple[float, ...] | None) -> Outcome:
    whole = [term for term in found.tested if term.name.endswith(TOTAL)] or list(found.tested)
    value = value_of(found)
    low, high, p_value, interval = None, None, None, ""
    if len(whole) == 1:
        low, high, p_value, interval = whole[0].conf_low, whole[0].conf_high, whole[0].p_value, "model"
    elif pseudo is not None:
        (low, high, p_value), interval = _from_groups(value, pseudo), "groups of couples left out"
    return Outcome(
        verdict=judged.verdict, reason=judged.reason, unit=found.unit, estimate=value, conf_low=low, conf_high=high,
        p_value=p_value, interval=interval, n_couples=found.counts.couples, n_obs=found.counts.n_obs,
        break_at=found.facts.get("tau"), pseudo=pseudo,
    )  # fmt: skip


def _from_groups(value: float, pseudo: tuple[float, ...]) -> tuple[float, float, float]:
    from scipy import stats

    many = len(pseudo)
    error = float(np.std(pseudo, ddof=1) / np.sqrt(many))
    half = float(stats.t.isf(0.025, many - 1)) * error
    return value - half, value + half, float(2 * stats.t.sf(abs(value) / error, many - 1)) if error > 0 else 1.0


def needed_columns(question: Question, picked: tuple[Specification, ...]) -> set[str]:
    """Every column that a reading's specifications may look at."""
    named = {name for one in picked for name in one.question.columns()}
    named |= {column for one in picked for _, option in one.picked for rule in option.rows for column in rule[1:]}
    extra = (question.partner_exposure, question.together, question.stratum, question.adherence, question.realised)
    return named | {name for name in extra if name}
