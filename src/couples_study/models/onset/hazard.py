"""The weekly hazard of improving: complementary log-log regression, so that exp(beta) is a hazard ratio.

Grouped proportional hazards (Prentice and Gloeckler, 1978). A stretch of skipped weeks is one row whose offset is the
log of its length. Couples are the clusters.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from couples_study.contracts.evidence import Term
from couples_study.core.errors import AnalysisError
from couples_study.models.clustered import term_of
from couples_study.models.onset.change import Times

LEAST_EVENTS = 5  # in every step of the baseline hazard


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """Rows at risk: who (couple), from which week on, how many weeks, whether the event came at its end."""

    couple: np.ndarray
    start: np.ndarray
    width: np.ndarray
    event: np.ndarray


def stretches(times: Times, couple: np.ndarray) -> Stretches:
    """Weeks at risk of each unit: single weeks up to ``left``, then one stretch to ``right`` if the event was seen."""
    rows = []
    for unit, (left, right) in enumerate(zip(times.left, times.right, strict=True)):
        rows += [(couple[unit], week, 1, 0) for week in range(1, int(left) + 1)]
        if np.isfinite(right):
            rows.append((couple[unit], int(left) + 1, int(right - left), 1))
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Stretches(couple=table[:, 0], start=table[:, 1], width=table[:, 2], event=table[:, 3])


def baseline_steps(start: np.ndarray, event: np.ndarray) -> np.ndarray:
    """Dummies (n, s) of stretches of weeks that hold at least `LEAST_EVENTS` events each."""
    weeks = np.arange(1, int(start.max()) + 1)
    events = np.bincount(start, weights=event, minlength=len(weeks) + 1)[1:]
    step, running, steps = 0, 0.0, []
    for number, count in enumerate(events):
        steps.append(step)
        running += count
        if running >= LEAST_EVENTS and events[number + 1 :].sum() >= LEAST_EVENTS:
            step, running = step + 1, 0.0
    return np.eye(step + 1)[np.array(steps)[start - 1]]


def hazard_ratios(
    rows: Stretches, columns: Mapping[str, np.ndarray], weights: np.ndarray | None = None
) -> dict[str, Term]:
    """Log hazard ratios of ``columns`` (per row) beside the baseline steps; t on G-1 degrees of freedom.

    ``weights`` (per row) say how often a row counts.
    """
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.families.links import CLogLog
    from statsmodels.genmod.generalized_linear_model import GLM

    if weights is not None:
        counts = weights > 0
        rows = Stretches(**{name: getattr(rows, name)[counts] for name in ("couple", "start", "width", "event")})
        columns, weights = {name: values[counts] for name, values in columns.items()}, weights[counts]
    counted = rows.event if weights is None else rows.event * weights
    steps = baseline_steps(rows.start, counted)
    X = np.column_stack([steps, *columns.values()])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit = GLM(
                rows.event, X, family=Binomial(link=CLogLog()), offset=np.log(rows.width), freq_weights=weights
            ).fit()
            errors = _clustered_errors(fit, rows.couple)
        except (np.linalg.LinAlgError, ValueError, Warning) as error:
            raise AnalysisError(
                "hazard", expected="events with and without each condition", found=type(error).__name__,
                do="there are too few events for this comparison",
            ) from error  # fmt: skip
    df = len(np.unique(rows.couple)) - 1
    first = steps.shape[1]
    return {
        name: term_of(name, float(fit.params[first + i]), float(errors[first + i]), df)
        for i, name in enumerate(columns)
    }


def _clustered_errors(fit: Any, couple: np.ndarray) -> np.ndarray:
    """Errors by couples' scores, with the usual G/(G-1) (n-1)/(n-k); statsmodels has none for weighted rows."""
    scores = fit.model.score_obs(fit.params, scale=1.0)
    _, number = np.unique(couple, return_inverse=True)
    groups = int(number.max()) + 1
    by_couple = np.stack([np.bincount(number, weights=column, minlength=groups) for column in scores.T], axis=1)
    bread = np.linalg.inv(-fit.model.hessian(fit.params, scale=1.0, observed=True))
    n, k = scores.shape
    spread = bread @ by_couple.T
    return np.asarray(np.sqrt(groups / (groups - 1) * (n - 1) / (n - k) * np.sum(spread**2, axis=1)))
