"""Where the optimiser begins: a few EM steps with independent residuals, then moments of what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from couples_study.models.dyadic.likelihood import Likelihood
    from couples_study.models.dyadic.parameters import StratumForm
    from couples_study.models.dyadic.residual import Floats
    from couples_study.models.dyadic.stratum import Stratum

EM_STEPS = 3
FIRST_SD = 0.5  # random effects against the residual, before the first EM step
PLAIN = np.array([1.0, 0.0, 1.0, 0.0, 0.0])  # equal variances, no correlation over partners or days
FLOOR = 1e-4  # least relative variance to start from, so that no direction begins at a standstill


def from_moments(likelihood: Likelihood) -> Floats:
    """Packed start: EM for G with R = I (Laird & Ware, 1982), then R from residual moments."""
    forms, strata = likelihood.space.forms, likelihood.strata
    factors: list[Floats] = [FIRST_SD * np.eye(form.n_random) for form in forms]
    plain = likelihood.space.pack(factors, [PLAIN for _ in forms])
    for _ in range(EM_STEPS):
        states = [stratum.evaluate(L, PLAIN) for stratum, L in zip(strata, factors, strict=True)]
        solution = likelihood.solve(states)
        weights = np.r_[-solution.beta, 1.0]
        effects = [state.PB @ weights for state in states]
        factors = [
            _factor(form, (u.T @ u / solution.scale + state.PV.sum(axis=0)) / len(u))
            for form, u, state in zip(forms, effects, states, strict=True)
        ]
    naturals = [residual_moments(stratum, u, weights) for stratum, u in zip(strata, effects, strict=True)]
    base = naturals[0][0]
    naturals = [np.r_[natural[:3] / base, natural[3:]] for natural in naturals]
    packed = likelihood.space.pack(factors, naturals)
    return packed if np.isfinite(packed).all() else plain


def _factor(form: StratumForm, G: Floats) -> Floats:
    """Cholesky factor of the part of G that the model lets be."""
    kept = np.zeros_like(G)
    for start, stop in form.blocks:
        kept[start:stop, start:stop] = G[start:stop, start:stop]
    if form.diagonal:
        kept = np.diag(np.diag(kept))
    return np.linalg.cholesky(kept + FLOOR * np.eye(len(G)))


def residual_moments(stratum: Stratum, effects: Floats, weights: Floats) -> Floats:
    """(s_aa, s_ab, s_bb, rho_a, rho_b) from residuals at given random effects (C, q)."""
    rows, couple, slot, day = stratum.products.rows, stratum.couple, stratum.slot, stratum.day
    e = rows[:, stratum.q :] @ weights - np.einsum("nq,nq->n", rows[:, : stratum.q], effects[couple])
    pooled = float(np.mean(e**2))
    s = [float(np.mean(e[slot == i] ** 2)) if np.any(slot == i) else pooled for i in (0, 1)]
    together = (couple[1:] == couple[:-1]) & (day[1:] == day[:-1]) & (slot[1:] != slot[:-1])
    s_ab = float(np.mean(e[1:][together] * e[:-1][together])) if together.any() else 0.0
    rho = [_lag_one(e[slot == i], couple[slot == i], day[slot == i]) for i in (0, 1)]
    rho = [value if np.isfinite(value) else rho[1 - i] for i, value in enumerate(rho)]
    return np.array([s[0], s_ab, s[1], *np.clip(np.nan_to_num(rho), -0.8, 0.8)])


def _lag_one(e: Floats, couple: Floats, day: Floats) -> float:
    next_day = (couple[1:] == couple[:-1]) & (day[1:] == day[:-1] + 1)
    if next_day.sum() < 10:
        return float("nan")
    later, earlier = e[1:][next_day], e[:-1][next_day]
    return float(later @ earlier / np.sqrt((later @ later) * (earlier @ earlier)))


def jittered(theta: Floats, rng: np.random.Generator, spread: float = 0.5) -> Floats:
    """Another start near ``theta``."""
    return theta + spread * rng.normal(size=len(theta))
