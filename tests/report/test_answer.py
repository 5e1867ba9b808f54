"""Answers in a sentence where the parts of a claim fare differently."""

from __future__ import annotations

from dataclasses import replace

import tests.report.examples as ex
from couples_study.report.answer import answered


def test_one_part_that_can_not_be_tested_is_said_beside_the_others():
    terms = tuple(replace(term, term=f"one: {term.term}") for term in ex.V_H1.terms)
    part = replace(ex.V_H1, verdict="not_testable", reason="too_few_couples", terms=(), statement="The other part.")
    whole = replace(ex.V_H1, terms=terms, readings=(ex.V_H1, part))
    said = answered(whole, {}).sentence
    assert "The other part. Not testable." in said
    assert ex.V_H1.statement in said
