"""Beside every contrast of a trial: what missing answers, separations and unequal dropout could do to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from couples_study.contracts.evidence import Concern, Sensitivity
from couples_study.contracts.hypothesis import Question
from couples_study.models.missing_data import PatternMixture, inverse_probability, pattern_mixture
from couples_study.models.weekly.adjusted import Combined, Profile, Regressors, adjusted_contrast, regressors
from couples_study.models.weekly.arrays import Weekly

LOWEST = 0.05  # a separated couple is put at this quantile of all baseline answers
PLAUSIBLE = 0.5  # standard deviations: a tipping point nearer than this is a concern


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """Sensitivity rows, reservations that follow from them, and numbers for a rule or a reader."""

    rows: tuple[Sensitivity, ...]
    concerns: tuple[Concern, ...]
    facts: Mapping[str, float]


NOTHING = Robustness(rows=(), concerns=(), facts={})


def robustness(question: Question, weekly: Weekly, profile: Profile, cell: np.ndarray, unit: float) -> Robustness:
    """Delta-adjusted pattern mixture with its tipping point, inverse-probability weights, separations counted."""
    column, sd = question.outcome, weekly.baseline_sd(question.outcome)
    right = regressors(weekly, column, cell)
    random = adjusted_contrast(weekly, column, profile, right)
    first, both = (_mixture(weekly, column, profile, right, random, shifted) for shifted in ((0,), (0, 1)))
    scale = unit / sd
    rows = [
        *_in_unit(first, sd, scale, "missing answers in the first arm"),
        *_in_unit(both, sd, scale, "missing answers in both arms"),
        _weighted(weekly, column, profile, right, unit),
    ]
    facts = {f"missing.{name}": share for name, share in _shares(weekly, column, profile).items()}
    tip = first.tipping_point(sd)
    concerns = []
    if tip is not None:
        facts["tipping_point"] = tip
        if abs(tip) < PLAUSIBLE:
            concerns.append(_tips(tip))
    if np.isfinite(weekly.gone).any():
        rows.append(_separated(weekly, column, profile, right, unit))
        facts["separated"] = float(np.isfinite(weekly.gone).sum())
    return Robustness(rows=tuple(rows), concerns=tuple(concerns), facts=facts)


def _tips(tip: float) -> Concern:
    return Concern(
        code="missing_not_at_random",
        sentence=f"If those whose answers are missing in the first arm did {abs(tip):.2f} SD "
        f"{'worse' if tip < 0 else 'better'} than expected of them, the interval would hold zero.",
    )


def _mixture(
    weekly: Weekly, column: str, profile: Profile, right: Regressors, random: Combined, shifted: tuple[int, ...]
) -> PatternMixture:
    """The line over a shift of the missing answers in some of the arms compared, at every week alike."""
    cells = [list(profile)[number] for number in shifted]
    inside = np.isin(right.X[:, :, : right.cells].argmax(axis=-1), cells) & right.X.any(axis=-1)
    gaps = {w: inside & ~np.isfinite(weekly.at(column, w)) for by in profile.values() for w in by if w > 0}
    marked = Weekly(
        weeks=np.array(sorted(gaps)), arm=weekly.arm, arms=weekly.arms, member=weekly.member, gone=weekly.gone,
        answers={column: np.stack([gaps[week] for week in sorted(gaps)], axis=-1).astype(np.float64)},
    )  # fmt: skip
    return pattern_mixture(random, inside, lambda _: adjusted_contrast(marked, column, profile, right))


def _in_unit(mixture: PatternMixture, sd: float, scale: float, words: str) -> list[Sensitivity]:
    rows = mixture.rows(sd, words)
    if scale == 1.0:
        return list(rows)
    return [
        Sensitivity(
            label=row.label, estimate=row.estimate / scale, conf_low=row.conf_low / scale,
            conf_high=row.conf_high / scale, std_error=None if row.std_error is None else row.std_error / scale,
            df=row.df,
        )
        for row in rows
    ]  # fmt: skip


def _weighted(weekly: Weekly, column: str, profile: Profile, right: Regressors, unit: float) -> Sensitivity:
    """Weights by the chance of an answer given arm, baseline and the last answer before."""
    weights = {}
    real = right.X.any(axis=-1)
    for week in sorted({w for by_week in profile.values() for w in by_week if w > 0}):
        observed = np.isfinite(weekly.at(column, week))
        known = np.concatenate([right.X, last_before(weekly, column, week)[:, :, None]], axis=-1)
        flat = np.zeros(observed.shape)
        flat[real] = inverse_probability(observed[real], informative(known[real]))
        weights[week] = flat
    found = adjusted_contrast(weekly, column, profile, right, weights)
    return Sensitivity.of(found.term("weighted", unit), "weighted by the inverse chance of an answer")


def informative(predictors: np.ndarray) -> np.ndarray:
    """The columns that are not zero throughout."""
    return predictors[:, predictors.std(axis=0) + np.abs(predictors.mean(axis=0)) > 0]


def last_before(weekly: Weekly, column: str, week: int) -> np.ndarray:
    """How far the last answer before ``week`` stood from the person's baseline; zero where there is none."""
    values = weekly.answers[column][:, :, (weekly.weeks < week) & (weekly.weeks > 0)]
    last = np.full(weekly.member.shape, np.nan)
    for place in range(values.shape[-1]):
        last = np.where(np.isfinite(values[:, :, place]), values[:, :, place], last)
    change = last - weekly.baseline(column)
    return np.where(np.isfinite(change), change, 0.0)


def _separated(weekly: Weekly, column: str, profile: Profile, right: Regressors, unit: float) -> Sensitivity:
    """Separated couples stay in, at the low end of what anyone answered at baseline."""
    low = float(np.nanquantile(weekly.answers[column][:, :, weekly.weeks <= 0], LOWEST))
    after = (weekly.weeks[None, :] >= weekly.gone[:, None])[:, None, :] & weekly.member[:, :, None]
    filled = Weekly(
        weeks=weekly.weeks, arm=weekly.arm, arms=weekly.arms, member=weekly.member, gone=weekly.gone,
        answers={column: np.where(after, low, weekly.answers[column])},
    )  # fmt: skip
    found = adjusted_contrast(filled, column, profile, right)
    return Sensitivity.of(found.term("separated", unit), "separated couples counted at the lowest 5% of baselines")


def _shares(weekly: Weekly, column: str, profile: Profile) -> dict[str, float]:
    """The share of people without an answer at the last week of the estimand, by arm."""
    week = max(week for by_week in profile.values() for week in by_week)
    there = np.isfinite(weekly.at(column, week))
    return {
        name: float(1.0 - there[weekly.arm == number].sum() / max(weekly.member[weekly.arm == number].sum(), 1))
        for number, name in enumerate(weekly.arms)
    }
