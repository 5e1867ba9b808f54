"""An answer of many parts tells how many came out how; of few it tells each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from couples_study.report.answer import BESIDE, MOST_PARTS, answered
from tests.report import examples as ex


def claim(words):
    """A claim all of whose readings decide, each with a term of its own."""
    parts = tuple(
        replace(ex.V_H2, id=f"C22_{number}", statement=f"Part {number}.", verdict=word, reason="", readings=())
        for number, word in enumerate(words)
    )
    terms = tuple(replace(part.terms[0], term=f"{part.id}: {part.terms[0].term}") for part in parts)
    return replace(ex.V_H2, id="C22", verdict="contradicted", reason="", terms=terms, readings=parts)


@pytest.mark.parametrize(("words", "told"), [
    (["contradicted"] * 3 + ["inconclusive"], "Of its 4 parts: 3 contradicted and 1 inconclusive."),
    (["supported", "contradicted", "contradicted", "inconclusive", "not_testable"],
     "Of its 5 parts: 1 supported, 2 contradicted, 1 inconclusive and 1 not testable."),
    (["contradicted"] * 5, "Of its 5 parts: 5 contradicted."),
])  # fmt: skip
def test_of_many_parts_how_many_came_out_how(words, told):
    verdict = claim(words)
    said = answered(verdict, {part.id: ex.EVIDENCE["H2"] for part in verdict.readings})
    assert told in said.sentence
    assert "Part 0." not in said.sentence
    assert all(part.sentence for part in said.readings)


def test_few_parts_are_told_each():
    verdict = claim(["contradicted", "inconclusive"])
    said = answered(verdict, {part.id: ex.EVIDENCE["H2"] for part in verdict.readings})
    assert len(verdict.readings) <= MOST_PARTS
    assert "Part 0." in said.sentence
    assert "Part 1." in said.sentence


def test_what_stands_aside_is_no_part_of_the_answer():
    verdict = claim(["contradicted", "inconclusive", "supported", "supported"])
    beside = tuple(replace(part, aside=place > 1) for place, part in enumerate(verdict.readings))
    said = answered(replace(verdict, readings=beside), {part.id: ex.EVIDENCE["H2"] for part in verdict.readings})
    assert "Part 1." in said.sentence
    assert "Part 2." not in said.sentence
    assert "Of its" not in said.sentence
    assert [part.sentence.startswith(BESIDE) for part in said.readings] == [False, False, True, True]
    assert all(part.sentence for part in said.readings)
