"""How often a true null is rejected at 5%: diaries with AR(1), unequal variances and same-day correlation.

usage: type_one_error.py [--reps 300] [--couples 30 50 100] [--days 21] [--first 0] [--json OUT]

Each replicate has its own child of one seed, so results do not depend on how replicates are shared out: run
``--first 0 --reps 1000`` and ``--first 1000 --reps 1000`` in two processes and pool the counts.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.models.dyadic import DyadicMixedLM

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20260101
RHO, SAME_DAY, SD, MISSING = 0.4, 0.3, (0.8, 1.1), 0.15
INTERCEPT_SD, INTERCEPT_R, SLOPE_SD, SLOPE_R = (0.9, 1.0), 0.6, (0.25, 0.30), 0.3
FIXED = ["fa", "fb", "wa", "wb", "ma", "mb"]
CONTRASTS = {
    "within, random slope (a)": [0, 0, 1, 0, 0, 0],
    "within, random slope (b)": [0, 0, 0, 1, 0, 0],
    "between (a)": [0, 0, 0, 0, 1, 0],
    "between (b)": [0, 0, 0, 0, 0, 1],
    "role contrast, level": [1, -1, 0, 0, 0, 0],
    "role contrast, slope": [0, 0, 1, -1, 0, 0],
}


def pair(rng: np.random.Generator, shape: tuple[int, ...], r: float) -> np.ndarray:
    """Standard normal pairs (..., 2) with correlation r."""
    return rng.normal(size=(*shape, 2)) @ np.linalg.cholesky([[1.0, r], [r, 1.0]]).T


def chain(shocks: np.ndarray, rho: float) -> np.ndarray:
    """Stationary AR(1) over axis 1."""
    out = shocks.copy()
    for t in range(1, shocks.shape[1]):
        out[:, t] = rho * out[:, t - 1] + np.sqrt(1 - rho**2) * shocks[:, t]
    return out


def diary(rng: np.random.Generator, couples: int, days: int) -> pd.DataFrame:
    """Both partners' days under the null: no effect of x within or between, equal levels."""
    errors = chain(pair(rng, (couples, days), SAME_DAY), RHO) * np.array(SD)
    level = pair(rng, (couples, 1), INTERCEPT_R) * np.array(INTERCEPT_SD)
    slope = pair(rng, (couples, 1), SLOPE_R) * np.array(SLOPE_SD)
    x = chain(pair(rng, (couples, days), 0.2), 0.3) + pair(rng, (couples, 1), 0.3)
    there = rng.uniform(size=x.shape) >= MISSING
    mean = np.sum(x * there, axis=1, keepdims=True) / np.maximum(there.sum(axis=1, keepdims=True), 1)
    y = 5.0 + level + slope * (x - mean) + errors
    c, t, s = np.indices(y.shape)
    frame = pd.DataFrame({"couple": c.ravel(), "role": s.ravel(), "day": t.ravel(), "y": y.ravel()})
    for i, role in enumerate("ab"):
        dummy = (s == i).astype(float)
        frame[f"f{role}"], frame[f"w{role}"] = dummy.ravel(), (dummy * (x - mean)).ravel()
        frame[f"m{role}"] = (dummy * mean).ravel()
    return frame[there.ravel()]


def replicate(rng: np.random.Generator, couples: int, days: int, residual: str) -> dict[str, np.ndarray | float]:
    """p-values of every contrast by each kind of errors, and whether the fit converged inside its space."""
    frame = diary(rng, couples, days)
    result = DyadicMixedLM(
        frame["y"], frame[FIXED], groups=frame["couple"], role=frame["role"], time=frame["day"],
        exog_re=frame[["fa", "fb", "wa", "wb"]], residual=residual,
    ).fit()  # fmt: skip
    L = np.array(list(CONTRASTS.values()), dtype=float)
    effect = L @ np.asarray(result.params)
    out: dict[str, np.ndarray | float] = {"converged": result.converged, "boundary": bool(result.convergence.boundary)}
    for name, cov, df in (
        ("gls", np.asarray(result.cov_params()), result.satterthwaite.df(L)),
        ("kr", np.asarray(result.with_errors("kr").cov_params()), result.satterthwaite.df(L)),
        ("CR2", result.robust.covariance, result.robust.df(L)),
    ):
        error = np.sqrt(np.einsum("rp,pq,rq->r", L, cov, L))
        out[name], out[f"{name} df"] = 2 * stats.t.sf(np.abs(effect / error), df), df
    return out


def study(couples: int, days: int, first: int, reps: int, residual: str) -> list[dict[str, np.ndarray | float]]:
    """Replicates ``first`` to ``first + reps``, each with the child of the seed that its number names."""
    children = (np.random.SeedSequence(SEED, spawn_key=(couples, i)) for i in range(first, first + reps))
    return [replicate(np.random.default_rng(child), couples, days, residual) for child in children]


def rows(couples: int, done: list[dict[str, np.ndarray | float]]) -> Iterator[dict[str, object]]:
    for by in ("gls", "kr", "CR2"):
        p, df = np.array([one[by] for one in done]), np.array([one[f"{by} df"] for one in done])
        for k, name in enumerate(CONTRASTS):
            hits = int(np.sum(p[:, k] < 0.05))
            interval = stats.binomtest(hits, len(p)).proportion_ci(0.99, method="wilson")
            yield {
                "couples": couples, "errors": by, "contrast": name, "reps": len(p), "hits": hits, "rate": hits / len(p),
                "low99": interval.low, "high99": interval.high, "median_df": float(np.median(df[:, k])),
            }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reps", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--couples", type=int, nargs="+", default=[30, 50, 100])
    parser.add_argument("--days", type=int, default=21)
    parser.add_argument("--residual", default="un@ar1")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    table: list[dict[str, object]] = []
    for couples in args.couples:
        began = time.perf_counter()
        done = study(couples, args.days, args.first, args.reps, args.residual)
        odd = sum(not one["converged"] for one in done), sum(bool(one["boundary"]) for one in done)
        print(f"{couples} couples: {time.perf_counter() - began:.0f} s, {odd[0]} not converged, {odd[1]} on a boundary")
        table += rows(couples, done)
        if args.json:
            args.json.write_text(json.dumps(table, indent=1))
    print(pd.DataFrame(table).to_string(index=False, float_format=lambda value: f"{value:.4f}"))


if __name__ == "__main__":
    main()
