"""Curves for the eye: Kaplan-Meier, and with separation as a rival event the cumulative incidence of both."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.models.onset.change import Times

LEVEL = 0.95
IMPROVED, SEPARATED = 1, 2


def kaplan_meier(times: Times) -> pd.DataFrame:
    """Share improved by week with log-log 95% limits; an interval counts at its right end.

    One row per week with an event: week, improved, low, high, at_risk.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    when = np.where(times.seen, times.right, times.left)
    kept = when > 0
    if not times.seen[kept].any():
        return pd.DataFrame(columns=["week", "improved", "low", "high", "at_risk"], dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):  # where the last ones at risk improve there is no error
        fit = SurvfuncRight(when[kept], times.seen[kept].astype(int))
    surv = np.clip(fit.surv_prob, 1e-12, 1 - 1e-12)
    half = stats.norm.isf((1 - LEVEL) / 2) * np.asarray(fit.surv_prob_se) / np.abs(surv * np.log(surv))
    return pd.DataFrame(
        {
            "week": np.asarray(fit.surv_times, dtype=np.float64),
            "improved": 1 - np.asarray(fit.surv_prob),
            "low": 1 - surv ** np.exp(-half),
            "high": 1 - surv ** np.exp(half),
            "at_risk": np.asarray(fit.n_risk, dtype=np.float64),
        }
    )


def incidence(times: Times, gone: np.ndarray) -> pd.DataFrame:
    """Cumulative incidence of improving and of separating first (Aalen and Johansen, 1978): week, improved, separated.

    ``gone`` (n,) is the week of separation, infinite where there was none.
    """
    from statsmodels.duration.survfunc import CumIncidenceRight

    first = np.minimum(np.where(times.seen, times.right, np.inf), gone)
    status = np.where(first == np.inf, 0, np.where(times.right <= gone, IMPROVED, SEPARATED))
    when = np.where(np.isfinite(first), first, times.left)
    kept = when > 0
    with np.errstate(divide="ignore", invalid="ignore"):  # of its standard errors, which are not drawn
        fit = CumIncidenceRight(when[kept], status[kept])
    columns = {"week": np.asarray(fit.times, dtype=np.float64)}
    for code, name in ((IMPROVED, "improved"), (SEPARATED, "separated")):
        known = len(fit.cinc) >= code
        columns[name] = np.asarray(fit.cinc[code - 1]) if known else np.zeros(len(fit.times))
    return pd.DataFrame(columns)
