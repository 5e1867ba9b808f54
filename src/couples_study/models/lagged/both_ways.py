"""Both directions on the same day pairs: does one lead the other on, each the other, or neither?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from couples_study.contracts.evidence import Term
from couples_study.models.clustered import t_beyond, term_of
from couples_study.models.lagged.halves import Corrected, corrected, corrected_path
from couples_study.models.lagged.pairs import Pairs
from couples_study.models.lagged.paths import OWN, Path

SURVIVES = 0.40  # error correlation between two items of one minute that a shown path has to survive
LEVEL95 = 0.05
LARGEST_R, COARSE, FINE = 0.9, 0.05, 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class BothWays:
    """The two paths in the unit of the smallest effect, with what joins them."""

    forward: Path
    backward: Path
    units: tuple[float, float]

    def terms(self) -> tuple[Term, Term, Term]:
        """Terms ``forward`` (predictor to outcome), ``backward`` and ``difference``, couples as clusters."""
        values = [path.value * unit for path, unit in zip((self.forward, self.backward), self.units, strict=True)]
        spread = [
            path.influence[1] * unit for path, unit in zip((self.forward, self.backward), self.units, strict=True)
        ]
        df = self.forward.couples - 1
        return (
            term_of("forward", values[0], _norm(spread[0]), df),
            term_of("backward", values[1], _norm(spread[1]), df),
            term_of("difference", values[0] - values[1], _norm(spread[0] - spread[1]), df),
        )


def _norm(values: np.ndarray) -> float:
    return float(np.sqrt(values @ values))


def shown(path: Path, sign: float = 1.0) -> bool:
    """Whether the path lies on the side of zero that ``sign`` says, at 5% by itself."""
    return bool(sign * path.value > t_beyond(LEVEL95 / 2, path.couples - 1) * path.error)


def item_error_facts(name: str, pairs: Pairs, path: Path, sign: float = 1.0) -> dict[str, float]:
    """Whether a shown path survives item errors correlated `SURVIVES`, and the correlation that would undo it."""
    if not shown(path, sign) or not any(pairs.shared):
        return {f"{name}_survives": 1.0}
    flips = item_error_that_flips(pairs, partial(shown, sign=sign))
    facts = {f"{name}_survives": float(flips is None or flips > SURVIVES)}
    return facts if flips is None else {**facts, f"{name}_flips_at": flips}


def item_error_that_flips(pairs: Pairs, keeps: Callable[[Path], bool]) -> float | None:
    """The smallest error correlation (to .01) between items of one minute at which ``keeps`` is no longer true.

    None where no correlation up to `LARGEST_R` does that, or where no two items were answered in one minute.
    """
    if not any(pairs.shared):
        return None
    moments = corrected(pairs)
    coarse = next((r for r in np.arange(COARSE, LARGEST_R + FINE, COARSE) if not _stands(moments, r, keeps)), None)
    if coarse is None:
        return None
    fine = np.arange(coarse - COARSE + FINE, coarse + FINE / 2, FINE)
    return round(float(next(r for r in fine if not _stands(moments, r, keeps))), 2)


def _stands(moments: Corrected, r: float, keeps: Callable[[Path], bool]) -> bool:
    """Whether the path is kept at this correlation; an own lag beyond 1 means that no true score can have it."""
    try:
        path = moments.path(float(r))
    except np.linalg.LinAlgError:
        return False
    return bool(moments.whole.path(float(r)).params[OWN] <= 1.0) and keeps(path)


def by_role(pairs: Pairs) -> dict[str, Path]:
    """The path among the outcomes of each role; nothing where both partners' accounts are of the same."""
    if pairs.of_couple:
        return {}
    roles = np.unique(pairs.role)
    return {str(role): corrected_path(pairs.where(pairs.role == role)) for role in roles} if len(roles) == 2 else {}
