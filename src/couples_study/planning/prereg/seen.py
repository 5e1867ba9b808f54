"""Which outcomes had come when a plan was frozen, told from headers alone."""

from __future__ import annotations

from collections.abc import Iterable

from couples_study.contracts.hypothesis import Question
from couples_study.contracts.prereg import Arrived
from couples_study.intake.mapping import mapping_of
from couples_study.steps.check import Checked


def outcomes_seen(checked: Checked, arrived: Iterable[Arrived]) -> dict[str, tuple[str, ...]]:
    """By id of a statement, the files with records that hold an outcome of it, or an item of one."""
    found: dict[str, list[str]] = {}
    for one in arrived:
        if not one.filled:
            continue
        answers = set(mapping_of(one.source, one.header, checked.glossary, checked.study.dyads, one.file).answers)
        answers |= {scale.result for scale in checked.scales if set(scale.items) & answers}
        for asked in checked.asked:
            if any(outcomes_of(question) & answers for _, _, question in asked.readings):
                found.setdefault(asked.id, []).append(one.file)
    return {key: tuple(files) for key, files in found.items()}


def outcomes_of(question: Question) -> set[str]:
    """The columns whose answers would tell how a question comes out."""
    named = {question.outcome, question.mediator, question.after}
    named |= {
        item for name in (question.outcome, question.mediator) for item in question.indicators.get(name or "", ())
    }
    return {name.removeprefix("partner.") for name in named if name}
