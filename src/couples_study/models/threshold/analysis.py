"""One call from a diary's rows to the evidence on a named threshold, within persons and days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.evidence import Counts, Evidence, FigureData, NotTestable, Term
from couples_study.core.errors import AnalysisError
from couples_study.models.threshold.basis import Breaks, Shape, breaks_to_try, number_of, rivals
from couples_study.models.threshold.checks import concerns, descriptives, gate
from couples_study.models.threshold.figure import figure_data
from couples_study.models.threshold.grams import CoupleGrams, couple_grams, resampled
from couples_study.models.threshold.location import Location, locate, places_not_rejected
from couples_study.models.threshold.rows import CAP, FloatArray, Rows, rows_from
from couples_study.models.threshold.shapes import FOLDS, Comparison, compare, folds_of
from couples_study.models.threshold.slopes import Estimate, Slopes, held_constant, slopes_around
from couples_study.models.threshold.slopes import total_effect as effect_of
from couples_study.models.threshold.suptest import BreakTests, break_tests, random_signs
from couples_study.models.threshold.variants import below_ceiling_slopes, sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

FEWEST_DRAWS = 99
RIVAL_FACTS = {
    "none": "F0", "linear": "F1", "log": "F2", "saturating": "F2s", "s_curve": "F2g",
    "free_hinge": "F4", "free_step": "F6",
    "rise_only": "F8", "parabola": "F9", "hump": "F9h", "smooth": "F10",
}  # fmt: skip
WEIGHT_FACTS = {**RIVAL_FACTS, "plateau_at_stated": "F3", "step_at_stated": "F5", "slopes_at_stated": "F7"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every step starts from: rows, their cross-products, the rivals, and one set of resampled couples."""

    rows: Rows
    stated: float
    grams: CoupleGrams
    breaks: Breaks
    shapes: Mapping[str, Shape]
    sample: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything computed once from one set of rows."""

    tests: BreakTests
    hinge: Location
    jump: Location
    standing: tuple[float, float]  # lowest and highest place that a test at each place does not reject
    comparison: Comparison
    slopes: Slopes
    total: Estimate
    total_best: Estimate
    roomy: Slopes  # the slopes again, among people below the scale's ceiling


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
    ground = _ground(rows, stated, _rng(seed, 0), draws)
    found = _findings(ground, seed, draws)
    limits = {"stated": stated, "limit_total": total_effect, "limit_low": slope_low, "limit_high": slope_high}
    facts = {**limits, **_facts(found), **descriptives(rows, stated)}
    _check_finite(id, facts)
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
        sensitivity=sensitivity(rows, stated, _rng(seed, 4), draws),
        facts=facts,
        figure=_figure(id, ground, found, facts, labels),
    )


def _check_request(id_: str, stated: float, draws: int) -> None:
    if draws < FEWEST_DRAWS or not (1.0 <= stated <= CAP / 2.0) or stated * 2.0 != round(stated * 2.0):
        raise AnalysisError(
            id_, expected=f"a stated value from 1 to {CAP / 2:g} in halves and at least {FEWEST_DRAWS} draws",
            found=f"stated = {stated:g}, draws = {draws}",
        )  # fmt: skip


def _ground(rows: Rows, stated: float, rng: np.random.Generator, draws: int) -> Ground:
    grams = couple_grams(rows)
    days = grams.days.sum(axis=0)
    breaks = breaks_to_try(grams.levels, days, stated)
    return Ground(
        rows=rows, stated=stated, grams=grams, breaks=breaks, shapes=rivals(grams.levels, days, stated, breaks),
        sample=resampled(grams, rng, draws),
    )  # fmt: skip


def _findings(ground: Ground, seed: np.random.SeedSequence, draws: int) -> Findings:
    grams, sample, breaks, stated = ground.grams, ground.sample, ground.breaks, ground.stated
    comparison = compare(grams, ground.shapes, folds_of(grams.n_couples, _rng(seed, 2)))
    signs = random_signs(_rng(seed, 5), draws, grams.n_couples)
    return Findings(
        tests=break_tests(grams, breaks, _rng(seed, 1), draws),
        hinge=locate(grams, sample, breaks),
        jump=locate(grams, sample, breaks, jump=True),
        standing=places_not_rejected(grams, breaks.hinges, signs),
        comparison=comparison,
        slopes=slopes_around(grams, sample, stated),
        total=effect_of(grams, sample, ground.shapes[comparison.at_stated], stated),
        total_best=effect_of(grams, sample, ground.shapes[comparison.best], stated),
        roomy=below_ceiling_slopes(ground.rows, stated, _rng(seed, 3), draws),
    )


def _rng(seed: np.random.SeedSequence, child: int) -> np.random.Generator:
    """The generator of a numbered child; ``spawn`` would advance the parent and change the next call's numbers."""
    key = (*seed.spawn_key, child)
    return np.random.default_rng(np.random.SeedSequence(seed.entropy, spawn_key=key, pool_size=seed.pool_size))


def _tested(found: Findings) -> tuple[Term, ...]:
    return (
        found.slopes.low.term("exposure.below"),
        found.slopes.high.term("exposure.from"),
        found.total.term("exposure.total"),
    )


def _controls(ground: Ground, names: tuple[str, ...]) -> tuple[Term, ...]:
    found = held_constant(ground.grams, ground.sample, ground.stated)
    return tuple(estimate.term(name) for name, estimate in zip(names, found, strict=True))


def _facts(found: Findings) -> dict[str, float]:
    """The numbers rule R8 reads; ``z_<rival>`` is positive where the curve with its break at the stated value wins."""
    chosen, comparison = found.comparison.at_stated, found.comparison
    by_jump = chosen == "F5"
    return {
        "six_model": number_of(chosen),
        "best_model": number_of(comparison.best),
        "kink_p": found.tests.kink.p_value,
        "jump_p": found.tests.jump.p_value,
        "curvature_p": found.tests.curvature.p_value,
        "tau": found.hinge.estimate,
        "tau_low": found.hinge.low,
        "tau_high": found.hinge.high,
        "tau_tested_low": found.standing[0],
        "tau_tested_high": found.standing[1],
        "step_tau": found.jump.estimate,
        "step_tau_low": found.jump.low,
        "step_tau_high": found.jump.high,
        "step_free_gain_se": comparison.advantage("F6", "F5"),
        **{f"z_{name}": comparison.advantage(chosen, code) for name, code in RIVAL_FACTS.items()},
        **{f"weight_{name}": comparison.weights[code] for name, code in WEIGHT_FACTS.items()},
        **_band("total", found.total),
        **_band("total_best", found.total_best),
        **_band("slope_low", found.slopes.low),
        **_band("slope_high", found.slopes.high),
        **_band("slope_high_beside_jump", found.slopes.high_beside_jump),
        **_band("slope_change", found.slopes.change),
        **_band("jump", found.slopes.jump),
        **_band("break_all", found.slopes.jump_given_line if by_jump else found.slopes.change),
        **_band("break_roomy", found.roomy.jump_given_line if by_jump else found.roomy.change),
    }


def _band(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.value, f"{name}_low90": estimate.low90, f"{name}_high90": estimate.high90}


def _title(stated: float, labels: tuple[str, str]) -> str:
    """The figure's question, from the axis labels without their units."""
    exposure, outcome = (label.split(",", 1)[0] for label in labels)
    return f"Is {stated:g} a threshold? {outcome} by {exposure[:1].lower()}{exposure[1:]}"


def _check_finite(id_: str, facts: Mapping[str, float]) -> None:
    bad = [name for name, value in facts.items() if not np.isfinite(value)]
    if bad:
        raise AnalysisError(id_, expected="finite numbers", found=f"none for {', '.join(bad)}")


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
