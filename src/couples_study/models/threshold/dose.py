"""The only reading that speaks to cause: couples were told, by lot, how many touches a day to aim at.

What the assignment does (intention to treat) is read off contrasts of neighbouring numbers and off the same curves and
tests as in the diary; what the touches do is estimated with the assigned numbers as instruments for the counted ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.evidence import Concern, Counts, Evidence, NotTestable, Sensitivity
from couples_study.models.threshold.basis import step, within_person
from couples_study.models.threshold.between import average_facts
from couples_study.models.threshold.checks import FEWEST_COUPLES, PLANNED_COUPLES
from couples_study.models.threshold.facts import complete
from couples_study.models.threshold.findings import Findings, Ground, Limits, ground_of
from couples_study.models.threshold.handed_on import check_request, controls_of, figure_of, tested_of
from couples_study.models.threshold.instruments import instrumented
from couples_study.models.threshold.rows import Rows, rows_from
from couples_study.models.threshold.shapes import FOLDS
from couples_study.models.threshold.slopes import PER_ONE_MORE, Estimate, coefficients

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

LEAST_OF_A_DOSE = 0.05  # of all days at each assigned number
EQUAL = 0.10  # within-person SD: the smallest contrast that matters, and the limit of equivalence


def dose_gate(id_: str, rows: Rows, stated: float) -> NotTestable | None:
    """Too few couples, or no assigned number on one side of the stated one."""
    if rows.n_couples < FEWEST_COUPLES:
        return NotTestable(
            id=id_, reason="too_few_couples", detail=f"{FEWEST_COUPLES} couples are needed, {rows.n_couples} have days"
        )
    doses = doses_of(rows)
    below, above = (doses < stated).sum(), (doses > stated).sum()
    if stated not in doses or not below or not above:
        return NotTestable(
            id=id_, reason="positivity",
            detail=f"needed are {LEAST_OF_A_DOSE:.0%} of the days at {stated:g}, at fewer and at more; found "
            f"{below} lower and {above} higher numbers",
        )  # fmt: skip
    if not np.ptp(rows.outcome) > 0:
        return NotTestable(id=id_, reason="no_variation", detail="the outcome is the same on every day")
    return None


def doses_of(rows: Rows) -> np.ndarray:
    """The assigned numbers that enough days were assigned to, in order."""
    doses, days = np.unique(rows.exposure, return_counts=True)
    return np.asarray(doses[days >= LEAST_OF_A_DOSE * len(rows)])


def contrasts(ground: Ground, rows: Rows) -> dict[tuple[float, float], Estimate]:
    """Each assigned number minus the next lower one, in outcome units, by (higher, lower)."""
    doses = doses_of(rows)
    columns = [step(ground.grams.levels, dose) for dose in doses[1:]]
    found = coefficients(ground.grams, ground.sample, *columns)
    return {(float(high), float(low)): estimate for low, high, estimate in zip(doses, doses[1:], found, strict=False)}


def within_sd(rows: Rows) -> float:
    """Pooled standard deviation of the outcome within persons."""
    person = np.unique(rows.person, return_inverse=True)[1]
    days = np.bincount(person)
    left = rows.outcome - (np.bincount(person, weights=rows.outcome) / days)[person]
    return float(np.sqrt((left**2).sum() / max(len(left) - len(days), 1)))


def contrast_facts(found: dict[tuple[float, float], Estimate], rows: Rows, stated: float) -> dict[str, float]:
    """The steps up to and beyond the stated number, in within-person SD."""
    sd = within_sd(rows)
    to = next(estimate for (high, _), estimate in found.items() if high == stated)
    beyond = next(estimate for (_, low), estimate in found.items() if low == stated)
    facts = {"within_sd": sd, "equal": EQUAL, **_adherence(rows)}
    for name, estimate in (("step_to", to), ("step_beyond", beyond)):
        facts |= {
            name: estimate.value / sd, f"{name}_low90": estimate.low90 / sd, f"{name}_high90": estimate.high90 / sd,
            f"{name}_low95": estimate.low95 / sd, f"{name}_high95": estimate.high95 / sd,
        }  # fmt: skip
    return facts


def _adherence(rows: Rows) -> dict[str, float]:
    """Counted touches gained per assigned touch, within persons; nothing where they were not counted."""
    if rows.partner_exposure is None:
        return {}
    used = rows.where(np.isfinite(rows.partner_exposure))
    if used.partner_exposure is None or not len(used):
        return {}
    person = np.unique(used.person, return_inverse=True)[1]
    told, counted = within_person(np.column_stack([used.exposure, used.partner_exposure]), person).T
    return {"adherence": float(told @ counted / (told @ told))} if told @ told > 0 else {}


def dose_evidence(
    *,
    id: str,  # noqa: A002 - the word of `Evidence` and of study.toml
    frame: pd.DataFrame,
    limits: Limits,
    unit: str,
    seed: np.random.SeedSequence,
    draws: int = 199,
    controls: Sequence[str] = (),
    labels: tuple[str, str] = ("Assigned number", "Outcome"),
) -> Evidence | NotTestable:
    """Is the stated number enough, and fewer not, where the number was assigned?

    Parameters
    ----------
    frame
        couple_id, person_id, day, exposure (the number assigned for the day; days without one are left out), outcome,
        and partner_exposure, here the number that was counted, where the study has it.
    limits, unit
        What matters, in outcome units.

    Returns
    -------
    Evidence or NotTestable
        Refused with a reason: fewer than 60 couples, or nobody assigned the stated number, fewer and more.
    """
    stated = limits.stated
    check_request(id, stated, draws)
    rows = rows_from(frame, controls=controls)
    refused = dose_gate(id, rows, stated)
    if refused is not None:
        return refused
    ground = ground_of(rows, stated, seed, draws)
    found = Findings(ground)
    steps = contrasts(ground, rows)
    facts = {**average_facts(complete(id, found, rows, limits)), **contrast_facts(steps, rows, stated)}
    terms = tuple(estimate.term(f"dose.{high:g}-{low:g}") for (high, low), estimate in steps.items())
    return Evidence(
        id=id, model="threshold_dose", unit=unit, tested=terms,
        coefficients=(*terms, *tested_of(found)[:2], *controls_of(ground, (*controls, "day"))),
        counts=Counts(couples=rows.n_couples, people=rows.n_people, n_obs=len(rows), days_used=rows.n_days),
        equation="y_it = a_i + sum over assigned numbers of c_k [z_it >= k] + g'z_it + e_it",
        formula=" + ".join(["outcome ~ factor(assigned)", *controls, "day"]) + " | person",
        estimator=f"least squares within persons, as assigned; {draws} resamples of couples; {FOLDS} folds left out",
        concerns=_concerns(rows.n_couples), sensitivity=_as_touched(rows, ground, stated), facts=facts,
        figure=figure_of(ground, found, facts, labels),
    )  # fmt: skip


def _concerns(couples: int) -> tuple[Concern, ...]:
    unblind = Concern(code="no_blinding", sentence="Couples knew their number: expecting it to help may have helped.")
    few = Concern(
        code="few_couples",
        sentence=f"Fewer than {PLANNED_COUPLES} couples: a real break is often missed in a study of this size.",
    )
    return (unblind, few) if couples < PLANNED_COUPLES else (unblind,)


def _as_touched(rows: Rows, ground: Ground, stated: float) -> tuple[Sensitivity, ...]:
    """Slopes of the counted touches around the stated number, instrumented by the assigned ones."""
    if rows.partner_exposure is None:
        return ()
    slopes = instrumented(rows, ground.grams, ground.weights, rows.partner_exposure, rows.exposure, stated)
    if slopes is None:
        return ()
    return (
        slopes[0].row(f"counted touches, instrumented by the assigned number: slope below {stated:g}", PER_ONE_MORE),
        slopes[1].row(f"counted touches, instrumented by the assigned number: slope from {stated:g} on", PER_ONE_MORE),
    )
