"""The effect among those who keep to the programme because it was drawn for them: the arm as instrument."""

from __future__ import annotations

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.models.weekly.adjusted import Combined, regressed, regressors
from couples_study.models.weekly.arrays import Weekly, mean_over

WEAK = 10.0  # first-stage F below which an instrument is too weak to divide by (Staiger and Stock, 1997)


def complier_effect(question: Question, weekly: Weekly) -> Combined | None:
    """Two-stage least squares of the outcome at ``at`` on mean adherence, instrumented by the arm.

    With one instrument that is the effect of the arm on the outcome over its effect on adherence (Angrist, Imbens and
    Rubin, 1996); its influence follows by the delta method. Adherence is the mean over the weeks up to ``at``, in
    shares, and zero for partners who never answered: they were assigned and did nothing that is known. None where
    the arms hardly differ in adherence.
    """
    pair = weekly.only(question.contrast)
    along_weeks = (pair.weeks > 0) & (pair.weeks <= (question.at or 0))
    done = mean_over(pair.answers[question.adherence or ""][:, :, along_weeks])
    done = np.where(np.isfinite(done), done, 0.0)
    right = regressors(pair, question.outcome)
    along = np.zeros(right.X.shape[-1])
    along[pair.arms.index(question.contrast[0])], along[pair.arms.index(question.contrast[1])] = 1.0, -1.0
    y = pair.at(question.outcome, question.at or 0)
    effect = regressed(y, right.X, along)
    uptake = regressed(np.where(np.isfinite(y), done, np.nan), right.X, along)
    if uptake.value**2 < WEAK * float(uptake.influence @ uptake.influence):
        return None
    ratio = effect.value / uptake.value
    return Combined(
        value=ratio,
        influence=(effect.influence - ratio * uptake.influence) / uptake.value,
        clusters=effect.clusters,
    )


def net_of_compliers(question: Question, pair: Weekly, improved: np.ndarray, by: float) -> Combined | None:
    """The same ratio for shares of couples: net share ``improved`` (C,) over net adherence up to week ``by``."""
    done = mean_over(pair.answers[question.adherence or ""][:, :, (pair.weeks > 0) & (pair.weeks <= by)])
    done = np.where(np.isfinite(done), done, 0.0).mean(axis=1)
    effect, uptake = (_net(values, pair.arm) for values in (improved.astype(np.float64), done))
    if uptake.value**2 < WEAK * float(uptake.influence @ uptake.influence):
        return None
    ratio = effect.value / uptake.value
    influence = (effect.influence - ratio * uptake.influence) / uptake.value
    return Combined(value=ratio, influence=influence, clusters=effect.clusters)


def _net(values: np.ndarray, arm: np.ndarray) -> Combined:
    """The mean in the first arm less that in the second, with couples' influences."""
    means = [float(values[arm == number].mean()) for number in (0, 1)]
    sizes = [int((arm == number).sum()) for number in (0, 1)]
    influence = np.where(arm == 0, (values - means[0]) / sizes[0], -(values - means[1]) / sizes[1])
    return Combined(value=means[0] - means[1], influence=influence, clusters=len(values))
