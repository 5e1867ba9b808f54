"""How often rule R8 is right and wrong where the truth is known: one cell is a reading, a truth, a trap and a design.

Every replicate has a seed of its own, made from its number and the design; the same number means the same couples
under every truth. So a cell can be run in parts, in any order, and the parts add up; and cells that differ in nothing
but the truth are run together, with what their couples share computed once. Where only false support is asked for, a
replicate is left as soon as one condition of support fails: the answer is that of the whole rule (a test compares).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from couples_study.contracts.verdict import NOT_TESTABLE, SUPPORTED
from couples_study.core.seeds import DEFAULT_SEED, child
from couples_study.models.threshold.between import (
    COUNTED_EXACTLY,
    averages,
    between_gate,
    between_ground,
    between_rows,
)
from couples_study.models.threshold.checks import gate
from couples_study.models.threshold.dose import contrast_facts, contrasts, dose_gate
from couples_study.models.threshold.facts import FactsOnDemand
from couples_study.models.threshold.findings import Findings, Limits, ground_of, ground_on
from couples_study.models.threshold.necessity import group_facts, necessity_gate, necessity_limits, trends
from couples_study.models.threshold.rows import Rows, rows_from
from couples_study.planning.design_worlds import STRENGTH, assigned_touch, couples_of_touch, half_year_of_touch
from couples_study.planning.threshold_screen import Screen
from couples_study.planning.touch_rows import Days, shared_days
from couples_study.planning.touch_worlds import BREAKS, TRAPS, lives_of_touch
from couples_study.verdicts.threshold_conditions import ASKED
from couples_study.verdicts.threshold_designs import judge_between, judge_dose, judge_necessity
from couples_study.verdicts.threshold_rule import ThresholdDecision, judge_threshold, supports

STATED, DRAWS = 6.0, 199
ON_SEVEN = Limits(stated=STATED, total_effect=0.30, slope_low=-0.05, slope_high=0.035)
LIMITS = MappingProxyType({"1-7": ON_SEVEN, "0-100": ON_SEVEN.times(100 / 6)})
COUNTED = (
    "6a_supported", "6a_contradicted", "6b_supported", "6b_contradicted", "any_supported", "strict_contradicted",
    "not_testable", "naive", "covered", "covered_by_test",
)  # fmt: skip
BY_TEST, MOST_BY_TEST = "covered_by_test", 200
OF_SUPPORT = ("6a_supported", "6b_supported", "any_supported", "not_testable")  # all that is known without the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is repeated: ``trap`` is a name in `TRAPS`, ``scale`` the outcome's answer scale."""

    reading: str
    truth: str
    trap: str
    couples: int
    days: int = 28
    scale: str = "1-7"


def counts_of(cell: Cell, first: int, reps: int, *, support_only: bool = False) -> dict[str, int | None]:
    """`counts_together` of one cell."""
    return counts_together([cell], first, reps, support_only=support_only)[cell]


def counts_together(
    cells: Sequence[Cell], first: int, reps: int, *, support_only: bool = False
) -> dict[Cell, dict[str, int | None]]:
    """How many of the replicates ``first``, ``first`` + 1, ... had each outcome in `COUNTED`, cell by cell.

    The ``cells`` differ in nothing but the truth. With ``support_only`` a replicate within days is left as soon as
    one condition of support fails (`supports`); what was not computed is None.
    """
    if len({replace(cell, truth="") for cell in cells}) != 1:
        raise ValueError("cells that are run together differ in nothing but the truth")
    known = OF_SUPPORT if support_only else COUNTED
    counts: dict[Cell, Counter[str]] = {cell: Counter() for cell in cells}
    for replicate in range(first, first + reps):
        if cells[0].reading == "within":
            for cell, outcomes in _within(cells, replicate, support_only=support_only):
                counts[cell].update(outcomes)
        else:
            for cell in cells:
                counts[cell].update(READINGS[cell.reading](cell, replicate))
    return {
        cell: {name: found[name] if name in known and (name != BY_TEST or _by_test(cell)) else None for name in COUNTED}
        for cell, found in counts.items()
    }


def _by_test(cell: Cell) -> bool:
    """Whether the interval by test inversion, which is slow and only a check on the other, is calibrated too."""
    return cell.reading == "within" and cell.trap == "none" and cell.couples <= MOST_BY_TEST


def seeds_of(cell: Cell, replicate: int) -> tuple[np.random.SeedSequence, np.random.SeedSequence]:
    """Chance for the couples' lives, and for the analysis."""
    root = child(DEFAULT_SEED, "threshold", cell.reading, str(cell.couples), str(cell.days), str(replicate))
    lives, analysis = root.spawn(2)
    return lives, analysis


def _within(cells: Sequence[Cell], replicate: int, *, support_only: bool) -> Iterator[tuple[Cell, Iterable[str]]]:
    """The within-day reading of one replicate under the truths of ``cells``."""
    lives_seed, analysis = seeds_of(cells[0], replicate)
    lives = lives_of_touch(couples=cells[0].couples, days=cells[0].days, seed=lives_seed, trap=TRAPS[cells[0].trap])
    shared = shared_days(lives, STATED)
    found = []
    for cell in cells:
        latent = lives.latent(cell.truth)
        days = shared or Days(lives, lives.answered(latent), STATED)
        found.append((cell, days, days.with_outcome(latent, cell.scale)))
    if not support_only:
        yield from ((cell, _judged(cell, days, rows, analysis)) for cell, days, rows in found)
        return
    for alike in [found] if shared else [[one] for one in found]:
        yield from _supported(alike, analysis)


def _facts(cell: Cell, days: Days, rows: Rows, seed: np.random.SeedSequence) -> FactsOnDemand:
    found = Findings(ground_on(days.crossed, rows, STATED, seed, DRAWS, days.curves))
    return FactsOnDemand("R8", found, {**LIMITS[cell.scale].facts(), **days.counted})


def _judged(cell: Cell, days: Days, rows: Rows, seed: np.random.SeedSequence) -> Iterator[str]:
    """Verdicts, a fixed kink's own significance, and whether the break's interval covers."""
    if gate("R8", rows, STATED) is not None:
        yield NOT_TESTABLE
        return
    facts = _facts(cell, days, rows, seed)
    yield from verdicts_of(judge_threshold(facts))
    yield from shown(facts, BREAKS.get(cell.truth), by_test=_by_test(cell))


def _supported(
    alike: Sequence[tuple[Cell, Days, Rows]], seed: np.random.SeedSequence
) -> Iterator[tuple[Cell, Sequence[str]]]:
    """Whether 6a and 6b are supported, and no more, for outcomes of the same days."""
    days = alike[0][1]
    may = np.full(len(alike), ASKED["not_heaped"].holds(days.counted))
    if may.any() and days.crossed.told_apart:
        outcomes = np.column_stack([rows.outcome for _, _, rows in alike])
        may = Screen(days.crossed, outcomes, STATED, seed).passes()
    for (cell, _, rows), passed in zip(alike, may, strict=True):
        if gate("R8", rows, STATED) is not None:
            yield cell, (NOT_TESTABLE,)
        else:
            yield cell, OF_SUPPORT[:3] if passed and supports(_facts(cell, days, rows, seed)) else ()


def verdicts_of(decision: ThresholdDecision) -> Iterator[str]:
    """The decision as outcomes to be counted."""
    subs = (decision.minimum, decision.plateau)
    yield from (f"{sub.reading}_{sub.verdict}" for sub in subs)
    yield f"strict_{decision.strict.verdict}"
    if SUPPORTED in {sub.verdict for sub in subs}:
        yield "any_supported"


def shown(facts: Mapping[str, float], place: float | None, *, by_test: bool = False) -> Iterator[str]:
    """Whether a kink at the stated value would be called significant, and both intervals' coverage of ``place``."""
    if facts["slope_change_high90"] < 0.0:
        yield "naive"
    if place is not None and facts["tau_low"] <= place <= facts["tau_high"]:
        yield "covered"
    if by_test and place is not None and facts["tau_tested_low"] <= place <= facts["tau_tested_high"]:
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
    limits = LIMITS[cell.scale].times(STRENGTH)
    found = Findings(between_ground(rows, STATED, analysis, DRAWS))
    facts = FactsOnDemand("R8", found, {**limits.facts(), **COUNTED_EXACTLY})
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
    rows = between_rows(table["exposure"].to_numpy(), table["slope"].to_numpy())
    found = Findings(between_ground(rows, STATED, analysis, DRAWS))
    given = {**necessity_limits(STATED, SMALLEST_LOSS).facts(), **group_facts(table, STATED, SMALLEST_LOSS)}
    yield from verdicts_of(judge_necessity(FactsOnDemand("R8", found, {**given, **COUNTED_EXACTLY})))


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
    ground = ground_of(rows, STATED, analysis, DRAWS)
    given = {**COUNTED_EXACTLY, **contrast_facts(contrasts(ground, rows), rows, STATED)}
    facts = FactsOnDemand("R8", Findings(ground), {**LIMITS[cell.scale].facts(), **given})
    yield from verdicts_of(judge_dose(facts))
    yield from shown(facts, BREAKS.get(cell.truth))


HAPPY: Mapping[str, float] = MappingProxyType({"none": 0.0, "happy couples touch more": 0.15})
LEAVE: Mapping[str, float] = MappingProxyType({"none": 0.0, "unhappy couples leave": 0.01})
ADHERENCE: Mapping[str, float] = MappingProxyType({"none": 1.0, "7 days in 10 as assigned": 0.7})
SMALLEST_LOSS = 0.25  # SD per half year
READINGS: Mapping[str, Callable[[Cell, int], Iterator[str]]] = MappingProxyType(
    {"between": _between, "necessity": _necessity, "dose": _dose}
)
