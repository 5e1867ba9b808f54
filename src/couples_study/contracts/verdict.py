"""What is decided about a statement, with everything ``verdicts.json`` says of it."""

from __future__ import annotations

from dataclasses import dataclass

from couples_study.contracts.evidence import Concern, Counts

SUPPORTED, CONTRADICTED, INCONCLUSIVE, NOT_TESTABLE = "supported", "contradicted", "inconclusive", "not_testable"
VERDICTS = (SUPPORTED, CONTRADICTED, INCONCLUSIVE, NOT_TESTABLE)
STRENGTHS = ("randomised", "lagged", "associational", "descriptive")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedTerm:
    """A tested term with its multiplicity-adjusted p and the interval at the level the rule used.

    ``unit`` is the verdict's own where it is None.
    """

    term: str
    estimate: float
    std_error: float | None
    df: float | None
    statistic: float | None
    p_value: float | None
    p_adjusted: float | None
    conf_low: float
    conf_high: float
    conf_level: float
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSensitivity:
    """A sensitivity row with the verdict it would have led to on its own; ``unit``: the verdict's where it is None."""

    label: str
    estimate: float
    conf_low: float
    conf_high: float
    verdict: str
    conf_level: float = 0.95
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """The verdict had the smallest effect been ``times`` as large: its value, in raw units too where they are known.

    ``value`` is None where several readings are joined, each with a smallest effect of its own.
    """

    times: float
    value: float | None
    raw_value: float | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallestEffect:
    """The smallest effect that matters: a value, its unit and the reason for it."""

    value: float
    unit: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One statement judged. ``readings`` are its sub-claims, judged in the same way; counts are None if untestable.

    A sub-claim that stands ``aside`` is shown and decided nothing.
    """

    id: str
    statement: str
    verdict: str
    reason: str
    direction: str
    magnitude: str
    strength: str | None
    verdict_causal: str | None
    status: str
    sentence: str
    rule: str
    unit: str | None = None
    smallest_effect: SmallestEffect | None = None
    terms: tuple[JudgedTerm, ...] = ()
    counts: Counts | None = None
    concerns: tuple[Concern, ...] = ()
    sensitivity: tuple[JudgedSensitivity, ...] = ()
    missing_columns: tuple[str, ...] = ()
    readings: tuple[Verdict, ...] = ()
    grid: tuple[GridRow, ...] = ()
    aside: bool = False
