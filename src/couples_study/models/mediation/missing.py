"""What if missing answers were not like the others? Shifted outcomes and weights, for mediation in trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from couples_study.contracts.evidence import Concern, Sensitivity
from couples_study.models.mediation.effects import Draws, Paths
from couples_study.models.mediation.randomised import drawn_paths, products_of
from couples_study.models.missing_data import FARTHEST, SHIFTS, inverse_probability

NEAR_TIP = 0.5  # standard deviations: a tipping point nearer than this is a concern
STEPS = 201
WEIGHTED = "weighted by the inverse chance of an answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Arm (C,), mediator and outcome (C, 2), what is held (C, 2, k), error variances or None."""

    arm: np.ndarray
    mediator: np.ndarray
    outcome: np.ndarray
    held: np.ndarray
    errors: np.ndarray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifted:
    """The paths as lines over a shift of missing outcomes: ``random`` at none, ``slope`` for each unit of it.

    Outcomes set to their prediction plus a shift change the outcome equation by the shift times the coefficients of
    missingness on the same right-hand side (White, Carpenter and Horton, 2018); the mediator's does not change.
    """

    random: Draws
    slope: Draws

    def at(self, shift: float) -> Draws:
        """The paths where missing outcomes lie ``shift`` above what was expected of them."""
        estimate, resampled = (
            replace(one, b=one.b + shift * more.b, direct=one.direct + shift * more.direct)
            for one, more in (
                (self.random.estimate, self.slope.estimate), (self.random.resampled, self.slope.resampled),
            )
        )  # fmt: skip
        return Draws(estimate=estimate, resampled=resampled)

    def tipping_point(self, sd: float) -> float | None:
        """The shift (in ``sd``) nearest to none at which the interval of the indirect effect holds zero."""
        sign = float(np.sign(self.random.estimate.indirect))
        steps = sorted(np.linspace(-FARTHEST, FARTHEST, STEPS), key=abs)
        held = [step for step in steps if _least(self.at(step * sd).resampled, sign) <= 0]
        return None if not held or held[0] == 0.0 else float(held[0])


def _least(paths: Paths, sign: float) -> float:
    values = sign * paths.indirect
    return float(np.quantile(values[np.isfinite(values)], 0.025))


def missing_rows(
    answers: Answers, random: Draws, seed: np.random.SeedSequence, draws: int, scale: tuple[float, float]
) -> tuple[list[Sensitivity], Mapping[str, float], list[Concern]]:
    """Rows, the tipping point, and a reservation where it is near. ``scale`` is the unit and the outcome's SD."""
    unit, sd = scale
    rows = []
    first = answers.arm[:, None] == 1
    lines = {
        words: _shifted(answers, random, np.broadcast_to(inside, answers.outcome.shape), seed, draws)
        for words, inside in (("the first arm", first), ("both arms", np.ones_like(first)))
    }
    for words, line in lines.items():
        for shift in SHIFTS:
            term = line.at(shift * sd).term("indirect", unit)
            rows.append(Sensitivity.of(term, f"missing answers in {words} {abs(shift):g} SD lower"))
    rows.append(Sensitivity.of(_weighted(answers, seed, draws).term("indirect", unit), WEIGHTED))
    tip = lines["the first arm"].tipping_point(sd)
    if tip is None:
        return rows, {}, []
    sentence = (
        f"If those whose answers are missing in the first arm did {abs(tip):.2f} SD {'worse' if tip < 0 else 'better'} "
        "than expected of them, the interval of the indirect effect would hold zero."
    )
    near = [Concern(code="missing_not_at_random", sentence=sentence)] if abs(tip) < NEAR_TIP else []
    return rows, {"tipping_point": tip}, near


def _shifted(answers: Answers, random: Draws, inside: np.ndarray, seed: np.random.SeedSequence, draws: int) -> Shifted:
    """The line over the shift of outcomes that are missing ``inside`` (C, 2), on the same resamples of couples."""
    missing = np.where(np.isfinite(answers.outcome), 0.0, inside.astype(np.float64))
    missing = np.where(np.isfinite(answers.mediator), missing, np.nan)
    products = products_of(answers.arm, answers.mediator, missing, answers.held)
    slope = drawn_paths(products, np.random.default_rng(seed), draws, answers.errors)
    return Shifted(random=random, slope=slope)


def _weighted(answers: Answers, seed: np.random.SeedSequence, draws: int) -> Draws:
    """Complete rows weighted by one over their chance given arm and what is held."""
    complete = np.isfinite(answers.mediator) & np.isfinite(answers.outcome)
    known = np.isfinite(answers.held).all(axis=-1)
    arm = np.broadcast_to(answers.arm[:, None], complete.shape)[..., None]
    told = np.concatenate([np.ones((*complete.shape, 1)), arm, answers.held], axis=-1)
    weights = np.zeros(complete.shape)
    weights[known] = inverse_probability(complete[known], told[known])
    products = products_of(answers.arm, answers.mediator, answers.outcome, answers.held, weights)
    return drawn_paths(products, np.random.default_rng(seed), draws, answers.errors)
