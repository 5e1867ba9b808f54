"""Intervals at any level from an estimate, its standard error and degrees of freedom."""

from __future__ import annotations

from math import inf

from scipy import stats

from couples_study.contracts.evidence import Sensitivity, Term
from couples_study.models.clustered import t_beyond


def bounds(term: Term | Sensitivity, level: float) -> tuple[float, float]:
    """The two-sided interval of ``level`` (0 to 1) around the estimate.

    Without a standard error (a bootstrap interval) the 95% interval given is rescaled as if it were normal.
    """
    error = term.std_error
    if error is None:
        error = (term.conf_high - term.conf_low) / (2 * float(stats.norm.isf(0.025)))
        df = inf
    else:
        df = term.df if term.df is not None else inf
    half = t_beyond((1 - level) / 2, df) * error
    return term.estimate - half, term.estimate + half
