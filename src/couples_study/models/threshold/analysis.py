"""One call from a diary's rows to the evidence on a named threshold, within persons and days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.evidence import Counts, Evidence, NotTestable
from couples_study.models.threshold.checks import concerns, gate
from couples_study.models.threshold.defences import defences
from couples_study.models.threshold.facts import complete
from couples_study.models.threshold.findings import Findings, Limits, ground_of, numbered
from couples_study.models.threshold.handed_on import check_request, controls_of, figure_of, tested_of
from couples_study.models.threshold.rows import rows_from
from couples_study.models.threshold.shapes import FOLDS
from couples_study.models.threshold.variants import sensitivity

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


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
    check_request(id, stated, draws)
    rows = rows_from(frame, controls=controls, trend=trend)
    refused = gate(id, rows, stated)
    if refused is not None:
        return refused
    ground = ground_of(rows, stated, seed, draws)
    found = Findings(ground)
    limits = Limits(stated=stated, total_effect=total_effect, slope_low=slope_low, slope_high=slope_high)
    facts = complete(id, found, rows, limits)
    held = (*controls, *(("day",) if trend else ()))
    couples = ground.grams.n_couples
    return Evidence(
        id=id,
        model="threshold",
        unit=unit,
        tested=tested_of(found),
        coefficients=(*tested_of(found)[:2], *controls_of(ground, held)),
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
        figure=figure_of(ground, found, facts, labels),
    )
