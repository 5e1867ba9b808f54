"""The same question between couples: are those who average the stated number the satisfied ones?

A couple is one observation: the mean of both partners' average counts, to the nearest half, and of their outcomes. The
rival curves, the tests and the comparison are those of the daily curve, with a constant in place of the persons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.evidence import Concern, Counts, Evidence, NotTestable, Sensitivity
from couples_study.models.threshold.checks import FEWEST_COUPLES
from couples_study.models.threshold.facts import complete
from couples_study.models.threshold.findings import Findings, Ground, Limits
from couples_study.models.threshold.grams import CoupleGrams, solve
from couples_study.models.threshold.handed_on import check_request, figure_of, tested_of
from couples_study.models.threshold.rows import CAP, STEPS_PER_TOUCH, FloatArray, Rows
from couples_study.models.threshold.shapes import FOLDS
from couples_study.models.threshold.slopes import estimate_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

LEAST_ON_A_SIDE = 0.10  # of the couples, and this many of them at least:
FEWEST_ON_A_SIDE = 10
DAILY = ("heaping_index", "partner_kappa", "partner_rank_correlation")  # facts about days, not about averages
COUNTED_EXACTLY = {"heaping_index": 1.0}


def averages(frame: pd.DataFrame, columns: tuple[str, ...] = ("exposure", "outcome")) -> pd.DataFrame:
    """Couples' means of their members' means: one row per couple, in an order made from the numbers.

    ``frame`` has couple_id, person_id and ``columns``, one row per person or many; rows with a gap are left out.
    """
    known = frame.dropna(subset=[*columns]).astype(dict.fromkeys(columns, "float64"))
    people = known.groupby(["couple_id", "person_id"], sort=True)[list(columns)].mean()
    couples = people.groupby("couple_id", sort=True).mean()
    return couples.sort_values(list(columns), kind="stable", ignore_index=True)


def between_rows(exposure: FloatArray, outcome: FloatArray) -> Rows:
    """Couples as rows; an average count is rounded to the nearest half, far within its own error."""
    couple = np.arange(len(outcome))
    halves = np.minimum(np.rint(exposure * STEPS_PER_TOUCH) / STEPS_PER_TOUCH, CAP)
    return Rows(
        couple=couple, person=couple, day=np.zeros(len(couple)), exposure=halves, outcome=outcome,
        controls=np.empty((len(couple), 0)),
    )  # fmt: skip


def between_grams(rows: Rows, stated: float) -> CoupleGrams:
    """Cross-products of [one indicator per half, a constant, the outcome], one couple each."""
    top = max(float(rows.exposure.max()), 2.0 * stated)
    levels = np.arange(0.0, top + 0.25, 1.0 / STEPS_PER_TOUCH)
    at = np.rint(rows.exposure * STEPS_PER_TOUCH).astype(int)
    days = (at[:, None] == np.arange(len(levels))).astype(np.int64)
    columns = np.column_stack([days, np.ones(len(rows)), rows.outcome])
    cross = columns[:, :, None] * columns[:, None, :]
    return CoupleGrams(levels=levels, n_controls=1, cross=cross, days=days, order=np.arange(len(rows)))


def between_gate(id_: str, rows: Rows, stated: float) -> NotTestable | None:
    """Too few couples, or too few of them on one side of the stated value."""
    if len(rows) < FEWEST_COUPLES:
        return NotTestable(
            id=id_, reason="too_few_couples", detail=f"{FEWEST_COUPLES} couples are needed, {len(rows)} have averages"
        )
    reached = rows.exposure >= stated
    fewest = int(min(reached.sum(), (~reached).sum()))
    if fewest < max(FEWEST_ON_A_SIDE, LEAST_ON_A_SIDE * len(rows)):
        wanted = f"needed are {LEAST_ON_A_SIDE:.0%} of the couples on either side of {stated:g}"
        return NotTestable(id=id_, reason="positivity", detail=f"{wanted}; found {fewest} of {len(rows)}")
    if not np.ptp(rows.outcome) > 0:
        return NotTestable(id=id_, reason="no_variation", detail="the outcome is the same in every couple")
    return None


def between_ground(rows: Rows, stated: float, seed: np.random.SeedSequence, draws: int) -> Ground:
    """What every step starts from. Nobody is left out for a ceiling: couples would be chosen by their outcome."""
    grams = between_grams(rows, stated)
    return Ground(rows, grams, lambda: grams, stated, seed, draws)


def average_facts(facts: Mapping[str, float]) -> dict[str, float]:
    """Facts without those on miscounting: averages and assigned numbers are neither rounded nor disagreed on."""
    return {**{name: value for name, value in facts.items() if name not in DAILY}, **COUNTED_EXACTLY}


def between_evidence(
    *,
    id: str,  # noqa: A002 - the word of `Evidence` and of study.toml
    frame: pd.DataFrame,
    limits: Limits,
    unit: str,
    seed: np.random.SeedSequence,
    draws: int = 199,
    labels: tuple[str, str] = ("Average count", "Outcome"),
) -> Evidence | NotTestable:
    """Does the outcome of couples change where their average count reaches the stated value, and only there?

    Parameters
    ----------
    frame
        couple_id, person_id, exposure (a person's average count), outcome, and share (of the person's days that reach
        the stated value) where the diary has days; one row per person.
    limits, unit
        What matters, in units of the outcome.

    Returns
    -------
    Evidence or NotTestable
        Refused with a reason: fewer than 60 couples, or hardly any on one side of the stated value.
    """
    check_request(id, limits.stated, draws)
    table = averages(frame, ("exposure", "outcome", *(("share",) if "share" in frame else ())))
    rows = between_rows(table["exposure"].to_numpy(), table["outcome"].to_numpy())
    refused = between_gate(id, rows, limits.stated)
    if refused is not None:
        return refused
    ground = between_ground(rows, limits.stated, seed, draws)
    found = Findings(ground)
    facts = average_facts(complete(id, found, rows, limits))
    used = frame.dropna(subset=["exposure", "outcome"])
    stated = limits.stated
    return Evidence(
        id=id, model="threshold_between", unit=unit, tested=tested_of(found), coefficients=tested_of(found)[:2],
        counts=Counts(couples=len(rows), people=int(used["person_id"].nunique()), n_obs=len(rows)),
        equation=f"y_c = a + b1 min(x_c, {stated:g}) + b2 max(x_c - {stated:g}, 0) + e_c, couples' averages",
        formula=f"outcome ~ min(exposure, {stated:g}) + max(exposure - {stated:g}, 0)",
        estimator=f"least squares between couples; {draws} resamples of couples; {FOLDS} folds of couples left out",
        concerns=(BETWEEN,), sensitivity=tuple(_by_share(table, ground.weights)), facts=facts,
        figure=figure_of(ground, found, facts, labels),
    )  # fmt: skip


BETWEEN = Concern(
    code="between_couples",
    sentence="Couples who touch more may differ in much else; a curve between couples says nothing about more touch.",
)


def _by_share(table: pd.DataFrame, weights: FloatArray) -> list[Sensitivity]:
    """The outcome on the share of days that reach the stated value: from never to always."""
    if "share" not in table:
        return []
    columns = np.column_stack([np.ones(len(table)), table["share"], table["outcome"]])
    products = columns[:, :, None] * columns[:, None, :]
    here, there = products.sum(axis=0), np.tensordot(weights, products, axes=1)
    value, drawn = (solve(stack[..., :2, :2], stack[..., :2, 2:])[..., 1, 0] for stack in (here, there))
    return [estimate_of(float(value), drawn).row("share of days that reach the stated number, from none to all")]
