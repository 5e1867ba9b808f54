"""The dyadic columns that analyses derive from repeated answers: their formulas, and the columns themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.measures.panel import Panel, panel_of

SYMBOLS = (
    "c is the couple, i the person, -i the partner, t the day or wave, M(i) the mean of i's answered days, "
    "G the mean of all M."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """One kind of derived column: its ending in exports, its term in results, and its formula.

    `SYMBOLS` says what stands for what in formulas.
    """

    ending: str
    term: str
    meaning: str
    formula: str
    of: Callable[[Panel, str], np.ndarray]


def _between(panel: Panel, column: str, who: str) -> np.ndarray:
    return panel.person_mean(column, who) - panel.grand_mean(column)


KINDS = (
    Derived(ending="_a", term="actor", meaning="own answer", formula="x(c,i,t)", of=lambda p, x: p.value(x)),
    Derived(
        ending="_p", term="partner", meaning="partner's answer of the same day", formula="x(c,-i,t)",
        of=lambda p, x: p.value(x, "partner"),
    ),
    Derived(
        ending="_w", term="actor.within", meaning="own deviation from the own usual", formula="x(c,i,t) - M(i)",
        of=lambda p, x: p.value(x) - p.person_mean(x),
    ),
    Derived(
        ending="_b", term="actor.between", meaning="own usual against everybody's", formula="M(i) - G",
        of=lambda p, x: _between(p, x, "own"),
    ),
    Derived(
        ending="_pw", term="partner.within", meaning="partner's deviation from the partner's usual",
        formula="x(c,-i,t) - M(-i)", of=lambda p, x: p.value(x, "partner") - p.person_mean(x, "partner"),
    ),
    Derived(
        ending="_pb", term="partner.between", meaning="partner's usual against everybody's", formula="M(-i) - G",
        of=lambda p, x: _between(p, x, "partner"),
    ),
    Derived(
        ending="_l1", term="lag1", meaning="own answer of the day before, blank after a gap", formula="x(c,i,t-1)",
        of=lambda p, x: p.value(x, "own", 1),
    ),
    Derived(
        ending="_pl1", term="partner.lag1", meaning="partner's answer of the day before, blank after a gap",
        formula="x(c,-i,t-1)", of=lambda p, x: p.value(x, "partner", 1),
    ),
)  # fmt: skip


def dyadic(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """The derived columns of ``columns``, row by row beside ``frame``, which has couple_id, person_id and time."""
    panel = panel_of(frame)
    made = {name + kind.ending: kind.of(panel, name) for name in columns for kind in KINDS if kind.ending != "_a"}
    return pd.DataFrame(made, index=frame.index)
