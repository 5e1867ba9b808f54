"""How often rule R8 is right and wrong where the truth is known: one cell is a reading, a truth, a trap and a design.

Every replicate has a seed of its own, made from its number and the design; the same number means the same couples
under every truth. So a cell can be run in parts, in any order, and the parts add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from couples_study.contracts.verdict import NOT_TESTABLE, SUPPORTED
from couples_study.core.seeds import DEFAULT_SEED, child
from couples_study.models.threshold.between import averages, between_facts, between_gate, between_rows
from couples_study.models.threshold.checks import gate
from couples_study.models.threshold.dose import dose_facts, dose_gate
from couples_study.models.threshold.findings import Limits, facts_from
from couples_study.models.threshold.necessity import necessity_facts, necessity_gate, trends
from couples_study.models.threshold.rows import rows_from
from couples_study.planning.design_worlds import STRENGTH, assigned_touch, couples_of_touch, half_year_of_touch
from couples_study.planning.touch_worlds import BREAKS, TRAPS, diary_of_touch
from couples_study.verdicts.threshold_designs import judge_between, judge_dose, judge_necessity
from couples_study.verdicts.threshold_rule import ThresholdDecision, judge_threshold

STATED, DRAWS = 6.0, 199
ON_SEVEN = Limits(stated=STATED, total_effect=0.30, slope_low=-0.05, slope_high=0.035)
LIMITS = MappingProxyType({"1-7": ON_SEVEN, "0-100": ON_SEVEN.times(100 / 6)})
COUNTED = (
    "6a_supported", "6a_contradicted", "6b_supported", "6b_contradicted", "any_supported", "strict_contradicted",
    "not_testable", "naive", "covered", "covered_by_test",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is repeated: ``trap`` is a name in `TRAPS`, ``scale`` the outcome's answer scale."""

    reading: str
    truth: str
    trap: str
    couples: int
    days: int = 28
    scale: str = "1-7"


def counts_of(cell: Cell, first: int, reps: int) -> dict[str, int]:
    """How many of the replicates ``first``, ``first`` + 1, ... had each outcome in `COUNTED`."""
    counts: Counter[str] = Counter()
    for replicate in range(first, first + reps):
        counts.update(READINGS[cell.reading](cell, replicate))
    return {name: counts[name] for name in COUNTED}


def seeds_of(cell: Cell, replicate: int) -> tuple[np.random.SeedSequence, np.random.SeedSequence]:
    """Chance for the couples' lives, and for the analysis."""
    root = child(DEFAULT_SEED, "threshold", cell.reading, str(cell.couples), str(cell.days), str(replicate))
    lives, analysis = root.spawn(2)
    return lives, analysis


def _within(cell: Cell, replicate: int) -> Iterator[str]:
    """The within-day reading: verdicts, a fixed kink's own significance, and whether the break's interval covers."""
    lives, analysis = seeds_of(cell, replicate)
    trap = TRAPS[cell.trap]
    frame = diary_of_touch(
        cell.truth, couples=cell.couples, days=cell.days, seed=lives, scale=cell.scale, trap=trap
    ).drop(columns="together_hours")
    rows = rows_from(frame if trap.error else frame.drop(columns="partner_exposure"))
    if gate("R8", rows, STATED) is not None:
        yield NOT_TESTABLE
        return
    facts = facts_from("R8", rows, LIMITS[cell.scale], analysis, DRAWS)
    yield from verdicts_of(judge_threshold(facts))
    yield from shown(facts, BREAKS.get(cell.truth))


def verdicts_of(decision: ThresholdDecision) -> Iterator[str]:
    """The decision as outcomes to be counted."""
    subs = (decision.minimum, decision.plateau)
    yield from (f"{sub.reading}_{sub.verdict}" for sub in subs)
    yield f"strict_{decision.strict.verdict}"
    if SUPPORTED in {sub.verdict for sub in subs}:
        yield "any_supported"


def shown(facts: Mapping[str, float], place: float | None) -> Iterator[str]:
    """Whether a kink at the stated value would be called significant, and both intervals' coverage of ``place``."""
    if facts["slope_change_high90"] < 0.0:
        yield "naive"
    if place is not None and facts["tau_low"] <= place <= facts["tau_high"]:
        yield "covered"
    if place is not None and facts["tau_tested_low"] <= place <= facts["tau_tested_high"]:
        yield "covered_by_test"


def _between(cell: Cell, replicate: int) -> Iterator[str]:
    """Couples' averages; a trap by name is what happy couples add to their touches."""
    lives, analysis = seeds_of(cell, replicate)
    frame = couples_of_touch(cell.truth, couples=cell.couples, seed=lives, happy=HAPPY[cell.trap])
    table = averages(frame)
    rows = between_rows(table["exposure"].to_numpy(), table["outcome"].to_numpy())
    if between_gate("R8", rows, STATED) is not None:
        yield NOT_TESTABLE
        return
    facts = between_facts("R8", rows, LIMITS[cell.scale].times(STRENGTH), analysis, DRAWS)
    yield from verdicts_of(judge_between(facts))
    yield from shown(facts, BREAKS.get(cell.truth))


def _necessity(cell: Cell, replicate: int) -> Iterator[str]:
    """Weekly answers over half a year."""
    lives, analysis = seeds_of(cell, replicate)
    frame = half_year_of_touch(cell.truth, couples=cell.couples, seed=lives, leave=LEAVE[cell.trap])
    table = trends(frame)
    if necessity_gate("R8", frame, table, STATED) is not None:
        yield NOT_TESTABLE
        return
    yield from verdicts_of(judge_necessity(necessity_facts("R8", table, STATED, SMALLEST_LOSS, analysis, DRAWS)))


def _dose(cell: Cell, replicate: int) -> Iterator[str]:
    """Five weeks with an assigned number each."""
    lives, analysis = seeds_of(cell, replicate)
    frame = assigned_touch(
        cell.truth, couples=cell.couples, seed=lives, adherence=ADHERENCE[cell.trap], scale=cell.scale
    )
    rows = rows_from(frame)
    if dose_gate("R8", rows, STATED) is not None:
        yield NOT_TESTABLE
        return
    facts = dose_facts("R8", rows, LIMITS[cell.scale], analysis, DRAWS)
    yield from verdicts_of(judge_dose(facts))
    yield from shown(facts, BREAKS.get(cell.truth))


HAPPY: Mapping[str, float] = MappingProxyType({"none": 0.0, "happy couples touch more": 0.15})
LEAVE: Mapping[str, float] = MappingProxyType({"none": 0.0, "unhappy couples leave": 0.01})
ADHERENCE: Mapping[str, float] = MappingProxyType({"none": 1.0, "7 days in 10 as assigned": 0.7})
SMALLEST_LOSS = 0.25  # SD per half year
READINGS: Mapping[str, Callable[[Cell, int], Iterator[str]]] = MappingProxyType(
    {"within": _within, "between": _between, "necessity": _necessity, "dose": _dose}
)
