"""Variance parameters in the reader's units: standard deviations, correlations, rho, with standard errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.models.dyadic.design import Design, Kind
from couples_study.models.dyadic.information import Information
from couples_study.models.dyadic.likelihood import Likelihood
from couples_study.models.dyadic.parameters import ParameterSpace, StratumForm
from couples_study.models.dyadic.residual import Floats

STEP = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One variance parameter: which kind of couples, what, and how to read it off (theta, scale)."""

    kind: str
    name: str
    read: Callable[[Floats], float]


def components(design: Design, space: ParameterSpace) -> list[Component]:
    """Every variance parameter of the model as a function of the packed parameters with the log scale last."""
    out: list[Component] = []
    for at, (kind, form) in enumerate(zip(design.kinds, space.forms, strict=True)):
        out += _random(at, kind, space)
        out += _residual(at, kind, form, design, space)
    return out


def _random(at: int, kind: Kind, space: ParameterSpace) -> list[Component]:
    names, out = kind.z_names, []

    def covariance(full: Floats) -> Floats:
        return random_covariance(space, full, at, kind)

    for i, name in enumerate(names):
        out.append(Component(kind=kind.name, name=f"sd({name})", read=lambda full, i=i: _sd(covariance(full), i)))
    if space.forms[at].diagonal:
        return out
    for start, stop in kind.blocks:
        for i in range(start, stop):
            for j in range(start, i):
                out.append(
                    Component(
                        kind=kind.name, name=f"corr({names[j]}, {names[i]})",
                        read=lambda full, i=i, j=j: _correlation(covariance(full), i, j),
                    )
                )  # fmt: skip
    return out


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
    def natural(full: Floats) -> Floats:
        return space.unpack(full[:-1])[at][1]

    def sd(full: Floats, i: int) -> float:
        return float(np.sqrt(natural(full)[2 * i] * np.exp(full[-1])))

    roles = design.role_names
    free, out = form.residual, []
    if free.ratio:
        for i in (0, 1):
            out.append(Component(kind=kind.name, name=f"sd(residual[{roles[i]}])", read=lambda full, i=i: sd(full, i)))
    else:
        out.append(Component(kind=kind.name, name="sd(residual)", read=lambda full: sd(full, 0)))
    if free.same_day:
        out.append(Component(kind=kind.name, name="corr(same day)", read=lambda full: _same_day(natural(full))))
    if free.rhos == 1:
        out.append(Component(kind=kind.name, name="rho", read=lambda full: float(natural(full)[3])))
    if free.rhos == 2:
        for i in (0, 1):
            read = lambda full, i=i: float(natural(full)[3 + i])  # noqa: E731  - a named def per role would say no more
            out.append(Component(kind=kind.name, name=f"rho[{roles[i]}]", read=read))
    return out


def _same_day(natural: Floats) -> float:
    return float(natural[1] / np.sqrt(natural[0] * natural[2]))


def table(design: Design, information: Information) -> pd.DataFrame:
    """Estimates and delta-method standard errors, one row per variance parameter.

    Where a parameter has no sampling distribution here (a variance of zero), its standard error is missing.
    """
    point, free = information.point, np.flatnonzero(information.free)
    rows = []
    for component in components_of_reduced(design, information.likelihood):
        slope = np.zeros(len(point))
        for i in free:
            step = np.zeros(len(point))
            step[i] = STEP
            slope[i] = (component.read(point + step) - component.read(point - step)) / (2 * STEP)
        variance = float(slope @ information.covariance @ slope)
        rows.append((component.kind, component.name, component.read(point), np.sqrt(variance) if variance > 0 else None))
    frame = pd.DataFrame(rows, columns=["kind", "parameter", "estimate", "std_error"])
    return frame.astype({"std_error": float})


def components_of_reduced(design: Design, likelihood: Likelihood) -> list[Component]:
    """The components as functions of the parameters that are inside their space."""
    return components(design, likelihood.space)
