"""Claims as entries: complete, asking models what they can answer, counted in sets fixed beforehand."""

from __future__ import annotations

import pytest

import couples_study as cs
from couples_study.claims import chosen, families
from couples_study.core.errors import UsageError
from couples_study.planning.scenarios import scenarios


@pytest.mark.parametrize("id_", sorted(cs.claims()))
def test_an_entry_is_complete(id_):
    claim = cs.claims()[id_]
    assert claim.statement.endswith(".")
    assert claim.columns()
    assert {"true", "false", "trap"} == set(claim.scenarios)
    assert {name for names in claim.scenarios.values() for name in names} <= set(scenarios())
    assert id_ in families()[claim.family]


def test_the_first_four_are_there_in_order():
    assert list(cs.claims()) == ["C12", "C13", "C31", "C60"]


def test_every_claim_is_answered_on_the_demo():
    study = cs.load_study("demo")
    found = {verdict.id: verdict for verdict in study.verdicts}
    assert set(cs.claims()) <= set(found)
    assert all(found[id_].verdict != "not_testable" for id_ in cs.claims())
    assert found["C60"].verdict != "supported"  # the demo's truth is a logarithm


def test_an_unknown_claim_names_the_nearest():
    with pytest.raises(UsageError, match="C60"):
        chosen(("C61",))
