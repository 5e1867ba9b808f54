"""The fixed effects' covariance with what estimating the variances adds (Kenward & Roger, 1997).

GLS errors take the covariance matrix as known. The adjusted covariance is Phi + 2 Lambda, Lambda being the part that
its estimation adds. Along a straight line in V the second derivative of Phi = (X'V^-1 X)^-1 is -2 times Lambda's part,
so Lambda needs no product of n x n matrices: for random effects it has a closed form in each couple's small matrices,
for each of the few directions that move the residuals it is a second difference. V is not straight in rho; that
curvature, of the order of rho's squared error, is left in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from couples_study.models.dyadic.curvature import bent_covariance

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
    phi = _covariance(likelihood, here)
    together, spread = _split(information)
    seen = likelihood.evaluate(point[:-1], float(np.exp(point[-1])))
    bend = bent_covariance(likelihood, point[:-1], seen, spread)
    for direction in together:
        ahead, behind = (_linear(likelihood, point + sign * TANGENT * direction) for sign in (1.0, -1.0))
        tangent = _difference(ahead, behind)
        up, down = (_covariance(likelihood, here.moved(tangent, sign * STEP)) for sign in (1.0, -1.0))
        bend += (up - 2.0 * phi + down) / STEP**2
    return phi - bend


def _split(information: Information) -> tuple[Floats, Floats]:
    """The parameters' covariance: rows whose outer products add up to it together with (k, k) of random effects alone.

    The latter leaves residual parameters and the scale where they are.
    """
    values, vectors = np.linalg.eigh(information.covariance)
    keep = values > NEGLIGIBLE * values.max()
    moves = information.moves_residual
    order = np.r_[np.flatnonzero(moves), np.flatnonzero(~moves)]
    rows = np.linalg.qr((vectors[order][:, keep] * np.sqrt(values[keep])).T)[1]
    back = np.argsort(order)
    residual = int(moves.sum())
    alone = np.triu(rows)[residual:, residual:]
    return np.triu(rows)[:residual, back], alone.T @ alone


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


def _covariance(likelihood: Likelihood, at: Linear) -> Floats:
    """(X'V^-1 X)^-1, for G that need not be positive definite."""
    parts = [
        stratum.fixed_information(G, natural)
        for stratum, G, natural in zip(likelihood.strata, at.G, at.natural, strict=True)
    ]
    return np.linalg.inv(np.sum(parts, axis=0))
