"""Reservations about a dyadic fit, typed so that a verdict's sentence must mention them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.evidence import Concern

if TYPE_CHECKING:
    from couples_study.models.dyadic.design import Design
    from couples_study.models.dyadic.fit import Convergence
    from couples_study.models.dyadic.residual import Floats

FEW_COUPLES = 30  # the smallest sample at which type-I error was studied
HIGH_CONDITION = 1e3  # of the predictors scaled to length one: beyond, an estimate hangs on the last digits
LEAST_RELIABILITY = 0.90

STOPPED = "The search for the best fit stopped before reaching one, so its numbers are provisional."
FLAT = "The data say next to nothing about some variance parameter; degrees of freedom leave it out."
BLURRED = "Some predictors are nearly sums of others; their effects blur."


def of_fit(design: Design, convergence: Convergence, *, information_proper: bool) -> tuple[Concern, ...]:
    """Non-convergence, boundary, flat likelihood, few couples, near-collinear columns."""
    couples, edge = len(design.labels), "; ".join(convergence.boundary)
    possible = (
        (not convergence.converged, "non_convergence", STOPPED),
        (bool(edge), "boundary_variance", f"On the edge of what is possible: {edge}."),
        (not information_proper, "flat_likelihood", FLAT),
        (couples < FEW_COUPLES, "few_couples", f"Only {couples} couples: below {FEW_COUPLES}, tests are approximate."),
        (_condition(design.R) > HIGH_CONDITION, "collinear_columns", BLURRED),
    )
    return tuple(Concern(code=code, sentence=sentence) for holds, code, sentence in possible if holds)


def _condition(R: Floats) -> float:
    """The condition number of X = Q R with columns of length one: Q changes no length."""
    return float(np.linalg.cond(R / np.sqrt((R**2).sum(axis=0))))


def person_mean_reliability(icc: float, days: float) -> tuple[float, Concern | None]:
    """Reliability of a person's mean over ``days`` days, ICC / (ICC + (1 - ICC) / days), and a concern below .90.

    Raudenbush & Bryk (2002, chapter 3).
    """
    reliability = icc / (icc + (1.0 - icc) / days) if icc > 0 else 0.0
    if reliability >= LEAST_RELIABILITY:
        return reliability, None
    sentence = (
        f"Person means over {days:.0f} days have a reliability of {reliability:.2f}, below {LEAST_RELIABILITY:.2f}."
    )
    return reliability, Concern(code="person_mean_reliability", sentence=sentence)
