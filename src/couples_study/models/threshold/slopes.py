"""How steep is the curve on each side of the stated value, and how much is the whole way worth?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.evidence import Sensitivity, Term
from couples_study.models.threshold.basis import Shape, capped, hinge, step
from couples_study.models.threshold.grams import CoupleGrams, fit, pooled, solve

if TYPE_CHECKING:
    from couples_study.models.threshold.rows import FloatArray

PER_ONE_MORE = "units of the outcome for one more"  # a slope, where a question's own unit is that of the whole way
NARROW, WIDE = 0.90, 0.95  # the rule works with 90% bands; a term reports 95%


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its couple-bootstrap standard error and percentile bands."""

    value: float
    std_error: float
    low90: float
    high90: float
    low95: float
    high95: float

    def term(self, name: str, unit: str | None = None) -> Term:
        """The estimate as a `Term`: 95% percentile interval, p from the normal distribution."""
        from scipy.stats import norm

        z = self.value / self.std_error if self.std_error > 0 else 0.0
        return Term(
            term=name, role=None, estimate=self.value, std_error=self.std_error, df=None, statistic=z,
            p_value=float(2.0 * norm.sf(abs(z))), conf_low=self.low95, conf_high=self.high95, unit=unit,
        )  # fmt: skip

    def row(self, label: str, unit: str | None = None) -> Sensitivity:
        """The estimate as another way to ask, with the 90% band that the rule uses."""
        return Sensitivity(
            label=label, estimate=self.value, conf_low=self.low90, conf_high=self.high90, std_error=self.std_error,
            conf_level=NARROW, unit=unit,
        )  # fmt: skip


def estimate_of(value: float, drawn: FloatArray) -> Estimate:
    """An `Estimate` from the full sample's ``value`` and its resampled values ``drawn`` (draws,)."""
    tails = [(1 - NARROW) / 2, (1 + NARROW) / 2, (1 - WIDE) / 2, (1 + WIDE) / 2]
    low90, high90, low95, high95 = (float(bound) for bound in np.quantile(drawn, tails))
    return Estimate(
        value=float(value), std_error=float(drawn.std(ddof=1)),
        low90=low90, high90=high90, low95=low95, high95=high95,
    )  # fmt: skip


def narrowed(cross: FloatArray, grams: CoupleGrams, *columns: FloatArray) -> FloatArray:
    """``cross`` (..., m, m) on fewer columns: the controls, ``columns`` (each (n_levels,)), the outcome."""
    wanted = np.hstack([grams.control_columns, grams.lifted(np.column_stack(columns)), grams.outcome_column[:, None]])
    return wanted.T @ cross @ wanted


def regressed(narrow: FloatArray, *on: int) -> FloatArray:
    """Coefficients (..., len(on)) of the outcome, the last column of ``narrow`` (..., k, k), on some of the others."""
    at = np.array(on)
    return solve(narrow[..., at[:, None], at], narrow[..., at, -1:])[..., 0]


def coefficients(grams: CoupleGrams, draws: FloatArray, *columns: FloatArray) -> tuple[Estimate, ...]:
    """Estimates of the coefficients of ``columns`` (each (n_levels,)) in one model with the controls."""
    here, there = (
        regressed(narrow, *range(grams.n_controls + len(columns)))[..., grams.n_controls :]
        for narrow in (narrowed(grams.total, grams, *columns), narrowed(draws, grams, *columns))
    )
    return tuple(estimate_of(here[j], there[:, j]) for j in range(len(columns)))


def held_constant(grams: CoupleGrams, draws: FloatArray, stated: float) -> tuple[Estimate, ...]:
    """Coefficients of the controls in the two-slope model, in the order in which they were given."""
    columns = np.column_stack([capped(grams.levels, stated), hinge(grams.levels, stated)])
    shape = Shape(code="F7", fixed=columns, family=np.empty((len(grams.levels), 0)))
    here, there = fit(grams.total, grams, shape).controls, fit(draws, grams, shape).controls
    return tuple(estimate_of(here[j], there[:, j]) for j in range(grams.n_controls))


PIECES = {"below": 0, "above": 1, "jump": 2, "line": 3}  # the columns of `Slopes`, after the controls


class Slopes:
    """Around the stated value, in outcome units per touch; a number is computed when it is first asked for.

    Bands are from ``weights`` (draws, couples) of resampled couples.
    """

    def __init__(self, grams: CoupleGrams, weights: FloatArray, stated: float) -> None:
        self._grams, self._weights, self._stated = grams, weights, stated
        self._drawn: dict[tuple[str, ...], FloatArray] = {}

    @cached_property
    def low(self) -> Estimate:
        """The slope below the stated value in the two-slope model."""
        return self._estimate("below", among=("below", "above"))

    @cached_property
    def high(self) -> Estimate:
        """The slope above it in the two-slope model."""
        return self._estimate("above", among=("below", "above"))

    @cached_property
    def change(self) -> Estimate:
        """High minus low."""
        return self._estimate("above", among=("line", "above"))

    @cached_property
    def jump(self) -> Estimate:
        """The step alone."""
        return self._estimate("jump", among=("jump",))

    @cached_property
    def jump_given_line(self) -> Estimate:
        """The step beside a straight line."""
        return self._estimate("jump", among=("jump", "line"))

    @cached_property
    def high_beside_jump(self) -> Estimate:
        """The slope above when the curve may also jump at the stated value."""
        return self._estimate("above", among=("jump", "below", "above"))

    def break_value(self, *, by_jump: bool) -> float:
        """The value alone, without bands, of the step beside a line, or of the change of slope."""
        return self._value("jump", ("jump", "line")) if by_jump else self._value("above", ("line", "above"))

    def _estimate(self, name: str, *, among: tuple[str, ...]) -> Estimate:
        if among not in self._drawn:
            self._drawn[among] = self._on(self._there, among)
        return estimate_of(self._value(name, among), self._drawn[among][:, among.index(name)])

    def _value(self, name: str, among: tuple[str, ...]) -> float:
        return float(self._on(self._here, among)[among.index(name)])

    def _on(self, narrow: FloatArray, among: tuple[str, ...]) -> FloatArray:
        held = self._grams.n_controls
        return regressed(narrow, *range(held), *(held + PIECES[name] for name in among))[..., held:]

    @cached_property
    def _narrow(self) -> FloatArray:
        levels, stated = self._grams.levels, self._stated
        columns = capped(levels, stated), hinge(levels, stated), step(levels, stated), levels
        return narrowed(self._grams.cross, self._grams, *columns)

    @cached_property
    def _here(self) -> FloatArray:
        return np.asarray(self._narrow.sum(axis=0))

    @cached_property
    def _there(self) -> FloatArray:
        return pooled(self._narrow, self._weights)


def total_effect(grams: CoupleGrams, draws: FloatArray, shape: Shape, stated: float) -> Estimate:
    """f(twice the stated value) - f(0) of one curve, its break or scale found again in every resample."""
    at = int(np.flatnonzero(grams.levels == 2.0 * stated)[0])
    here, there = fit(grams.total, grams, shape).curve, fit(draws, grams, shape).curve
    return estimate_of(here[at] - here[0], there[:, at] - there[:, 0])
