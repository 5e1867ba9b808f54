"""What is handed to judgement: a statement, its readings with their evidence, and the set it is counted in."""

from __future__ import annotations

from dataclasses import dataclass

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Correction, Question, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCase:
    """One reading: the question, what the data said, and the strength that its design allows.

    One that stands ``aside`` is shown and decides nothing; it is not the first.
    """

    id: str
    statement: str
    question: Question
    found: Evidence | NotTestable
    strength: str

    @property
    def aside(self) -> bool:
        return isinstance(self.question, Reading) and self.question.aside


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A hypothesis or claim ready to be judged.

    ``set_size`` counts every member of its set, testable or not; ``correction`` is how their number is reckoned with.
    ``untestable`` is the reason why there are no readings, where there are none; ``at_least``, under
    ``combine = "count"``, how many of them must hold. ``not_yet`` is the part of a claim that its readings leave out.
    """

    id: str
    statement: str
    status: str
    causal: bool
    combine: str
    readings: tuple[ReadingCase, ...]
    multiplicity: str | None = None
    set_size: int = 1
    correction: Correction = "holm"
    rule_in_words: str = ""
    is_claim: bool = False
    untestable: NotTestable | None = None
    at_least: int | None = None
    not_yet: str = ""
