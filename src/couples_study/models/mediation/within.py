"""Mediation within persons over days (1-1-1) with random slopes that may go together.

Both equations are stacked and fitted as one mixed model (Bauer, Preacher and Gil, 2006): to the engine, two "roles" of
one person, the mediator's equation and the outcome's, each with a residual variance of its own. Couples are resampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from couples_study.core.errors import AnalysisError
from couples_study.models.dyadic import DyadicMixedLM
from couples_study.models.mediation.effects import Draws, Paths

if TYPE_CHECKING:
    from couples_study.models.dyadic.refit import Refitted, Resampler
    from couples_study.models.dyadic.results import DyadicResults

SLOPES = ("a", "b", "direct")
RESAMPLE_TOLERANCE = 1e-4  # a hundredth of a standard error: small beside the noise of 199 resamples
LEAST_SLOPE = 1e-8  # a slope this close to none leaves its correlation undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinRows:
    """Complete person-days as differences from the person's mean: (n,) each, ``held`` (n, k) held constant."""

    x: np.ndarray
    m: np.ndarray
    y: np.ndarray
    held: np.ndarray
    person: np.ndarray
    couple: np.ndarray
    day: np.ndarray


def within_rows(
    x: np.ndarray, m: np.ndarray, y: np.ndarray, held: np.ndarray, person: np.ndarray, couple: np.ndarray,
    day: np.ndarray,
) -> WithinRows:  # fmt: skip
    """Rows where all is answered, each measure minus the person's mean over these rows."""
    values = np.column_stack([x, m, y, held])
    there = np.isfinite(values).all(axis=1)
    people = pd.factorize(person[there])[0]
    frame = pd.DataFrame(values[there])
    inside = frame.to_numpy(copy=True)
    inside[:, :3] = (frame - frame.groupby(people).transform("mean")).to_numpy()[:, :3]
    inside[:, 3:] -= inside[:, 3:].mean(axis=0)
    return WithinRows(
        x=inside[:, 0], m=inside[:, 1], y=inside[:, 2], held=inside[:, 3:], person=people, couple=couple[there],
        day=day[there],
    )  # fmt: skip


def fit_stacked(rows: WithinRows) -> DyadicResults:
    """Both equations as one mixed model."""
    n = len(rows.x)
    first = np.r_[np.ones(n), np.zeros(n)]
    second = 1 - first
    both = np.concatenate
    columns = {
        "m": first, "y": second, "a": first * both([rows.x, rows.x]), "b": second * both([rows.m, rows.m]),
        "direct": second * both([rows.x, rows.x]),
    }  # fmt: skip
    for number in range(rows.held.shape[1]):
        held = both([rows.held[:, number]] * 2)
        columns |= {f"m.{number}": first * held, f"y.{number}": second * held}
    X = pd.DataFrame(columns)
    model = DyadicMixedLM(
        both([rows.m, rows.y]), X, groups=both([rows.person, rows.person]), role=first.astype(int),
        time=both([rows.day, rows.day]), exog_re=X[list(SLOPES)], residual="role",
    )  # fmt: skip
    return model.fit()


def paths_of(fit: DyadicResults, again: DyadicResults | Refitted) -> Paths:
    """The paths, the covariance of a and b over people, and the two residual standard deviations.

    ``again`` is the fit itself or one of its model to a resample.
    """
    at = {name: fit.model.exog_names.index(name) for name in SLOPES}
    values = np.asarray(again.params)
    (kind,) = fit.model.design.kinds
    ((L, natural, _),) = fit.model.likelihood.space.unpack(again.theta)
    first, second = (kind.z_names.index(name) for name in SLOPES[:2])
    G = again.scale * L @ L.T / np.outer(kind.z_size, kind.z_size)
    outcome, mediator = (np.sqrt(again.scale * natural[i]) for i in (0, 2))
    return Paths(
        a=values[at["a"]], b=values[at["b"]], direct=values[at["direct"]], cov_ab=G[first, second], sd_m=mediator,
        sd_y=outcome,
    )  # fmt: skip


def slopes_of(fit: DyadicResults) -> dict[str, float]:
    """Standard deviations of the three slopes over people, and the correlation of a and b where both vary."""
    G = fit.cov_re["distinguishable"].to_numpy()
    sds = np.sqrt(np.diag(G))
    found = {f"sd_{name}": float(sd) for name, sd in zip(SLOPES, sds, strict=True)}
    if min(sds[0], sds[1]) > LEAST_SLOPE:
        found["corr_ab"] = float(G[0, 1] / (sds[0] * sds[1]))
    return found


def paths_within(rows: WithinRows, rng: np.random.Generator, draws: int) -> tuple[Draws, DyadicResults]:
    """The fit and ``draws`` resamples of couples, each refitted from where the estimate lies."""
    fit = fit_stacked(rows)
    again = fit.resampler(RESAMPLE_TOLERANCE)
    people = pd.Series(rows.couple).groupby(rows.person).first().loc[fit.model.design.labels].to_numpy()
    members = [np.flatnonzero(people == couple) for couple in np.unique(rows.couple)]
    found = []
    for _ in range(draws):
        chosen = rng.integers(0, len(members), size=len(members))
        found.append(_refit(fit, again, np.concatenate([members[i] for i in chosen])))
    kept = [paths for paths in found if paths is not None]
    if len(kept) < draws / 2:
        raise AnalysisError(
            "mediation", expected="resamples that can be fitted", found=f"{len(kept)} of {draws}", do="use more couples"
        )
    stacked = {
        name: np.array([getattr(paths, name) for paths in kept])
        for name in ("a", "b", "direct", "cov_ab", "sd_m", "sd_y")
    }
    return Draws(estimate=paths_of(fit, fit), resampled=Paths(**stacked)), fit


def _refit(fit: DyadicResults, again: Resampler, people: np.ndarray) -> Paths | None:
    try:
        return paths_of(fit, again.fit(people))
    except np.linalg.LinAlgError:
        return None
