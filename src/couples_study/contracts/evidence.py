"""What an analysis gives back: `Evidence`, or `NotTestable` with its reason. Never a NaN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One coefficient: estimate, standard error, degrees of freedom, two-sided test of zero, 95% interval.

    ``term`` and ``role`` are the words of ``study.toml`` (``partner.within`` and ``woman``). ``df`` is None where
    the reference distribution is normal or a bootstrap. ``unit`` is the analysis's own where it is None.
    """

    term: str
    role: str | None
    estimate: float
    std_error: float
    df: float | None
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    unit: str | None = None

    @property
    def name(self) -> str:
        return f"{self.term}[{self.role}]" if self.role else self.term


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much data stand behind an estimate; ``n_obs`` are rows of the tested outcome.

    ``days_*`` are couples' days, or what ``occasion`` says: their weeks or waves.
    """

    couples: int
    people: int
    n_obs: int
    days_scheduled: int | None = None
    days_answered: int | None = None
    days_used: int | None = None
    occasion: Literal["day", "week", "wave"] = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The same question asked in another defensible way. It informs; it never vetoes.

    The interval is at ``conf_level``; ``unit`` is the analysis's own where it is None.
    """

    label: str
    estimate: float
    conf_low: float
    conf_high: float
    std_error: float | None = None
    df: float | None = None
    conf_level: float = 0.95
    unit: str | None = None

    @classmethod
    def of(cls, term: Term, label: str) -> Sensitivity:
        """A term of another fit as a sensitivity row."""
        return cls(
            label=label,
            estimate=term.estimate,
            conf_low=term.conf_low,
            conf_high=term.conf_high,
            std_error=term.std_error,
            df=term.df,
            unit=term.unit,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A typed reservation: a stable ``code`` and the sentence a reader sees."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureData:
    """What a figure draws: its kind and its frames, already aggregated so that no single couple can be read off."""

    kind: str
    title: str
    x_label: str
    y_label: str
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The outcome of one analysis.

    ``tested`` are the terms the rule looks at, in ``unit``; ``coefficients`` are all terms of the model in raw
    units; ``facts`` are further numbers that a rule of its own needs (all finite). ``syntax`` maps a program's
    name to the same model in its language. ``influence`` is what each couple adds to the mean of the tested terms, by
    couple, where that was asked for.
    """

    id: str
    model: str
    unit: str
    tested: tuple[Term, ...]
    coefficients: tuple[Term, ...]
    counts: Counts
    equation: str
    formula: str
    estimator: str
    concerns: tuple[Concern, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)
    syntax: Mapping[str, str] = field(default_factory=dict)
    figure: FigureData | None = None
    influence: Mapping[str, float] = field(default_factory=dict)

    def tidy(self) -> pd.DataFrame:
        """All coefficients as a frame whose columns are glossary columns of the ``results`` group."""
        import pandas as pd

        names = ("term", "role", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
        return pd.DataFrame(
            [{name: getattr(term, name) for name in names} for term in self.coefficients], columns=list(names)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTestable:
    """Why a question has no answer in this study: a reason code, a sentence, and the columns that are missing."""

    id: str
    reason: str
    detail: str
    missing_columns: tuple[str, ...] = ()
