"""The same question on other rows or with the partner's count: breaks and slopes that should not depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.evidence import Sensitivity
from couples_study.models.threshold.basis import breaks_to_try, capped, hinge
from couples_study.models.threshold.checks import below_ceiling, gate
from couples_study.models.threshold.crossed import couple_grams
from couples_study.models.threshold.grams import pooled, redrawn
from couples_study.models.threshold.location import locate
from couples_study.models.threshold.rows import STEPS_PER_TOUCH
from couples_study.models.threshold.slopes import PER_ONE_MORE, Slopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from couples_study.models.threshold.rows import FloatArray, Rows

LEAST_HOURS = 1.0
WINSOR = 0.95
HEAPS = (5.0, 10.0, 15.0, 20.0)
NO_BREAK_PLACES = 3  # fewer candidates than this leave nothing to locate


def variants(rows: Rows, stated: float) -> Iterator[tuple[str, Rows]]:
    """Other defensible versions of the rows, by label; those that the study cannot give are left out."""
    if rows.partner_exposure is not None:
        yield "partner's report as the count", rows.with_exposure(rows.partner_exposure)
        yield "mean of both reports as the count", rows.with_exposure(_halves(rows.exposure, rows.partner_exposure))
    if rows.other_exposure is not None:
        yield "the partner's own curve held", rows.with_controls(around(rows.other_exposure, stated))
    if rows.together_hours is not None:
        yield f"days with {LEAST_HOURS:g} h together or more", rows.where(rows.together_hours >= LEAST_HOURS)
        yield "log of the hours together held", rows.with_controls(np.log1p(rows.together_hours)[:, None])
    yield "answers of 5, 10, 15 and 20 held apart", rows.with_controls(_heaps(rows.exposure))
    top = max(float(np.quantile(rows.exposure, WINSOR, method="inverted_cdf")), np.ceil(4.0 * stated / 3.0))
    yield f"counts above {top:g} set to {top:g}", rows.with_exposure(np.minimum(rows.exposure, top))
    yield "people below the scale's ceiling", rows.where(below_ceiling(rows))


def around(count: FloatArray, stated: float) -> FloatArray:
    """Two columns (n, 2): the count up to ``stated``, and what goes beyond it."""
    return np.column_stack([capped(count, stated), hinge(count, stated)])


def _halves(own: FloatArray, other: FloatArray) -> FloatArray:
    return np.asarray(np.floor(own + other) / STEPS_PER_TOUCH)


def _heaps(count: FloatArray) -> FloatArray:
    """A column for every multiple of five that is answered: rounded answers then say nothing about the curve."""
    return np.column_stack([(count == five).astype(float) for five in HEAPS if (count == five).any()] or [0.0 * count])


COUNTED = "where on the counted scale"


def sensitivity(rows: Rows, stated: float, rng: np.random.Generator, draws: int) -> tuple[Sensitivity, ...]:
    """Three rows a variant: slope below, slope above (90% bands, as the rule uses) and place of the break (95%).

    A variant that fails the gate of the main analysis for any reason but the number of couples is left out.
    """
    found: list[Sensitivity] = []
    for label, other in variants(rows, stated):
        refused = gate("", other, stated) if len(other) else None
        if not len(other) or (refused is not None and refused.reason != "too_few_couples"):
            continue
        grams = couple_grams(other)
        breaks = breaks_to_try(grams.levels, grams.days.sum(axis=0), stated)
        if len(breaks.hinges) < NO_BREAK_PLACES:
            continue
        weights = redrawn(grams.n_couples, rng, draws)
        slopes, place = Slopes(grams, weights, stated), locate(grams, pooled(grams.cross, weights), breaks)
        found += [
            slopes.low.row(f"{label}: slope below {stated:g}", PER_ONE_MORE),
            slopes.high.row(f"{label}: slope from {stated:g} on", PER_ONE_MORE),
            Sensitivity(
                label=f"{label}: break", estimate=place.estimate, conf_low=place.low, conf_high=place.high, unit=COUNTED
            ),
        ]
    return tuple(found)
