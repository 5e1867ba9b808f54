"""Holm's step-down procedure within a named set; members that could not be tested stay counted (Holm, 1979)."""

from __future__ import annotations

from collections.abc import Mapping


def holm(p_values: Mapping[str, float], set_size: int) -> dict[str, tuple[float, float]]:
    """Adjusted p and the multiplier of each member's own step, by id.

    ``set_size`` is the number of members fixed beforehand; it may exceed the number of p-values, never undercut it.
    """
    if set_size < len(p_values):
        raise ValueError(f"a set of {set_size} can not hold {len(p_values)} p-values")
    adjusted: dict[str, tuple[float, float]] = {}
    running = 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: (item[1], item[0]))):
        multiplier = float(set_size - rank)
        running = min(1.0, max(running, multiplier * p))
        adjusted[name] = (running, multiplier)
    return adjusted
