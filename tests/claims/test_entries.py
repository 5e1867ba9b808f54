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
    assert id_ in families()[claim.family].members


def test_claims_stand_in_the_order_of_their_numbers():
    numbers = [int(id_[1:]) for id_ in cs.claims()]
    assert numbers == sorted(numbers)
    assert {"C03", "C11", "C12", "C13", "C31", "C37", "C38", "C60", "C76", "C77", "C80", "C81", "C82", "C105"} <= set(
        cs.claims()
    )


def test_every_claim_is_answered_on_the_demo():
    study = cs.load_study("demo")
    found = {verdict.id: verdict for verdict in study.verdicts}
    assert set(cs.claims()) <= set(found)
    untestable = {id_ for id_ in cs.claims() if found[id_].verdict == "not_testable"}
    assert untestable == {"C03", "C11", "C38", "C76", "C77", "C80", "C81", "C82", "C105"}  # no arms, no willingness
    assert all(found[id_].missing_columns for id_ in untestable)
    assert found["C60"].verdict != "supported"  # the demo's truth is a logarithm


def test_an_unknown_claim_names_the_nearest():
    with pytest.raises(UsageError, match="C60"):
        chosen(("C61",))
