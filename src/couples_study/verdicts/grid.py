"""The verdict had the smallest effect that matters been half as large, or half as large again."""

from __future__ import annotations

from collections.abc import Callable

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.verdict import GridRow

GRID = (0.5, 1.0, 1.5)


def grid_of(evidence: Evidence, smallest: float, verdict_at: Callable[[float], str]) -> tuple[GridRow, ...]:
    """One row per size of the grid; ``verdict_at`` judges the evidence by another smallest effect."""
    raw = _raw_per_unit(evidence)
    return tuple(
        GridRow(
            times=times,
            value=times * smallest,
            raw_value=None if raw is None else times * smallest * raw,
            verdict=verdict_at(times * smallest),
        )
        for times in GRID
    )


def _raw_per_unit(evidence: Evidence) -> float | None:
    """How many raw units (of outcome per one of the predictor) one unit of the tested term is; None if unknown."""
    if len(evidence.tested) != 1:
        return None
    tested = evidence.tested[0]
    raw = next((one for one in evidence.coefficients if one.name == tested.name), None)
    if raw is None or tested.std_error <= 0:
        return None
    return raw.std_error / tested.std_error
