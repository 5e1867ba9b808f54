"""From a design to its likelihood: strata, free parameters, and the outcome in stable units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.dyadic.likelihood import Likelihood
from couples_study.models.dyadic.parameters import ParameterSpace, ResidualForm, StratumForm
from couples_study.models.dyadic.stratum import Stratum

if TYPE_CHECKING:
    from couples_study.models.dyadic.design import Design, Kind
    from couples_study.models.dyadic.options import Options
    from couples_study.models.dyadic.residual import Floats


def likelihood_of(design: Design, y: Floats) -> Likelihood:
    """The likelihood of a sorted outcome (n,); see `outcome_in_units` for what the rows hold."""
    options = design.options
    working = outcome_in_units(design, y)
    strata = [_stratum(design, kind, working, options) for kind in design.kinds]
    forms = tuple(_form(kind, options, first=i == 0) for i, kind in enumerate(design.kinds))
    return Likelihood(
        strata=strata,
        space=ParameterSpace(forms),
        n_obs=len(y),
        n_fixed=design.X.shape[1],
        reml=options.reml,
        log_jacobian=2.0 * float(np.log(np.diag(design.R) / np.sqrt(len(y))).sum()),
    )


def outcome_in_units(design: Design, y: Floats) -> Floats:
    """What is left of y after least squares on X: the same likelihood, and a large mean costs no digits."""
    return y - design.Q @ (design.Q.T @ y)


def _stratum(design: Design, kind: Kind, working: Floats, options: Options) -> Stratum:
    rows = np.hstack([kind.Z, design.Q[kind.rows] * np.sqrt(len(design.Q)), working[kind.rows, None]])
    return Stratum(
        rows, kind.couple, kind.slot, kind.day, kind.Z.shape[1], paired=_paired(kind, options), ar=options.ar
    )


def _paired(kind: Kind, options: Options) -> bool:
    return options.paired and kind.slot.min() != kind.slot.max()


def _form(kind: Kind, options: Options, *, first: bool) -> StratumForm:
    two = kind.slot.min() != kind.slot.max()
    tied = kind.exchangeable or not two
    rhos = 0 if not options.ar else 2 if options.rho == "partner" and not tied else 1
    residual = ResidualForm(
        scale=not first, ratio=options.by_role and not tied, same_day=_paired(kind, options), rhos=rhos
    )
    return StratumForm(blocks=kind.blocks, diagonal=options.G == "diagonal", residual=residual)
