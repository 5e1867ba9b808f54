"""Variance parameters in the reader's units: standard deviations, correlations, rho, with standard errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from couples_study.models.dyadic.residual import Floats

if TYPE_CHECKING:
    from couples_study.models.dyadic.design import Design, Kind
    from couples_study.models.dyadic.information import Information
    from couples_study.models.dyadic.parameters import ParameterSpace, StratumForm

STEP = 1e-6
NOTHING = 1e-12  # a sampling variance below is rounding: the parameter sits on a boundary

Read = Callable[[Floats], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One variance parameter: which kind of couples, what, and how to read it off (theta, scale)."""

    kind: str
    name: str
    read: Read


def components(design: Design, space: ParameterSpace) -> list[Component]:
    """Every variance parameter of the model as a function of the packed parameters with the log scale last."""
    out: list[Component] = []
    for at, (kind, form) in enumerate(zip(design.kinds, space.forms, strict=True)):
        out += _random(at, kind, space)
        out += _residual(at, kind, form, design, space)
    return out


def _random(at: int, kind: Kind, space: ParameterSpace) -> list[Component]:
    def reads(function: Callable[..., float], *which: int) -> Read:
        return lambda full: function(random_covariance(space, full, at, kind), *which)

    names = kind.z_names
    out = [Component(kind=kind.name, name=f"sd({name})", read=reads(_sd, i)) for i, name in enumerate(names)]
    if space.forms[at].diagonal:
        return out
    pairs = [(i, j) for start, stop in kind.blocks for i in range(start, stop) for j in range(start, i)]
    named = [(f"corr({names[j]}, {names[i]})", reads(_correlation, i, j)) for i, j in pairs]
    return out + [Component(kind=kind.name, name=name, read=read) for name, read in named]


def random_covariance(space: ParameterSpace, full: Floats, at: int, kind: Kind) -> Floats:
    """G (q, q) of one kind of couples in the caller's units."""
    L = space.unpack(full[:-1])[at][0] / kind.z_size[:, None]
    return np.exp(full[-1]) * L @ L.T


def _sd(G: Floats, i: int) -> float:
    return float(np.sqrt(G[i, i]))


def _correlation(G: Floats, i: int, j: int) -> float:
    size = np.sqrt(G[i, i] * G[j, j])
    return float(G[i, j] / size) if size > 0 else 0.0


def _residual(at: int, kind: Kind, form: StratumForm, design: Design, space: ParameterSpace) -> list[Component]:
    def reads(function: Callable[..., float], *which: int) -> Read:
        return lambda full: function(space.unpack(full[:-1])[at][1], np.exp(full[-1]), *which)

    roles, free = design.role_names, form.residual
    named: list[tuple[str, Read]] = []
    if free.ratio:
        named += [(f"sd(residual[{roles[i]}])", reads(_residual_sd, i)) for i in (0, 1)]
    else:
        named.append(("sd(residual)", reads(_residual_sd, 0)))
    if free.same_day:
        named.append(("corr(same day)", reads(_same_day)))
    if free.rhos == 1:
        named.append(("rho", reads(_rho, 0)))
    if free.rhos == 2:
        named += [(f"rho[{roles[i]}]", reads(_rho, i)) for i in (0, 1)]
    return [Component(kind=kind.name, name=name, read=read) for name, read in named]


def _residual_sd(natural: Floats, scale: float, i: int) -> float:
    return float(np.sqrt(natural[2 * i] * scale))


def _same_day(natural: Floats, scale: float) -> float:
    return float(natural[1] / np.sqrt(natural[0] * natural[2]))


def _rho(natural: Floats, scale: float, i: int) -> float:
    return float(natural[3 + i])


def table(design: Design, information: Information) -> pd.DataFrame:
    """Estimates and delta-method standard errors, one row per variance parameter.

    Where a parameter has no sampling distribution here (a variance of zero), its standard error is missing.
    """
    point, free = information.point, np.flatnonzero(information.free)
    rows = []
    for component in components(design, information.likelihood.space):
        slope = np.zeros(len(point))
        for i in free:
            step = np.zeros(len(point))
            step[i] = STEP
            slope[i] = (component.read(point + step) - component.read(point - step)) / (2 * STEP)
        variance = float(slope @ information.covariance @ slope)
        rows.append(
            (component.kind, component.name, component.read(point), np.sqrt(variance) if variance > NOTHING else None)
        )
    frame = pd.DataFrame(rows, columns=["kind", "parameter", "estimate", "std_error"])
    return frame.astype({"std_error": float})
