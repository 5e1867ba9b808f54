"""What miscounting and the partner's own count do to the slopes: two instruments, SIMEX, and a joint curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.models.threshold.crossed import couple_grams
from couples_study.models.threshold.grams import pooled, redrawn
from couples_study.models.threshold.instruments import instrumented
from couples_study.models.threshold.simex import without_miscounting
from couples_study.models.threshold.slopes import PER_ONE_MORE, held_constant
from couples_study.models.threshold.variants import around

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from couples_study.contracts.evidence import Sensitivity
    from couples_study.models.threshold.grams import CoupleGrams
    from couples_study.models.threshold.rows import FloatArray, Rows
    from couples_study.models.threshold.slopes import Estimate


def defences(
    rows: Rows, grams: CoupleGrams, weights: FloatArray, stated: float, rng: np.random.Generator
) -> tuple[Sensitivity, ...]:
    """Slopes below and above ``stated``, miscounting taken out in two ways, and the partner's beside one's own.

    ``weights`` (draws, couples) are resamples of the couples of ``grams``. What the study cannot give is left out.
    """
    found = list(
        _pair("counts extrapolated to no miscounting", without_miscounting(rows, grams, weights, stated, rng), stated)
    )
    if rows.partner_exposure is not None:
        by_partner = instrumented(rows, grams, weights, rows.exposure, rows.partner_exposure, stated)
        found += _pair("own report instrumented by the partner's", by_partner, stated)
    if rows.other_exposure is not None:
        found += _pair("partner's count beside one's own", _partners(rows, stated, rng, len(weights)), stated)
    return tuple(found)


def _pair(label: str, slopes: tuple[Estimate, Estimate] | None, stated: float) -> Iterator[Sensitivity]:
    if slopes is not None:
        yield slopes[0].row(f"{label}: slope below {stated:g}", PER_ONE_MORE)
        yield slopes[1].row(f"{label}: slope from {stated:g} on", PER_ONE_MORE)


def _partners(rows: Rows, stated: float, rng: np.random.Generator, draws: int) -> tuple[Estimate, Estimate] | None:
    """Slopes of the partner's count on one's own outcome, one's own curve held (actor-partner model)."""
    if rows.other_exposure is None:
        return None
    joint = rows.with_controls(around(rows.other_exposure, stated))
    if not len(joint):
        return None
    grams = couple_grams(joint)
    sample = pooled(grams.cross, redrawn(grams.n_couples, rng, draws))
    below, above = held_constant(grams, sample, stated)[-2:]
    return below, above
