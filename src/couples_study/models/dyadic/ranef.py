"""Random effects of each couple (best linear unbiased predictions) with their standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from couples_study.models.dyadic.design import Design
    from couples_study.models.dyadic.likelihood import Likelihood, Solution
    from couples_study.models.dyadic.residual import Floats
    from couples_study.models.dyadic.stratum import State


def predictions(states: list[State], solution: Solution) -> list[Floats]:
    """u (C, q) of each stratum in scaled columns: G Z'V^-1 (y - X beta) (Henderson, 1975)."""
    weights = np.r_[-solution.beta, 1.0]
    return [state.PB @ weights for state in states]


def prediction_covariances(
    likelihood: Likelihood, theta: Floats, states: list[State], solution: Solution, *, fixed_uncertainty: bool
) -> list[Floats]:
    """Covariances (C, q, q) of u-hat - u in scaled columns, with or without what comes from estimating beta."""
    out = []
    for (L, _, _), state in zip(likelihood.space.unpack(theta), states, strict=True):
        covariance = state.PV
        if fixed_uncertainty:
            seen = (state.B - state.A @ state.PB)[:, :, :-1] @ solution.root
            turned = L @ L.T @ seen
            covariance = covariance + turned @ turned.transpose(0, 2, 1)
        out.append(solution.scale * covariance)
    return out


def frames(design: Design, effects: list[Floats], covariances: list[Floats]) -> pd.DataFrame:
    """Long table: couple, term, estimate, std_error, in the caller's units."""
    parts = []
    for kind, u, covariance in zip(design.kinds, effects, covariances, strict=True):
        if not kind.z_names:
            continue
        error = np.sqrt(np.maximum(np.diagonal(covariance, axis1=1, axis2=2), 0.0))
        q = len(kind.z_names)
        parts.append(
            pd.DataFrame(
                {
                    "couple": np.repeat(np.asarray(design.labels)[kind.couples], q),
                    "term": np.tile(np.array(kind.z_names, dtype=object), len(u)),
                    "estimate": (u / kind.z_size).ravel(),
                    "std_error": (error / kind.z_size).ravel(),
                }
            )
        )
    if not parts:
        return pd.DataFrame({"couple": [], "term": [], "estimate": [], "std_error": []})
    return pd.concat(parts, ignore_index=True)
