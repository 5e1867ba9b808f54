"""The rows of a forest plot: what was tested, and the same question asked in other ways, each in its own unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from couples_study.contracts.evidence import Evidence
from couples_study.report import numbers, theme
from couples_study.report.sentences import readable_term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from couples_study.contracts.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a forest plot; ``main`` rows are what the rule looks at."""

    label: str
    estimate: float
    low: float
    high: float
    level: float
    unit: str
    main: bool
    colour: str
    marker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Rows that may share an axis, because they share a unit."""

    unit: str
    rows: tuple[Row, ...]

    @property
    def decimals(self) -> int | None:
        """One precision: what the tested terms need; without any, what the other rows need."""
        main = [(row.low, row.high) for row in self.rows if row.main]
        return numbers.shared_decimals(main or [(row.low, row.high) for row in self.rows])

    @property
    def level(self) -> float | None:
        """The level of every interval, if they share one."""
        return next(iter(levels)) if len(levels := {row.level for row in self.rows}) == 1 else None


def panels(evidence: Evidence, verdict: Verdict | None) -> list[Panel]:
    """All rows by unit, those that were tested first; units in the order in which they come."""
    rows = [*tested_rows(evidence, verdict), *sensitivity_rows(evidence, verdict)]
    units = dict.fromkeys(row.unit for row in rows)
    return [Panel(unit=unit, rows=tuple(row for row in rows if row.unit == unit)) for unit in units]


def tested_rows(evidence: Evidence, verdict: Verdict | None) -> list[Row]:
    """The tested terms: as judged where there is a verdict, else with their 95% intervals."""
    word = verdict.verdict if verdict else "supported"
    terms: Sequence[Any] = verdict.terms if verdict and verdict.terms else evidence.tested
    return [
        Row(
            label=readable_term(getattr(t, "name", t.term)),
            estimate=t.estimate,
            low=t.conf_low,
            high=t.conf_high,
            level=getattr(t, "conf_level", 0.95),
            unit=t.unit or _unit(evidence, verdict),
            main=True,
            colour=theme.VERDICT_COLOURS[word],
            marker=theme.VERDICT_MARKERS[word],
        )
        for t in terms
    ]


def sensitivity_rows(evidence: Evidence, verdict: Verdict | None) -> list[Row]:
    """The sensitivity rows; each carries the marker of the verdict it would have led to."""
    rows: Sequence[Any] = verdict.sensitivity if verdict and verdict.sensitivity else evidence.sensitivity
    return [
        Row(
            label=row.label,
            estimate=row.estimate,
            low=row.conf_low,
            high=row.conf_high,
            level=row.conf_level,
            unit=row.unit or _unit(evidence, verdict),
            main=False,
            colour=theme.MUTED,
            marker=theme.VERDICT_MARKERS[getattr(row, "verdict", "supported")],
        )
        for row in rows
    ]


def _unit(evidence: Evidence, verdict: Verdict | None) -> str:
    return (verdict.unit if verdict else None) or evidence.unit


def comparable(verdict: Verdict) -> bool:
    """Whether the smallest effect is in the unit of the estimates, so that the two may be drawn on one axis."""
    return verdict.smallest_effect is not None and verdict.smallest_effect.unit == verdict.unit


def mixed(rows: Iterable[Any]) -> bool:
    """Whether judged terms or sensitivity rows are in different units, so that no one axis or precision suits."""
    return len({row.unit for row in rows}) > 1
