"""What a choice is: a name, and the ways it can fall; the first is what was declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from couples_study.contracts.hypothesis import Question
from couples_study.core.columns import Glossary
from couples_study.measures import Scale
from couples_study.models.registry import Setting

DECLARED = "as declared"
KINDS = ("definition", "exclusions", "scoring", "lags", "covariates", "estimator", "count handling")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way that a choice can fall, as plain values.

    ``ask`` are keys of the question as they become; ``rows`` are rules of `rows.RULES` with their columns, applied to
    the tables; ``complete`` are scores that need every item; ``estimator`` is another of the model's estimators.
    """

    name: str
    why: str = ""
    ask: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[tuple[str, ...], ...] = ()
    complete: tuple[str, ...] = ()
    estimator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A choice of one of `KINDS`, with its options; the first is what was declared."""

    kind: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What may be known when choices are listed: the question, which columns there are, and how scores are made."""

    question: Question
    columns: frozenset[str]
    glossary: Glossary
    scales: Mapping[str, Scale]
    setting: Setting

    def counts(self) -> tuple[str, ...]:
        """The question's predictors that are counts."""
        named = [*self.question.actor, *self.question.partner, *self.question.predictors]
        named += [one for one in (self.question.predictor, self.question.exposure) if one]
        plain = dict.fromkeys(name.removeprefix("partner.") for name in named)
        return tuple(name for name in plain if name in self.glossary and self.glossary[name].kind == "count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One way through all choices of a reading: an option of each kind, and the question that comes of it."""

    reading: str
    number: int
    picked: tuple[tuple[str, Option], ...]
    question: Question

    @property
    def names(self) -> dict[str, str]:
        return {kind: option.name for kind, option in self.picked}
