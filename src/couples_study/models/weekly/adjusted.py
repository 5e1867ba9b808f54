"""Baseline-adjusted arm means by week, and any weighted sum of them, with couples as clusters.

Every contrast of a trial is such a sum: the difference at a week, the area under the curve, a change between weeks,
the gain of a module here against the gain of the same module there. One regression per week (analysis of covariance
on the baseline, both partners' rows) gives the means; the couples' influences on them add up over weeks, so the
standard error needs no model of how weeks hang together (Mancl and DeRouen, 2001, for the small-sample correction).
Rows missing at a week are missing at random given arm, baseline and covariates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from couples_study.contracts.evidence import Term
from couples_study.core.errors import AnalysisError
from couples_study.models.clustered import term_of
from couples_study.models.weekly.arrays import Weekly

Profile = Mapping[int, Mapping[int, float]]
"""Weights by cell (arm, or arm and stratum) and week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """A weighted sum of adjusted means: its value and every couple's influence on it (C,)."""

    value: float
    influence: np.ndarray
    clusters: int

    def plus(self, other: Combined, times: float = 1.0) -> Combined:
        """This sum with ``times`` the other added."""
        return Combined(
            value=self.value + times * other.value,
            influence=self.influence + times * other.influence,
            clusters=max(self.clusters, other.clusters),
        )

    def term(self, name: str, unit: float = 1.0) -> Term:
        """As a term, divided by ``unit``, with t on clusters - 1 degrees of freedom."""
        error = float(np.sqrt(self.influence @ self.influence))
        return term_of(name, self.value / unit, error / unit, self.clusters - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regressors:
    """What every week's regression has on its right: ``X`` (C, 2, k), the first columns being the cells' means."""

    X: np.ndarray
    cells: int


def regressors(weekly: Weekly, column: str, cell: np.ndarray | None = None) -> Regressors:
    """Cells (by default the arms), the baseline of ``column``, covariates and role, all but the cells centred.

    A missing baseline or covariate takes the mean: arms are balanced by lot, so this costs precision and no bias
    (White and Thompson, 2005). Rows of partners who do not exist are zero.
    """
    cell = weekly.arm if cell is None else cell
    n = int(cell.max()) + 1
    dummies = np.repeat((cell[:, None] == np.arange(n))[:, None, :].astype(np.float64), 2, axis=1)
    parts = [weekly.baseline(column), *weekly.steady.values()]
    if weekly.told_apart:
        parts.append(np.broadcast_to(np.array([-0.5, 0.5]), weekly.member.shape))
    held = [_centred(part, weekly.member) for part in parts]
    X = np.concatenate([dummies, np.stack([one for one in held if one.any()], axis=-1)], axis=-1) if held else dummies
    return Regressors(X=X * weekly.member[:, :, None], cells=n)


def _centred(values: np.ndarray, member: np.ndarray) -> np.ndarray:
    known = np.isfinite(values) & member
    if not known.any():
        return np.zeros(values.shape)
    return np.where(known, values - values[known].mean(), 0.0)


def adjusted_contrast(
    weekly: Weekly,
    column: str,
    profile: Profile,
    right: Regressors,
    weights: Mapping[int, np.ndarray] | None = None,
) -> Combined:
    """The weighted sum of adjusted means of ``column`` that ``profile`` names; ``weights`` (C, 2) by week."""
    needed: dict[int, np.ndarray] = {}
    for cell, by_week in profile.items():
        for week, weight in by_week.items():
            needed.setdefault(week, np.zeros(right.X.shape[-1]))[cell] += weight
    total = Combined(value=0.0, influence=np.zeros(weekly.couples), clusters=0)
    for week, along in needed.items():
        if week <= 0 or not along.any():
            continue  # the adjusted baseline is one number for all cells, and weights that add up to zero cancel it
        y = weekly.at(column, week)
        total = total.plus(regressed(y, right.X, along, None if weights is None else weights[week]))
    return total


def regressed(y: np.ndarray, X: np.ndarray, along: np.ndarray, weights: np.ndarray | None = None) -> Combined:
    """``along @ beta`` of the least squares of y (C, 2) on X (C, 2, k), with bias-reduced couple influences."""
    there = np.isfinite(y) & X.any(axis=-1)
    root = there.astype(np.float64) if weights is None else np.where(there, np.sqrt(weights), 0.0)
    design, outcome = X * root[:, :, None], np.where(there, y, 0.0) * root
    inner = np.einsum("cik,cil->kl", design, design)
    try:
        bread = np.linalg.inv(inner)
    except np.linalg.LinAlgError:
        bread = np.full_like(inner, np.inf)
    if not np.isfinite(bread).all():
        raise AnalysisError(
            "adjusted means", expected="answers in every arm", found="an arm or stratum without any at a week",
            do="ask for a week that was answered",
        )  # fmt: skip
    beta = bread @ np.einsum("cik,ci->k", design, outcome)
    residual = outcome - design @ beta
    hat = np.eye(X.shape[1]) - design @ bread @ design.transpose(0, 2, 1)
    corrected = np.linalg.solve(hat, residual[:, :, None])
    influence = (design.transpose(0, 2, 1) @ corrected)[:, :, 0] @ (bread @ along)
    return Combined(value=float(along @ beta), influence=influence, clusters=int(there.any(axis=1).sum()))
