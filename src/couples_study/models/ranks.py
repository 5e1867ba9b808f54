"""Intervals for ranks that count every comparison they rest on, from estimates and the couples' influence on them.

An item's rank is one more than the number of items that lie above it. Which of them are shown to do so is asked of all
differences at once: the rank can be no better than the number shown above it allows, and no worse than the number shown
below it (Mogstad, Romano, Shaikh and Wilhelm, 2024). The largest of all differences' t is compared with what couples'
influences with random signs would give (a multiplier bootstrap: Chernozhukov, Chetverikov and Kato, 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

DRAWS = 2000
LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """What is known of J ranks: 1 is the largest estimate.

    ``rank`` (J,); ``low`` and ``high`` (J,) their joint intervals; ``p_above`` (J, J) the p-value, adjusted for all
    comparisons, of "row lies above column", 1 where it does not even in the sample; ``spread`` (J,) the standard
    deviation of the rank over resampled couples.
    """

    rank: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_above: np.ndarray
    spread: np.ndarray


def ranked(
    estimates: np.ndarray,
    influence: np.ndarray,
    rng: np.random.Generator,
    *,
    of: np.ndarray | None = None,
    level: float = LEVEL,
    draws: int = DRAWS,
) -> Ranked:
    """Ranks of ``estimates`` (J,) with joint intervals.

    Parameters
    ----------
    estimates
        What is ranked, the largest first.
    influence
        (G, J): each couple's part in the estimates, of mean zero; the sum of products over couples is their variance.
    of
        The numbers of the items whose ranks are asked about; comparisons without any of them are not counted, and the
        intervals of all other items mean nothing. All items where it is None.
    """
    count = len(estimates)
    first, second = np.triu_indices(count, 1)
    asked = np.ones(len(first), dtype=bool) if of is None else np.isin(first, of) | np.isin(second, of)
    first, second = first[asked], second[asked]
    signs = rng.choice(np.array([-1.0, 1.0]), (draws, len(influence)))
    moved = signs @ influence
    t, largest = _statistics(estimates, influence, moved, first, second)
    p = _adjusted(t, largest, len(influence))
    above = np.ones((count, count))
    up = estimates[first] > estimates[second]
    above[np.where(up, first, second), np.where(up, second, first)] = np.where(
        estimates[first] == estimates[second], 1.0, p
    )
    shown = above < 1 - level
    places = np.argsort(np.argsort(-(estimates + moved), axis=1), axis=1)
    return Ranked(
        rank=1 + (estimates[None, :] > estimates[:, None]).sum(axis=1),
        low=1 + shown.sum(axis=0),
        high=count - shown.sum(axis=1),
        p_above=above,
        spread=places.std(axis=0, ddof=1),
    )


def p_at_least(result: Ranked, item: int, place: int) -> float:
    """The p-value of "``item`` is among the first ``place``": that enough others lie below it."""
    others = np.sort(np.delete(result.p_above[item], item))
    needed = len(others) + 1 - place
    return float(others[needed - 1]) if needed > 0 else 0.0


def _statistics(
    estimates: np.ndarray, influence: np.ndarray, moved: np.ndarray, first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The t of each difference, and the largest t of every draw; a difference that never varies has none."""
    groups = len(influence)
    variance = np.einsum("gp,gp->p", *(2 * [influence[:, first] - influence[:, second]]))
    error = np.sqrt(variance)
    varies = error > 1e-12 * max(float(error.max(initial=0.0)), 1e-300)
    safe = np.where(varies, error, 1.0)
    t = np.where(varies, np.abs(estimates[first] - estimates[second]) / safe, 0.0) * np.sqrt((groups - 1) / groups)
    drawn = np.where(varies, np.abs(moved[:, first] - moved[:, second]) / safe, 0.0)
    own = np.sqrt(np.maximum(groups - drawn**2, 1e-9) / (groups - 1))  # each draw has a variance of its own
    return t, (drawn / own).max(axis=1, initial=0.0)


def _adjusted(t: np.ndarray, largest: np.ndarray, groups: int) -> np.ndarray:
    """The share of draws whose largest t is as large; Bonferroni's bound where no draw can tell."""
    ordered = np.sort(largest)
    beyond = len(ordered) - np.searchsorted(ordered, t, side="left")
    drawn = (1 + beyond) / (1 + len(ordered))
    bound = np.minimum(1.0, len(t) * 2 * stats.t.sf(t, groups - 1))
    found: np.ndarray = np.minimum(drawn, bound)
    return found
