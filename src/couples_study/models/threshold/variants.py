"""The same question on other rows or with the partner's count: breaks and slopes that should not depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.evidence import Sensitivity
from couples_study.models.threshold.basis import breaks_to_try
from couples_study.models.threshold.checks import below_ceiling, gate
from couples_study.models.threshold.grams import couple_grams, pooled, redrawn
from couples_study.models.threshold.location import locate
from couples_study.models.threshold.slopes import Estimate, slopes_around

if TYPE_CHECKING:
    from collections.abc import Iterator

    from couples_study.models.threshold.rows import Rows

LEAST_HOURS = 1.0
WINSOR = 0.95
NO_BREAK_PLACES = 3  # fewer candidates than this leave nothing to locate


def variants(rows: Rows, stated: float) -> Iterator[tuple[str, Rows]]:
    """Other defensible versions of the rows, by label; those that the study cannot give are left out."""
    if rows.partner_exposure is not None:
        yield "partner's report as the count", rows.with_exposure(rows.partner_exposure)
    if rows.together_hours is not None:
        yield f"days with {LEAST_HOURS:g} h together or more", rows.where(rows.together_hours >= LEAST_HOURS)
    top = max(float(np.quantile(rows.exposure, WINSOR, method="inverted_cdf")), np.ceil(4.0 * stated / 3.0))
    yield f"counts above {top:g} set to {top:g}", rows.with_exposure(np.minimum(rows.exposure, top))
    yield "people below the scale's ceiling", rows.where(below_ceiling(rows))


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
        slopes, place = slopes_around(grams, weights, stated), locate(grams, pooled(grams.cross, weights), breaks)
        found += [
            _row(f"{label}: slope below {stated:g}", slopes.low),
            _row(f"{label}: slope from {stated:g} on", slopes.high),
            Sensitivity(label=f"{label}: break", estimate=place.estimate, conf_low=place.low, conf_high=place.high),
        ]
    return tuple(found)


def _row(label: str, estimate: Estimate) -> Sensitivity:
    return Sensitivity(
        label=label, estimate=estimate.value, conf_low=estimate.low90, conf_high=estimate.high90,
        std_error=estimate.std_error,
    )  # fmt: skip
