"""What every rule needs to say in the same way."""

from __future__ import annotations

from couples_study.contracts.hypothesis import Question
from couples_study.contracts.verdict import INCONCLUSIVE, SmallestEffect
from couples_study.verdicts.case import Case


def smallest_of(question: Question) -> SmallestEffect:
    """The smallest effect of a question in the verdict's form."""
    effect = question.smallest_effect
    return SmallestEffect(value=effect.value, unit=effect.unit, why=effect.why)


def causal_verdict(verdict: str, strength: str, case: Case) -> str | None:
    """Rule R11: only randomisation speaks to cause; a statement without a causal meaning has no such verdict."""
    if not case.causal:
        return None
    return verdict if strength == "randomised" else INCONCLUSIVE
