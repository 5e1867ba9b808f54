"""The unit of an effect, and the factor from raw coefficients to it."""

from __future__ import annotations

import re
from collections.abc import Callable

from couples_study.core.errors import StudyFileError

STANDARD = ("within SD", "between SD", "SD")


def sides_of(unit: str, where: str) -> tuple[str | None, str | None]:
    """The kind of standard deviation on either side of ``per`` (None for raw), as (outcome, predictor).

    ``"points per touch"`` is raw on both sides, ``"within SD per touch"`` standardises the outcome only. Words with SD
    in them that are not one of `STANDARD` are refused, for nobody could say what they scale by.
    """
    outcome, separator, predictor = unit.partition(" per ")
    if not separator:
        raise StudyFileError(
            where,
            expected='a unit of the form "points per point" or "within SD per within SD"',
            found=repr(unit),
            do="say what one unit of the outcome and one of the predictor is, with 'per' between them",
        )
    return _side(outcome, unit, where), _side(predictor, unit, where)


def _side(words: str, unit: str, where: str) -> str | None:
    words = words.strip()
    if words in STANDARD:
        return words
    if re.search(r"\bSDs?\b|standard", words, flags=re.IGNORECASE):
        raise StudyFileError(
            where,
            expected=f"raw units, or one of {', '.join(STANDARD)}, on each side of 'per'",
            found=repr(unit),
            do='write for instance "within SD per within SD"',
        )
    return None


def factor(unit: str, outcome_sd: Callable[[str], float], predictor_sd: Callable[[str], float], where: str) -> float:
    """What a raw coefficient is multiplied with to be in ``unit``; the callables give an SD of the kind asked for."""
    y_kind, x_kind = sides_of(unit, where)
    by_y = outcome_sd(y_kind) if y_kind else 1.0
    by_x = predictor_sd(x_kind) if x_kind else 1.0
    return by_x / by_y


def product_parts(unit: str, where: str) -> tuple[str | None, tuple[str | None, ...]]:
    """The kinds of SD of ``"points per point and point"``: of the outcome, and of each factor of the product."""
    outcome, _, predictors = unit.partition(" per ")
    parts = predictors.split(" and ")
    kinds = [sides_of(f"{outcome} per {part}", where) for part in parts]
    return kinds[0][0], tuple(kind for _, kind in kinds)
