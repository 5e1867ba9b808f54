"""The fixed effects' covariance with what estimating the variances adds (Kenward & Roger, 1997).

GLS errors take the covariance matrix as known. The adjusted covariance is Phi + 2 Lambda, Lambda being the part that
its estimation adds. Along a straight line in V the second derivative of Phi = (X'V^-1 X)^-1 is -2 times Lambda's part,
so Lambda needs one second difference per principal direction of the covariance parameters' own covariance, and no
product of n x n matrices. V is not straight in rho; that curvature, of the order of rho's squared error, is left in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from couples_study.models.dyadic.information import Information
    from couples_study.models.dyadic.likelihood import Likelihood
    from couples_study.models.dyadic.residual import Floats

TANGENT = 1e-5  # step of the first differences, in parameters of order one
STEP = 0.02  # of a standard error, along each principal direction
NEGLIGIBLE = 1e-12  # of the largest variance among principal directions


class Linear(NamedTuple):
    """The parameters in which V is linear (but for rho): each stratum's G and (s_aa, s_ab, s_bb, rho_a, rho_b)."""

    G: list[Floats]
    natural: list[Floats]

    def moved(self, by: Linear, step: float) -> Linear:
        return Linear(
            [G + step * d for G, d in zip(self.G, by.G, strict=True)],
            [r + step * d for r, d in zip(self.natural, by.natural, strict=True)],
        )


def adjusted_covariance(information: Information) -> Floats:
    """Phi + 2 Lambda (p, p) in the engine's rotated columns."""
    likelihood, point = information.likelihood, information.point
    here = _linear(likelihood, point)
    products = _products(likelihood, here)
    phi = _covariance(likelihood, here, products)
    bend = np.zeros_like(phi)
    for direction in _directions(information):
        ahead, behind = (_linear(likelihood, point + sign * TANGENT * direction) for sign in (1.0, -1.0))
        tangent = _difference(ahead, behind)
        same = not np.any(tangent.natural)
        up, down = (
            _covariance(likelihood, there, products if same else _products(likelihood, there))
            for there in (here.moved(tangent, sign * STEP) for sign in (1.0, -1.0))
        )
        bend += (up - 2.0 * phi + down) / STEP**2
    return phi - bend


def _directions(information: Information) -> Floats:
    """Rows whose outer products add up to the parameters' covariance; as many as can be leave R and the scale alone."""
    values, vectors = np.linalg.eigh(information.covariance)
    keep = values > NEGLIGIBLE * values.max()
    moves = information.moves_residual
    order = np.r_[np.flatnonzero(moves), np.flatnonzero(~moves)]
    rows = np.linalg.qr((vectors[order][:, keep] * np.sqrt(values[keep])).T, mode="r")
    out = np.zeros_like(rows)
    out[:, order] = np.triu(rows)
    return out


def _products(likelihood: Likelihood, at: Linear) -> list[Floats]:
    """Each stratum's cross-products under R^-1, which moving G leaves as they are."""
    return [stratum.cross_products(natural)[0] for stratum, natural in zip(likelihood.strata, at.natural, strict=True)]


def _difference(ahead: Linear, behind: Linear) -> Linear:
    return Linear(
        [(a - b) / (2 * TANGENT) for a, b in zip(ahead.G, behind.G, strict=True)],
        [(a - b) / (2 * TANGENT) for a, b in zip(ahead.natural, behind.natural, strict=True)],
    )


def _linear(likelihood: Likelihood, full: Floats) -> Linear:
    scale = float(np.exp(full[-1]))
    G: list[Floats] = []
    natural: list[Floats] = []
    for L, relative, _ in likelihood.space.unpack(full[:-1]):
        G.append(scale * L @ L.T)
        natural.append(np.r_[scale * relative[:3], relative[3:]])
    return Linear(G, natural)


def _covariance(likelihood: Likelihood, at: Linear, products: list[Floats]) -> Floats:
    """(X'V^-1 X)^-1, for G that need not be positive definite."""
    parts = [stratum.fixed_information(G, M) for stratum, G, M in zip(likelihood.strata, at.G, products, strict=True)]
    return np.linalg.inv(np.sum(parts, axis=0))
