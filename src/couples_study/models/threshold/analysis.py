"""One call from a diary's rows to the evidence on a named threshold, within persons and days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.evidence import Counts, Evidence, FigureData, NotTestable, Term
from couples_study.core.errors import AnalysisError
from couples_study.models.threshold.checks import concerns, gate
from couples_study.models.threshold.defences import defences
from couples_study.models.threshold.figure import figure_data
from couples_study.models.threshold.findings import Findings, Ground, Limits, complete, findings_of, ground_of, numbered
from couples_study.models.threshold.rows import CAP, rows_from
from couples_study.models.threshold.shapes import FOLDS
from couples_study.models.threshold.slopes import held_constant
from couples_study.models.threshold.variants import sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

FEWEST_DRAWS = 99


def threshold_evidence(
    *,
    id: str,  # noqa: A002 - the word of `Evidence` and of study.toml
    frame: pd.DataFrame,
    stated: float,
    total_effect: float,
    slope_low: float,
    slope_high: float,
    unit: str,
    seed: np.random.SeedSequence,
    draws: int = 199,
    controls: Sequence[str] = (),
    trend: bool = True,
    same_reporter: bool = True,
    randomised: bool = False,
    labels: tuple[str, str] = ("Count on the day", "Outcome"),
) -> Evidence | NotTestable:
    """Does the within-person curve of an outcome over a daily count change at the stated value, and only there?

    Parameters
    ----------
    frame
        One row per person and day: couple_id, person_id, day, exposure (raw count), outcome; partner_exposure (the
        partner's report of the same touches) and together_hours where the study has them.
    stated
        The value named by the claim, in touches; from 1 to 12.5 in halves.
    total_effect, slope_low, slope_high
        In outcome units, and outcome units per touch: the smallest total effect that matters, from 0 to twice the
        stated value, and the range within which a slope above it counts as flat.
    unit
        The outcome's unit, for the reader.
    seed
        Chance for signs, resamples and folds. It is read, not advanced: the same seed gives the same numbers.
    draws
        Bootstrap draws; 199 resolve a p-value of .005.
    controls, trend
        Numeric columns held constant within persons, and whether a linear trend over days is.
    same_reporter, randomised
        Whether exposure and outcome come from one person, and whether the count was assigned by lot.
    labels
        Axis labels of the figure.

    Returns
    -------
    Evidence or NotTestable
        ``tested`` holds the slopes below and above (``exposure.below``, ``exposure.from``) and the total effect
        (``exposure.total``); ``facts`` what the rule for thresholds reads. Refused with a reason: fewer than 60
        couples, a count that hardly visits one of its bands, an outcome that never changes.

    Notes
    -----
    Curves on the raw count, centred within persons afterwards; sup-score tests with random signs of couples; the
    break by profile sum of squares (after Hansen 2017, Journal of Business and Economic Statistics 35(2)), its
    interval from resampled couples; curves compared on couples that were left out.
    """
    _check_request(id, stated, draws)
    rows = rows_from(frame, controls=controls, trend=trend)
    refused = gate(id, rows, stated)
    if refused is not None:
        return refused
    ground = ground_of(rows, stated, seed, draws)
    found = findings_of(ground, seed, draws)
    limits = Limits(stated=stated, total_effect=total_effect, slope_low=slope_low, slope_high=slope_high)
    facts = complete(id, found, rows, limits)
    held = (*controls, *(("day",) if trend else ()))
    couples = ground.grams.n_couples
    return Evidence(
        id=id,
        model="threshold",
        unit=unit,
        tested=_tested(found),
        coefficients=(*_tested(found)[:2], *_controls(ground, held)),
        counts=Counts(couples=couples, people=rows.n_people, n_obs=len(rows), days_used=rows.n_days),
        equation=f"y_it = a_i + b1 min(x_it, {stated:g}) + b2 max(x_it - {stated:g}, 0) + g'z_it + e_it",
        formula=" + ".join([f"outcome ~ min(exposure, {stated:g})", f"max(exposure - {stated:g}, 0)", *held])
        + " | person",
        estimator=f"least squares within persons; {draws} resamples of couples; {FOLDS} folds of couples left out",
        concerns=concerns(facts, couples, same_reporter=same_reporter, randomised=randomised),
        sensitivity=(
            *sensitivity(rows, stated, numbered(seed, 4), draws),
            *defences(rows, ground.grams, ground.weights, stated, numbered(seed, 6)),
        ),
        facts=facts,
        figure=_figure(id, ground, found, facts, labels),
    )


def _check_request(id_: str, stated: float, draws: int) -> None:
    if draws < FEWEST_DRAWS or not (1.0 <= stated <= CAP / 2.0) or stated * 2.0 != round(stated * 2.0):
        raise AnalysisError(
            id_, expected=f"a stated value from 1 to {CAP / 2:g} in halves and at least {FEWEST_DRAWS} draws",
            found=f"stated = {stated:g}, draws = {draws}",
        )  # fmt: skip


def _tested(found: Findings) -> tuple[Term, ...]:
    return (
        found.slopes.low.term("exposure.below"),
        found.slopes.high.term("exposure.from"),
        found.total.term("exposure.total"),
    )


def _controls(ground: Ground, names: tuple[str, ...]) -> tuple[Term, ...]:
    found = held_constant(ground.grams, ground.sample, ground.stated)
    return tuple(estimate.term(name) for name, estimate in zip(names, found, strict=True))


def _title(stated: float, labels: tuple[str, str]) -> str:
    """The figure's question, from the axis labels without their units."""
    exposure, outcome = (label.split(",", 1)[0] for label in labels)
    return f"Is {stated:g} a threshold? {outcome} by {exposure[:1].lower()}{exposure[1:]}"


def _figure(
    id_: str, ground: Ground, found: Findings, facts: Mapping[str, float], labels: tuple[str, str]
) -> FigureData:
    counted = ("days_below", "days_from", "couple_days_below", "couple_days_from")
    notes = {
        "stated": ground.stated,
        "couples": ground.grams.n_couples,
        **{name: int(facts[name]) for name in counted},
        "six_model": ground.shapes[found.comparison.at_stated].label,
        "best_model": ground.shapes[found.comparison.best].label,
    }
    return figure_data(
        rows=ground.rows, grams=ground.grams, draws=ground.sample, shapes=ground.shapes, hinge=found.hinge,
        jump=found.jump, notes=notes, labels=labels, title=_title(ground.stated, labels),
    )  # fmt: skip
