"""What will be fitted, in words and in formulas, before any outcome is looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One analysis as planned: its equation, an lme4-style formula, the terms tested, and options it will not use."""

    equation: str
    formula: str
    estimator: str
    tested: tuple[str, ...]
    notes: tuple[str, ...] = ()
