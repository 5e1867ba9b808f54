"""The same model in other programs' languages, with what a program can not express named in its comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from couples_study.core.errors import AnalysisError, listed
from couples_study.models.dyadic.syntax_r import glmm_tmb, lme4, nlme
from couples_study.models.dyadic.syntax_sas import sas
from couples_study.models.dyadic.syntax_spss import spss
from couples_study.models.dyadic.written import Made, Written

if TYPE_CHECKING:
    from collections.abc import Callable

    from couples_study.models.dyadic.options import Options

PROGRAMS: dict[str, Callable[[Written], str]] = {
    "nlme": nlme,
    "lme4": lme4,
    "glmmTMB": glmm_tmb,
    "sas": sas,
    "spss": spss,
}


@dataclass(frozen=True, slots=True)
class _Random:
    """Names of random columns by correlated block, and the columns that must be made first."""

    blocks: tuple[tuple[str, ...], ...]
    made: tuple[Made, ...]


def syntax(model: Any, program: str) -> str:
    """The model as text in the language of ``program``, for a frame with the columns it names.

    The text assumes one row per couple, partner and day; columns that do not exist yet are made first.
    """
    if program not in PROGRAMS:
        raise AnalysisError("syntax", expected=f"one of {listed(PROGRAMS)}", found=repr(program), do="choose one")
    return PROGRAMS[program](written(model))


def written(model: Any) -> Written:
    """What the languages need to know of a model: names and structure, no numbers."""
    options, design = model.options, model.design
    random = _random(model.columns.z_names, options, design.role_names, one_role=design.slot.min() == design.slot.max())
    tied = options.dyads == "indistinguishable" or design.slot.min() == design.slot.max()
    return Written(
        outcome=str(model.endog_names),
        fixed=tuple(str(name) for name in model.columns.x_names),
        blocks=random.blocks,
        made=random.made,
        couple=model.names["groups"],
        role=model.names["role"],
        day=model.names["time"],
        structure=options.residual.split("@")[0],
        ar=options.ar,
        tied=tied,
        rho_by_partner=options.rho == "partner" and not tied,
        diagonal=options.G == "diagonal",
        reml=options.reml,
        alone=bool(design.slot.min() == design.slot.max()),
        mixed=options.dyads == "mixed",
        gaps=bool(options.ar and np.any(np.diff(np.unique(design.day)) > 1)),
    )


def _random(names: tuple[str, ...], options: Options, roles: tuple[str, ...], *, one_role: bool) -> _Random:
    if not names:
        return _Random((), ())
    if options.re_by == "couple" or (one_role and options.dyads == "distinguishable"):
        return _Random((names,), ())
    if options.dyads == "distinguishable":
        made = tuple(Made(f"{name}_{role}", name, role) for role in roles for name in names)
        return _Random((tuple(column.name for column in made),), made)
    made = tuple(Made(f"{name}_diff", name, None) for name in names)
    return _Random((names, tuple(column.name for column in made)), made)
