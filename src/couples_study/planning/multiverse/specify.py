"""All ways through the choices of a reading, listed from the question and the columns' names alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.core.errors import StudyFileError
from couples_study.core.seeds import child
from couples_study.models.registry import check_question
from couples_study.planning.multiverse.choice import Choice, Known, Option, Specification
from couples_study.planning.multiverse.choices import makers_of
from couples_study.steps.check import Asked, Checked

MOST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The choices of one reading and the ways through them; ``possible`` counts all ways that can be asked.

    ``refused`` are combinations that its model can not be asked; where more are possible than ``specifications``
    lists, these are the declared one, every one that differs from it in one choice, and a seeded sample of the rest.
    """

    reading: str
    statement: str
    choices: tuple[Choice, ...]
    specifications: tuple[Specification, ...]
    possible: int
    refused: int


def listed(checked: Checked, asked: Asked, columns: frozenset[str], seed: int, most: int = MOST) -> tuple[Listed, ...]:
    """What will be run for a statement, a `Listed` for each of its readings that has the columns it needs."""
    known = set(columns) | {s.result for s in checked.scales if set(s.items) <= columns}
    return tuple(
        _of_reading(key, statement, question, checked, columns, seed, most)
        for key, statement, question in asked.readings
        if {*question.columns()} <= known | {"study_day", "weekend"}
    )


def _of_reading(
    key: str, statement: str, question: Question, checked: Checked, columns: frozenset[str], seed: int, most: int
) -> Listed:
    known = Known(
        question=question, columns=columns, glossary=checked.glossary, setting=checked.setting,
        scales={scale.result: scale for scale in checked.scales},
    )  # fmt: skip
    choices = tuple(choice for maker in makers_of(question) if (choice := maker(known)) is not None)
    ways = list(product(*(choice.options for choice in choices)))
    asked = [(way, _asked(question, way, checked, key)) for way in ways]
    possible = [(way, one) for way, one in asked if one is not None]
    chosen = _some(possible, choices, child(seed, "multiverse", key), most)
    return Listed(
        reading=key, statement=statement, choices=choices, possible=len(possible), refused=len(ways) - len(possible),
        specifications=tuple(
            Specification(
                reading=key, number=number, question=one,
                picked=tuple((choice.kind, option) for choice, option in zip(choices, way, strict=True)),
            )
            for number, (way, one) in enumerate(chosen, start=1)
        ),
    )  # fmt: skip


def _asked(question: Question, way: Sequence[Option], checked: Checked, key: str) -> Question | None:
    """The question that a way asks; None where its model can not be asked that."""
    changes: dict[str, object] = {}
    for option in way:
        changes |= option.ask
    asked = question.model_copy(update=changes)
    try:
        check_question(asked, checked.setting, key)
    except StudyFileError:
        return None
    return asked


def _some(
    possible: list[tuple[tuple[Option, ...], Question]],
    choices: Sequence[Choice],
    seed: np.random.SeedSequence,
    most: int,
) -> list[tuple[tuple[Option, ...], Question]]:
    """All of a few; of many the declared one, its neighbours, and others drawn by lot, in the order listed."""
    if len(possible) <= most:
        return possible
    away = [
        sum(option is not choice.options[0] for option, choice in zip(way, choices, strict=True)) for way, _ in possible
    ]
    near = [i for i, changes in enumerate(away) if changes <= 1]
    far = [i for i, changes in enumerate(away) if changes > 1]
    drawn = np.random.default_rng(seed).permutation(len(far))[: max(most - len(near), 0)]
    return [possible[i] for i in sorted([*near, *(far[j] for j in drawn)])]


def listing(found: Sequence[Listed]) -> Iterator[str]:
    """The choices in words, before anything is run."""
    for one in found:
        yield f"{one.reading}  {one.statement}"
        for choice in one.choices:
            yield f"    {choice.kind}:"
            for option in choice.options:
                yield f"      - {option.name}" + (f" ({option.why})" if option.why else "")
        if not one.choices:
            yield "    no choice is open to it: it is asked as declared, and that is all"
        yield f"    {_counted(one)}"


def _counted(one: Listed) -> str:
    many = len(one.specifications)
    told = f"{many} {'specification' if many == 1 else 'specifications'}"
    if one.possible > many:
        told += f" of {one.possible}: the declared one, each that differs in one choice, and others drawn by lot"
    return told + (f"; {one.refused} more can not be asked of this model" if one.refused else "")
