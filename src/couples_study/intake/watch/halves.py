"""Even-odd consistency of a person over halves of scales."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from couples_study.contracts.watch import Battery

FEWEST_HALVES = 5


def even_odd(scales: Sequence[tuple[Battery, Sequence[np.ndarray]]], person: np.ndarray) -> np.ndarray:
    """Consistency of each person 0, 1, 2, ...; NaN where fewer than five pairs of halves, or none that vary.

    Every scale of every questionnaire gives one pair: the mean of its odd items and the mean of its even ones, reversed
    items turned round and all scales brought to 0 to 1. The person's correlation over these pairs is corrected to full
    length by Spearman-Brown and never below -1 (Meade and Craig, 2012, p. 443; Curran, 2016, p. 10).
    """
    people = int(person.max()) + 1 if len(person) else 0
    sums = np.zeros((6, people))
    for battery, items in scales:
        odd, even = _halves(battery, items)
        both = ~(np.isnan(odd) | np.isnan(even))
        who = person[both]
        x, y = odd[both], even[both]
        powers = (None, x, y, x * x, y * y, x * y)
        sums += np.stack([np.bincount(who, weights=values, minlength=people) for values in powers])
    return _corrected(sums)


def _corrected(sums: np.ndarray) -> np.ndarray:
    n, x, y, xx, yy, xy = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        vx, vy, vxy = xx - x * x / n, yy - y * y / n, xy - x * y / n
        r = np.where((vx > 1e-9 * n) & (vy > 1e-9 * n), vxy / np.sqrt(np.maximum(vx * vy, 0)), np.nan)
        full = np.where(r > -1 / 3, 2 * r / (1 + r), -1.0)
    return np.where((n >= FEWEST_HALVES) & ~np.isnan(r), full, np.nan)


def _halves(battery: Battery, items: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    turned = _turned(battery, items)
    return _mean(turned[0::2]), _mean(turned[1::2])


def _turned(battery: Battery, items: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Items from 0 to 1, reversed ones turned round; without a declared range, between the ends that were used."""
    low, high = battery.low, battery.high
    if low is None or high is None:
        known = [item[~np.isnan(item)] for item in items]
        low = min((float(item.min()) for item in known if len(item)), default=0.0)
        high = max((float(item.max()) for item in known if len(item)), default=1.0)
    span = (high - low) or 1.0
    return [
        (high - item) / span if name in battery.reversed else (item - low) / span
        for name, item in zip(battery.items, items, strict=True)
    ]


def _mean(items: Sequence[np.ndarray]) -> np.ndarray:
    if len(items) == 1:
        return items[0]
    known = sum((~np.isnan(item)).astype("int16") for item in items)
    with np.errstate(divide="ignore", invalid="ignore"):
        return sum(np.nan_to_num(item) for item in items) / np.where(known > 0, known, np.nan)
