"""From simulated lives to the rows of the threshold analysis, without a frame; what all truths share is made once."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from couples_study.models.threshold.checks import counting
from couples_study.models.threshold.crossed import Crossed
from couples_study.models.threshold.findings import Curves, curves_of
from couples_study.models.threshold.rows import CAP, Rows, numbered_anew
from couples_study.planning.touch_worlds import Lives, answered_on


class Days:
    """The days of ``lives`` that are ``answered`` (couples, 2, days), as `rows_from` would order them.

    ``rows`` have an outcome of zero; the rest is what can be said of the days without an outcome.
    """

    def __init__(self, lives: Lives, answered: np.ndarray, stated: float) -> None:
        self._answered, self._stated = answered, stated
        couple, member, day = np.nonzero(answered)
        counts, time = lives.own[answered].astype(float), day.astype(float)
        self.rows = Rows(
            couple=numbered_anew(couple),
            person=numbered_anew(2 * couple + member),
            day=time,
            exposure=np.minimum(counts, CAP),
            outcome=np.zeros(len(day)),
            controls=time[:, None],
            partner_exposure=lives.partner[answered].astype(float) if lives.trap.error else None,
            capped=int((counts > CAP).sum()),
        )

    @cached_property
    def crossed(self) -> Crossed:
        return Crossed(self.rows)

    @cached_property
    def curves(self) -> Curves:
        return curves_of(self.crossed.levels, self.crossed.days, self._stated)

    @cached_property
    def counted(self) -> dict[str, float]:
        return counting(self.rows, self._stated)

    def with_outcome(self, latent: np.ndarray, scale: str) -> Rows:
        """The same days with closeness ``latent`` (couples, 2, days) as it is answered on ``scale``."""
        return replace(self.rows, outcome=answered_on(scale, latent)[self._answered])


def shared_days(lives: Lives, stated: float) -> Days | None:
    """The days that every truth has; None where it depends on the truth who leaves."""
    return None if lives.leaves is not None else Days(lives, lives.answers, stated)
