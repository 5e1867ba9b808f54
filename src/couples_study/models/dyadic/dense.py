"""Dense covariance of one couple: for cluster-robust errors and simulation, where matrices by day are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from couples_study.models.dyadic.design import Design
    from couples_study.models.dyadic.likelihood import Likelihood
    from couples_study.models.dyadic.options import Options
    from couples_study.models.dyadic.residual import Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleBlock:
    """``rows`` in the sorted design, Z (n, q) in scaled columns, G (q, q) and R (n, n) in the outcome's units."""

    rows: Ints
    Z: Floats
    G: Floats
    R: Floats

    @property
    def covariance(self) -> Floats:
        return self.Z @ self.G @ self.Z.T + self.R


def residual_covariance(natural: Floats, slot: Ints, day: Floats, options: Options) -> Floats:
    """R relative to the scale, of rows with these partners and days: S_ij rho^|t - s|, the later day's rho."""
    s_aa, s_ab, s_bb, rho_a, rho_b = natural
    S = np.array([[s_aa, s_ab], [s_ab, s_bb]])
    if not options.paired:
        S = np.diag(np.diag(S))
    lag = day[:, None] - day[None, :]
    if options.ar:
        rho = np.array([rho_a, rho_b])
        later = np.where(lag >= 0, slot[:, None], slot[None, :])
        decay = rho[later] ** np.abs(lag)
    else:
        same = np.eye(len(day), dtype=bool)
        decay = ((lag == 0) if options.paired else same).astype(float)
    return S[slot[:, None], slot[None, :]] * decay


def couple_blocks(design: Design, likelihood: Likelihood, theta: Floats, scale: float) -> Iterator[CoupleBlock]:
    """Every couple's dense pieces, kinds in turn and couples in the order of their first row."""
    for kind, (L, natural, _) in zip(design.kinds, likelihood.space.unpack(theta), strict=True):
        G = scale * L @ L.T
        starts = np.flatnonzero(np.r_[True, kind.couple[1:] != kind.couple[:-1]])
        for start, stop in zip(starts, np.r_[starts[1:], len(kind.couple)], strict=True):
            part = slice(start, stop)
            R = scale * residual_covariance(natural, kind.slot[part], kind.day[part], design.options)
            yield CoupleBlock(rows=kind.rows[part], Z=kind.Z[part], G=G, R=R)
