"""Answers in a sentence where the parts of a claim fare differently."""

from __future__ import annotations

from dataclasses import replace

import tests.report.examples as ex
from couples_study.contracts.evidence import NotTestable
from couples_study.report.answer import answered


def test_one_part_that_can_not_be_tested_is_said_beside_the_others():
    terms = tuple(replace(term, term=f"one: {term.term}") for term in ex.V_H1.terms)
    part = replace(
        ex.V_H1, id="part", verdict="not_testable", reason="too_few_couples", terms=(), statement="The other part.",
        sentence="Only 12 couples answered.",
    )  # fmt: skip
    whole = replace(ex.V_H1, terms=terms, readings=(ex.V_H1, part))
    found = {"part": NotTestable(id="part", reason="too_few_couples", detail="Only 12 couples answered.")}
    said = answered(whole, found).sentence
    assert "The other part. Not testable. Only 12 couples answered." in said
    assert said.count("The other part.") == 1
    assert ex.V_H1.statement in said
