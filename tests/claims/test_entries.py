"""Claims as entries: complete, asking models what they can answer, counted in sets fixed beforehand."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

import couples_study as cs
from couples_study.claims import chosen, contradictions, families
from couples_study.claims.cards import as_csv, as_json
from couples_study.contracts.study import Dyads
from couples_study.core.columns import glossary
from couples_study.core.errors import UsageError
from couples_study.models.model import Setting
from couples_study.models.registry import check_question
from couples_study.planning.claim_worlds import CLAIM_WORLDS
from couples_study.planning.scenarios import scenarios
from couples_study.steps.estimate import estimate
from couples_study.steps.judge import decide


@pytest.mark.parametrize("id_", sorted(cs.claims()))
def test_an_entry_is_complete(id_):
    claim = cs.claims()[id_]
    assert claim.statement.endswith(".")
    assert claim.columns() or claim.not_testable
    assert all((claim.estimand, claim.rule_in_words, claim.falsifier, claim.threats))
    assert {"true", "false", "trap"} == set(claim.scenarios)
    assert {name for names in claim.scenarios.values() for name in names} <= {*scenarios(), *CLAIM_WORLDS}
    assert id_ in families()[claim.family].members


def test_every_claim_of_the_guide_has_one_entry():
    assert list(cs.claims()) == [f"C{number:02d}" for number in range(1, 116)]
    members = [id_ for set_ in families().values() for id_ in set_.members]
    assert sorted(members) == sorted(cs.claims())


@pytest.mark.parametrize("id_", sorted(cs.claims()))
def test_columns_are_in_the_glossary_and_models_can_be_asked(id_):
    setting = Setting(dyads=Dyads(type="indistinguishable"), glossary=glossary())
    claim = cs.claims()[id_]
    assert set(claim.columns()) <= set(glossary())
    for reading in claim.reading:
        check_question(reading, setting, reading.id)


def test_claims_beyond_such_data_say_so():
    beyond = {id_ for id_, claim in cs.claims().items() if claim.not_testable}
    assert beyond == {"C05", "C34", "C39", "C112"}
    assert not any(cs.claims()[id_].reading for id_ in beyond)


def test_the_sets_have_their_procedures():
    assert {name: (one.correction, len(one.members)) for name, one in families().items()} == {
        "A*": ("holm", 3),
        "A": ("holm", 12),
        "B and C": ("benjamini_hochberg", 100),
    }


def test_claims_as_data_are_what_the_entries_say():
    folder = files("couples_study.claims")
    assert (folder / "claims.json").read_text("utf-8") == as_json()
    assert (folder / "claims.csv").read_text("utf-8") == as_csv()


def test_contradictions_name_claims():
    pairs = contradictions()
    assert len({pair.id for pair in pairs}) == len(pairs) == 6
    assert {id_ for pair in pairs for id_ in pair.members()} <= set(cs.claims())


def test_every_claim_is_answered_on_the_demo():
    """Estimates and verdicts, without robustness rows and figures: `.ci/run` makes the whole report, twice."""
    study = cs.load_study("demo")
    brief = replace(study.checked, setting=replace(study.checked.setting, brief=True))
    found = {verdict.id: verdict for verdict in decide(brief, estimate(brief, study.frames))}
    assert set(cs.claims()) <= set(found)
    untestable = [found[id_] for id_ in cs.claims() if found[id_].verdict == "not_testable"]
    assert not any(verdict.reason == "analysis_failed" for verdict in untestable)
    told = {"beyond_such_data", "needs_arms"}  # brains, hormones, advice; programmes that nobody was given here
    assert found["C50"].reason == "too_few_couples"  # fewer than 30 couples of the demo had a confidence betrayed
    untestable = [verdict for verdict in untestable if verdict.id != "C50"]
    assert all(verdict.missing_columns or verdict.reason in told for verdict in untestable)
    assert not any(reading.reason == "analysis_failed" for one in found.values() for reading in one.readings)
    assert all(verdict.grid for verdict in found.values() if verdict.id == "C10")
    assert found["C60"].verdict != "supported"  # the demo's truth is a logarithm


def test_an_unknown_claim_names_the_nearest():
    with pytest.raises(UsageError, match="C1"):
        chosen(("C116",))
