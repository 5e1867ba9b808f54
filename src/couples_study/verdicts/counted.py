"""How the readings of one claim join: all of them must hold, or at least so many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from couples_study.contracts.verdict import (
    CONTRADICTED,
    INCONCLUSIVE,
    NOT_TESTABLE,
    SUPPORTED,
    JudgedTerm,
    Verdict,
)


def counted(judged: Sequence[Verdict], at_least: int) -> Verdict:
    """Supported if at least so many readings are; contradicted once so many are that the number is out of reach.

    Readings that can not be tested count as not supported, and speak against nothing.
    """
    kinds = [verdict.verdict for verdict in judged]
    if kinds.count(SUPPORTED) >= at_least:
        kind, reason = SUPPORTED, "enough_readings"
    elif len(kinds) - kinds.count(CONTRADICTED) < at_least:
        kind, reason = CONTRADICTED, "too_few_readings"
    elif len(kinds) - kinds.count(NOT_TESTABLE) < at_least:
        kind, reason = NOT_TESTABLE, next(v.reason for v in judged if v.verdict == NOT_TESTABLE)
    else:
        kind, reason = INCONCLUSIVE, "readings_differ"
    like = next((verdict for verdict in judged if verdict.verdict == kind), judged[0])
    joined = all_must_hold([verdict for verdict in judged if verdict.verdict != NOT_TESTABLE] or list(judged))
    missing = tuple(dict.fromkeys(name for verdict in judged for name in verdict.missing_columns))
    return replace(
        joined,
        verdict=kind,
        reason=reason,
        sentence=like.sentence if kind == NOT_TESTABLE else "",
        missing_columns=missing,
        strength=None if kind == NOT_TESTABLE else joined.strength,
        verdict_causal=_causal(joined, kind),
    )


def _causal(joined: Verdict, kind: str) -> str | None:
    """What may be said of cause: never more than of the association, and only what every reading allows."""
    if joined.verdict_causal is None or kind == joined.verdict_causal:
        return joined.verdict_causal
    return kind if joined.strength == "randomised" or kind == NOT_TESTABLE else INCONCLUSIVE


def p_of_count(p_values: Sequence[float], at_least: int, members: int) -> float | None:
    """The p-value of "at least so many of all members hold" (partial conjunction; Benjamini and Heller, 2008).

    None where fewer than ``at_least`` members could be tested; those that could not count as not shown.
    """
    if len(p_values) < at_least:
        return None
    ordered = [*sorted(p_values), *[1.0] * (members - len(p_values))]
    return min(1.0, (members - at_least + 1) * ordered[at_least - 1])


def all_must_hold(judged: Sequence[Verdict]) -> Verdict:
    """Intersection-union: supported only if every reading is, contradicted as soon as one is (Berger, 1982)."""
    kinds = [verdict.verdict for verdict in judged]
    missing = tuple(dict.fromkeys(name for verdict in judged for name in verdict.missing_columns))
    order = (CONTRADICTED, NOT_TESTABLE, INCONCLUSIVE, SUPPORTED)
    first = judged[kinds.index(next(kind for kind in order if kind in kinds))]
    concerns = tuple({concern.code: concern for verdict in judged for concern in verdict.concerns}.values())
    causal = [verdict.verdict_causal for verdict in judged]
    weakest = max((v.strength for v in judged if v.strength), key=_weakness, default=None)
    return replace(
        first,
        missing_columns=missing,
        concerns=concerns,
        strength=weakest,
        terms=tuple(_of_reading(verdict, term) for verdict in judged for term in verdict.terms),
        unit=first.unit if len({v.unit for v in judged}) == 1 else None,
        smallest_effect=first.smallest_effect if len({v.smallest_effect for v in judged}) == 1 else None,
        sensitivity=(),
        grid=(),
        direction=first.direction if len({v.direction for v in judged}) == 1 else "undetermined",
        magnitude=first.magnitude if len({v.magnitude for v in judged}) == 1 else "undetermined",
        verdict_causal=next((kind for kind in order if kind in causal), None),
    )


def _of_reading(verdict: Verdict, term: JudgedTerm) -> JudgedTerm:
    """A reading's term among those of the whole claim, with the reading's name and unit."""
    return replace(term, term=f"{verdict.id}: {term.term}", unit=term.unit or verdict.unit)


def _weakness(strength: str) -> int:
    return ("randomised", "lagged", "associational", "descriptive").index(strength)
