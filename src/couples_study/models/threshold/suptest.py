"""Is there a break anywhere? A score test maximised over where it could be, with couples' signs drawn at random.

Under a straight line the break's place means nothing, so no chi-square fits the largest statistic (Davies 1987). The
scores of whole couples are multiplied by random signs, which keeps every dependence inside a couple (Liu 1988; Hansen
2017 does the same for a kink with another multiplier).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from couples_study.models.threshold.basis import Breaks, hinge, step
from couples_study.models.threshold.grams import CoupleGrams, residualised

if TYPE_CHECKING:
    from couples_study.models.threshold.rows import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SupTest:
    """The largest score statistic, the candidate that gave it, and its bootstrap p."""

    statistic: float
    candidate: int
    p_value: float


def couple_scores(grams: CoupleGrams, candidates: FloatArray) -> FloatArray:
    """Scores (couples, members) of ``candidates`` (n_levels, members) given a straight line and the controls.

    The candidate is residualised on the line and the controls in the pooled data; the score is its product with the
    residual of the line's own fit, summed over both partners' days.
    """
    null = np.hstack([grams.control_columns, grams.lifted(grams.levels[:, None])])
    columns = np.column_stack([grams.lifted(candidates), grams.outcome_column])
    left = residualised(grams.total, null, columns)
    scores: FloatArray = (grams.cross @ left[:, -1]) @ left[:, :-1]
    return scores


def random_signs(rng: np.random.Generator, draws: int, couples: int) -> FloatArray:
    """Rademacher signs (draws, couples)."""
    return rng.integers(0, 2, size=(draws, couples)).astype(np.float64) * 2.0 - 1.0


def sup_score(scores: FloatArray, signs: FloatArray) -> SupTest:
    """Largest squared, self-normalised score over the candidates, against its distribution under ``signs``.

    Parameters
    ----------
    scores
        (couples, members) from `couple_scores`.
    signs
        (draws, couples) of +1 and -1, the same for all candidates of a draw.

    Notes
    -----
    p = (1 + number of draws at least as large) / (draws + 1), so 199 draws resolve .005.
    """
    spread = (scores**2).sum(axis=0)
    usable = spread > 0
    if not usable.any():
        return SupTest(statistic=0.0, candidate=0, p_value=1.0)
    scale = np.where(usable, spread, np.inf)
    observed = scores.sum(axis=0) ** 2 / scale
    drawn = ((signs @ scores) ** 2 / scale).max(axis=1)
    top = float(observed.max())
    p_value = (1.0 + float((drawn >= top).sum())) / (len(signs) + 1.0)
    return SupTest(statistic=top, candidate=int(observed.argmax()), p_value=p_value)


class BreakTests:
    """Three questions asked of a straight line, all with the same signs: a kink, a jump, any bend."""

    def __init__(self, grams: CoupleGrams, breaks: Breaks, rng: np.random.Generator, draws: int) -> None:
        self._grams, self._breaks = grams, breaks
        self._signs = random_signs(rng, draws, grams.n_couples)

    @cached_property
    def kink(self) -> SupTest:
        """Sup test for a hinge."""
        return self._test([hinge(self._grams.levels, tau) for tau in self._breaks.hinges])

    @cached_property
    def jump(self) -> SupTest:
        """Sup test for a step."""
        return self._test([step(self._grams.levels, tau) for tau in self._breaks.steps])

    @cached_property
    def curvature(self) -> SupTest:
        """Sup test for a logarithm or a square."""
        return self._test([np.log1p(self._grams.levels), self._grams.levels**2])

    def _test(self, candidates: list[FloatArray]) -> SupTest:
        return sup_score(couple_scores(self._grams, np.column_stack(candidates)), self._signs)
