"""Everything that is computed once from one set of rows, and the numbers of it that rule R8 reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from couples_study.core.errors import AnalysisError
from couples_study.models.threshold.basis import AT_STATED, Breaks, Shape, breaks_to_try, number_of, rivals
from couples_study.models.threshold.checks import below_ceiling, descriptives
from couples_study.models.threshold.criteria import criteria
from couples_study.models.threshold.grams import CoupleGrams, grams_among, pooled, redrawn
from couples_study.models.threshold.location import Location, locate, places_not_rejected
from couples_study.models.threshold.shapes import Comparison, compare, folds_of
from couples_study.models.threshold.slopes import Estimate, Slopes, slopes_around
from couples_study.models.threshold.slopes import total_effect as effect_of
from couples_study.models.threshold.suptest import BreakTests, break_tests, random_signs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from couples_study.models.threshold.rows import FloatArray, Rows

RIVAL_FACTS = {
    "none": "F0", "linear": "F1", "log": "F2", "saturating": "F2s", "s_curve": "F2g",
    "free_hinge": "F4", "free_step": "F6",
    "rise_only": "F8", "parabola": "F9", "hump": "F9h", "smooth": "F10",
}  # fmt: skip
WEIGHT_FACTS = {**RIVAL_FACTS, "plateau_at_stated": "F3", "step_at_stated": "F5", "slopes_at_stated": "F7"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every step starts from: rows, their cross-products, the rivals, and one set of resampled couples.

    ``weights`` (draws, couples) say how often each couple was drawn, ``sample`` (draws, m, m) what they add up to.
    """

    rows: Rows
    stated: float
    grams: CoupleGrams
    roomy: CoupleGrams  # of the people below the scale's ceiling, the same couples in the same order
    breaks: Breaks
    shapes: Mapping[str, Shape]
    weights: FloatArray
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
    bic: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What matters, in outcome units: the smallest total effect, and slopes per touch that still count as flat."""

    stated: float
    total_effect: float
    slope_low: float
    slope_high: float

    def times(self, factor: float) -> Limits:
        """The same limits where the outcome's unit is ``factor`` times as fine: 100/6 puts 1-7 on 0-100."""
        return Limits(
            stated=self.stated, total_effect=factor * self.total_effect, slope_low=factor * self.slope_low,
            slope_high=factor * self.slope_high,
        )  # fmt: skip

    def facts(self) -> dict[str, float]:
        """The limits under the names by which rule R8 reads them."""
        return {
            "stated": self.stated, "last_below": float(np.ceil(self.stated) - 1.0), "limit_total": self.total_effect,
            "limit_low": self.slope_low, "limit_high": self.slope_high,
        }  # fmt: skip


def facts_from(id_: str, rows: Rows, limits: Limits, seed: np.random.SeedSequence, draws: int) -> dict[str, float]:
    """The facts alone, as `threshold_evidence` gives them, without sensitivity rows and figure."""
    found = findings_of(ground_of(rows, limits.stated, seed, draws), seed, draws)
    return complete(id_, found, rows, limits)


def complete(id_: str, found: Findings, rows: Rows, limits: Limits) -> dict[str, float]:
    """All facts of an analysis; `AnalysisError` if one is not finite."""
    facts = {**limits.facts(), **facts_of(found), **descriptives(rows, limits.stated)}
    bad = [name for name, value in facts.items() if not np.isfinite(value)]
    if bad:
        raise AnalysisError(id_, expected="finite numbers", found=f"none for {', '.join(bad)}")
    return facts


def ground_of(rows: Rows, stated: float, seed: np.random.SeedSequence, draws: int) -> Ground:
    """Cross-products, rivals and resampled couples of ``rows``, within persons."""
    grams, roomy = grams_among(rows, below_ceiling(rows))
    return ground_from(rows, grams, roomy, stated, seed, draws)


def ground_from(
    rows: Rows, grams: CoupleGrams, roomy: CoupleGrams, stated: float, seed: np.random.SeedSequence, draws: int
) -> Ground:
    """The same from cross-products that were made elsewhere."""
    days = grams.days.sum(axis=0)
    breaks = breaks_to_try(grams.levels, days, stated)
    weights = redrawn(grams.n_couples, numbered(seed, 0), draws)
    return Ground(
        rows=rows, stated=stated, grams=grams, roomy=roomy, breaks=breaks,
        shapes=rivals(grams.levels, days, stated, breaks), weights=weights, sample=pooled(grams.cross, weights),
    )  # fmt: skip


def findings_of(ground: Ground, seed: np.random.SeedSequence, draws: int) -> Findings:
    """All tests, places, slopes and comparisons; the same seed gives the same numbers."""
    grams, sample, breaks, stated = ground.grams, ground.sample, ground.breaks, ground.stated
    comparison = compare(grams, ground.shapes, folds_of(grams.n_couples, numbered(seed, 2)))
    signs = random_signs(numbered(seed, 5), draws, grams.n_couples)
    return Findings(
        tests=break_tests(grams, breaks, numbered(seed, 1), draws),
        hinge=locate(grams, sample, breaks),
        jump=locate(grams, sample, breaks, jump=True),
        standing=places_not_rejected(grams, breaks.hinges, signs),
        comparison=comparison,
        slopes=slopes_around(grams, ground.weights, stated),
        total=effect_of(grams, sample, ground.shapes[comparison.at_stated], stated),
        total_best=effect_of(grams, sample, ground.shapes[comparison.best], stated),
        roomy=slopes_around(ground.roomy, ground.weights, stated),
        bic=criteria(grams, ground.shapes),
    )


def numbered(seed: np.random.SeedSequence, child: int) -> np.random.Generator:
    """The generator of a numbered child; ``spawn`` would advance the parent and change the next call's numbers."""
    key = (*seed.spawn_key, child)
    return np.random.default_rng(np.random.SeedSequence(seed.entropy, spawn_key=key, pool_size=seed.pool_size))


def facts_of(found: Findings) -> dict[str, float]:
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
        "bic_margin_s_curve": found.bic["F2g"] - min(found.bic[code] for code in AT_STATED),
        **{f"bic_{name}": found.bic[code] for name, code in WEIGHT_FACTS.items()},
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
