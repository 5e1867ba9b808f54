"""Which reading's numbers stand beside a claim's verdict."""

from __future__ import annotations

from dataclasses import replace

from tests.report import examples as ex

from couples_study.steps.describe import deciding

FIRST, SECOND = ex.EVIDENCE["H1"], ex.EVIDENCE["C12"]
READINGS = {"C01a": FIRST, "C01b": SECOND}


def claim(words, terms=()):
    parts = tuple(replace(ex.V_H1, id=key, verdict=one) for key, one in zip(READINGS, words, strict=True))
    return replace(ex.V_H1, id="C01", verdict="supported", terms=terms, readings=parts)


def judged(evidence):
    """The evidence's tested terms as a verdict tells them."""
    return tuple(replace(ex.V_H1.terms[0], term=one.name, estimate=one.estimate) for one in evidence.tested)


def test_the_reading_whose_numbers_the_verdict_gives():
    for key, evidence in READINGS.items():
        assert deciding(claim(("contradicted", "supported"), judged(evidence)), READINGS) == key


def test_without_numbers_the_first_that_says_the_same():
    assert deciding(claim(("contradicted", "supported")), READINGS) == "C01b"
    assert deciding(claim(("supported", "supported")), READINGS) == "C01a"


def test_where_none_says_the_same_the_first():
    assert deciding(claim(("contradicted", "inconclusive")), READINGS) == "C01a"
