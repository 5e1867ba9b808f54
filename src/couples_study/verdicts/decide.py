"""Judge all cases of a study together: rules, multiplicity, caps, and how readings combine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from couples_study.contracts.evidence import Concern, Evidence
from couples_study.contracts.hypothesis import Correction, Question, Reading
from couples_study.contracts.verdict import (
    CONTRADICTED,
    INCONCLUSIVE,
    NOT_TESTABLE,
    SUPPORTED,
    GridRow,
    Verdict,
)
from couples_study.verdicts.case import Case
from couples_study.verdicts.counted import all_must_hold, counted, p_of_count
from couples_study.verdicts.grid import GRID
from couples_study.verdicts.multiplicity import RATE, benjamini_hochberg, holm
from couples_study.verdicts.reading import judge_reading, p_of_reading, untestable
from couples_study.verdicts.rules import ALPHA

CORRECTIONS: Mapping[Correction, Callable[[Mapping[str, float], int], dict[str, tuple[float, float]]]] = (
    MappingProxyType({"holm": holm, "benjamini_hochberg": benjamini_hochberg})
)


def decide(cases: Sequence[Case]) -> tuple[Verdict, ...]:
    """One verdict per case, in the order given."""
    adjusted = _adjusted(cases)
    return tuple(_judge(case, adjusted.get(case.id)) for case in cases)


def _adjusted(cases: Sequence[Case]) -> dict[str, tuple[float, float]]:
    """Adjusted p and multiplier by case id, each set on its own; a case without a set is a set of one."""
    sets: dict[str, dict[str, float]] = defaultdict(dict)
    sizes: dict[str, int] = {}
    corrections: dict[str, Correction] = {}
    for case in cases:
        p_value = _p_of(case)
        name = case.multiplicity or f"only {case.id}"
        corrections[name] = case.correction
        sizes[name] = max(sizes.get(name, 0), case.set_size if case.multiplicity else 1)
        if p_value is not None:
            sets[name][case.id] = p_value
    found: dict[str, tuple[float, float]] = {}
    for name, p_values in sets.items():
        found |= CORRECTIONS[corrections[name]](p_values, max(sizes[name], len(p_values)))
    return found


def _p_of(case: Case) -> float | None:
    """The p-value that stands for a case in its set: of the deciding reading, or the largest where all must hold."""
    asked = [reading for reading in case.readings if not (reading.aside or _vetoes(reading.question))]
    readings = [reading for reading in asked if isinstance(reading.found, Evidence)]
    if not readings or (case.combine == "all" and len(readings) < len(asked)):
        return None
    p_values = [p_of_reading(reading) for reading in readings]
    if case.combine == "count":
        return p_of_count(p_values, case.at_least or 1, len(asked))
    if case.combine == "lead":
        return p_values[0] if isinstance(case.readings[0].found, Evidence) else None
    return p_values[0] if case.combine == "best_design" else max(p_values)


def _judge(case: Case, adjusted: tuple[float, float] | None) -> Verdict:
    if case.untestable is not None:
        return untestable(case.id, case.statement, case, case.untestable)
    p_adjusted, multiplier = adjusted or (None, 1.0)
    shown_p = p_adjusted if len(case.readings) == 1 else None
    judged = [
        replace(judge_reading(reading, case, shown_p, multiplier), aside=reading.aside) for reading in case.readings
    ]
    if len(judged) == 1:
        whole = judged[0]
    else:
        chosen = _combined(case, judged)
        whole = replace(chosen, readings=tuple(judged))
    limit = RATE if case.correction == "benjamini_hochberg" else ALPHA
    uncorrected = p_adjusted is not None and p_adjusted >= limit
    if len(judged) > 1 and case.combine in ("all", "count"):
        whole = replace(whole, grid=_joint_grid(case, judged, uncorrected=uncorrected))
    if whole.verdict == SUPPORTED and uncorrected:
        whole = replace(whole, verdict=INCONCLUSIVE, reason="multiplicity")
    concerns = (*whole.concerns, *_left_out(case)) if whole.verdict != NOT_TESTABLE else whole.concerns
    return replace(
        whole, id=case.id, statement=case.statement, rule=case.rule_in_words or whole.rule, concerns=concerns
    )


def _joint_grid(case: Case, judged: Sequence[Verdict], *, uncorrected: bool) -> tuple[GridRow, ...]:
    """The claim's verdict had every reading's smallest effect been half, or half again, as large.

    Empty where no reading has a grid; a reading without one stays as it is.
    """
    if not any(verdict.grid for verdict in judged):
        return ()
    rows = []
    for place, times in enumerate(GRID):
        other = [replace(one, verdict=one.grid[place].verdict) if one.grid else one for one in judged]
        kind = _combined(case, other).verdict
        kind = INCONCLUSIVE if kind == SUPPORTED and uncorrected else kind
        rows.append(GridRow(times=times, value=None, raw_value=None, verdict=kind))
    return tuple(rows)


def _left_out(case: Case) -> tuple[Concern, ...]:
    """The part of a claim that its readings do not ask about, so that nobody takes the answer for the whole."""
    return (Concern(code="part_not_tested", sentence=case.not_yet),) if case.not_yet else ()


def _deciding(judged: Sequence[Verdict], vetoes: Sequence[bool]) -> list[Verdict]:
    """The readings that have to hold; where they do not refute the claim themselves, also those that veto it."""
    asked = [verdict for verdict, veto in zip(judged, vetoes, strict=True) if not veto]
    against = [v for v, veto in zip(judged, vetoes, strict=True) if veto and v.verdict == CONTRADICTED]
    return asked if any(verdict.verdict == CONTRADICTED for verdict in asked) else [*asked, *against]


def _vetoes(question: Question) -> bool:
    """Whether a reading of a claim can only speak against it."""
    return isinstance(question, Reading) and question.veto


def _combined(case: Case, judged: Sequence[Verdict]) -> Verdict:
    """The verdict of the readings that do not stand aside."""
    pairs = [(one, reading) for one, reading in zip(judged, case.readings, strict=True) if not reading.aside]
    told = [one for one, _ in pairs]
    if case.combine == "count":
        return counted(told, case.at_least or 1)
    if case.combine == "lead":
        return _led(told)
    if case.combine == "all":
        return all_must_hold(_deciding(told, [_vetoes(reading.question) for _, reading in pairs]))
    return _best_design(told)


def _led(judged: Sequence[Verdict]) -> Verdict:
    """The first reading's verdict, unless a further one is contradicted.

    Where a further reading comes from assignment by lot, it alone speaks to cause.
    """
    first, *others = judged
    against = next((verdict for verdict in others if verdict.verdict == CONTRADICTED), None)
    whole = (
        first
        if against is None or first.verdict == CONTRADICTED
        else replace(first, verdict=CONTRADICTED, reason=f"{against.id}: {against.reason}", strength=against.strength)
    )
    by_lot = next((verdict for verdict in others if verdict.strength == "randomised"), None)
    return whole if by_lot is None else replace(whole, verdict_causal=by_lot.verdict_causal)


def _best_design(judged: Sequence[Verdict]) -> Verdict:
    """The first testable reading decides; readings are listed from the strongest design down."""
    return next((verdict for verdict in judged if verdict.verdict != NOT_TESTABLE), judged[-1])
