"""Rules R1 and R5, Holm, and how cases are judged together: every branch by a case worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scipy import stats

from couples_study.contracts.evidence import Concern, Counts, Evidence, NotTestable, Term
from couples_study.contracts.hypothesis import Hypothesis, Reading
from couples_study.verdicts import Case, ReadingCase, decide
from couples_study.verdicts.interval import bounds
from couples_study.verdicts.multiplicity import holm
from couples_study.verdicts.rules import rule_five, rule_one

DF = 1000.0


def term(estimate, error, df=DF):
    half = stats.t.ppf(0.975, df) * error
    return Term(
        term="x", role=None, estimate=estimate, std_error=error, df=df, statistic=estimate / error,
        p_value=float(2 * stats.t.sf(abs(estimate / error), df)), conf_low=estimate - half, conf_high=estimate + half,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("estimate", "error", "claimed", "verdict", "reason", "direction", "magnitude"),
    [
        (0.20, 0.02, "positive", "supported", "direction_shown", "positive", "at_least_smallest"),
        (0.12, 0.02, "positive", "supported", "direction_shown", "positive", "undetermined"),
        (0.05, 0.01, "positive", "contradicted", "below_smallest", "positive", "below_smallest"),
        (0.00, 0.02, "positive", "contradicted", "below_smallest", "undetermined", "below_smallest"),
        (-0.10, 0.02, "positive", "contradicted", "opposite", "negative", "below_smallest"),
        (-0.20, 0.02, "negative", "supported", "direction_shown", "negative", "at_least_smallest"),
        (0.10, 0.02, "negative", "contradicted", "opposite", "positive", "below_smallest"),
        (0.10, 0.08, "positive", "inconclusive", "imprecise", "undetermined", "undetermined"),
        (0.10, 0.30, "positive", "inconclusive", "uninformative", "undetermined", "undetermined"),
    ],
)
def test_rule_one(estimate, error, claimed, verdict, reason, direction, magnitude):
    ruling = rule_one(term(estimate, error), claimed=claimed, smallest=0.10)
    assert (ruling.verdict, ruling.reason, ruling.direction, ruling.magnitude) == (
        verdict,
        reason,
        direction,
        magnitude,
    )


def test_rule_one_counts_the_whole_set_for_support_and_not_against_it():
    assert rule_one(term(0.12, 0.05), claimed="positive", smallest=0.1, p_adjusted=0.20).reason == "multiplicity"
    assert rule_one(term(0.01, 0.02), claimed="positive", smallest=0.1, p_adjusted=1.0).verdict == "contradicted"


@pytest.mark.parametrize(
    ("estimate", "error", "verdict", "reason"),
    [
        (0.00, 0.05, "supported", "equivalent"),
        (0.30, 0.05, "contradicted", "different"),
        (-0.30, 0.05, "contradicted", "different"),
        (0.15, 0.05, "inconclusive", "imprecise"),
        (0.00, 0.40, "inconclusive", "uninformative"),
    ],
)
def test_rule_five(estimate, error, verdict, reason):
    ruling = rule_five(term(estimate, error), smallest=0.20)
    assert (ruling.verdict, ruling.reason) == (verdict, reason)


def test_bounds_are_t_intervals():
    low, high = bounds(term(1.0, 0.5, df=9.0), 0.90)
    assert (low, high) == pytest.approx((1 - 1.8331129 * 0.5, 1 + 1.8331129 * 0.5), abs=1e-6)


def test_holm_by_hand_counts_untestable_members():
    found = holm({"a": 0.01, "b": 0.02, "c": 0.04}, set_size=5)
    assert found == {"a": (0.05, 5.0), "b": (0.08, 4.0), "c": (0.12, 3.0)}
    assert holm({"a": 0.03, "b": 0.02}, set_size=2) == {"b": (0.04, 2.0), "a": (0.04, 1.0)}
    with pytest.raises(ValueError, match="can not hold"):
        holm({"a": 0.1, "b": 0.1}, set_size=1)


def question(**keys):
    effect = {"value": 0.1, "unit": "points per point", "why": "a test"}
    return Hypothesis.model_validate(
        {
            "id": "H",
            "statement": "S.",
            "model": "apim",
            "outcome": "y",
            "actor": ["x"],
            "smallest_effect": effect,
            **keys,
        }
    )


def evidence(*terms, concerns=()):
    counts = Counts(couples=50, people=100, n_obs=1000)
    return Evidence(
        id="H", model="apim", unit="points per point", tested=terms, coefficients=terms, counts=counts, equation="",
        formula="", estimator="", concerns=concerns,
    )  # fmt: skip


def case(id_, *found, combine="all", strength="associational", causal=True, **keys):
    keys_of_question = {name: keys.pop(name) for name in ("require", "rule", "direction") if name in keys}
    readings = tuple(
        ReadingCase(id=f"{id_}{i}", statement="S.", question=question(**keys_of_question), found=one, strength=strength)
        for i, one in enumerate(found)
    )
    return Case(
        id=id_, statement="S.", status="confirmatory", causal=causal, combine=combine, readings=readings, **keys
    )


ABSENT = NotTestable(id="H", reason="missing_columns", detail="No touch.", missing_columns=("touch",))


def test_all_terms_must_hold_or_any_may():
    strong, weak = term(0.3, 0.02), term(0.1, 0.09)
    assert decide([case("H", evidence(strong, weak))])[0].verdict == "inconclusive"
    assert decide([case("H", evidence(strong, weak), require="any")])[0].verdict == "supported"
    assert decide([case("H", evidence(strong, term(0.0, 0.02)))])[0].verdict == "contradicted"


def test_measurement_error_caps_either_way():
    concern = (Concern(code="measurement_error", sentence="Noise."),)
    for estimate in (0.3, 0.0):
        found = decide([case("H", evidence(term(estimate, 0.02), concerns=concern))])[0]
        assert (found.verdict, found.reason) == ("inconclusive", "measurement_error")


def test_only_randomisation_speaks_to_cause():
    found = evidence(term(0.3, 0.02))
    assert decide([case("H", found)])[0].verdict_causal == "inconclusive"
    assert decide([case("H", found, strength="randomised")])[0].verdict_causal == "supported"
    assert decide([case("H", found, causal=False)])[0].verdict_causal is None
    assert decide([case("H", ABSENT)])[0].verdict_causal == "not_testable"


def test_readings_that_must_all_hold():
    good, null = evidence(term(0.3, 0.02)), evidence(term(0.0, 0.02))
    assert decide([case("C", good, good)])[0].verdict == "supported"
    assert decide([case("C", good, null)])[0].verdict == "contradicted"
    missing = decide([case("C", good, ABSENT)])[0]
    assert (missing.verdict, missing.missing_columns) == ("not_testable", ("touch",))
    assert decide([case("C", null, ABSENT)])[0].verdict == "contradicted"


def test_the_best_design_decides():
    weak = evidence(term(0.0, 0.02))
    found = decide([case("C", ABSENT, evidence(term(0.3, 0.02)), weak, combine="best_design")])[0]
    assert found.verdict == "supported"
    assert [reading.verdict for reading in found.readings] == ["not_testable", "supported", "contradicted"]
    assert decide([case("C", ABSENT, ABSENT, combine="best_design")])[0].verdict == "not_testable"


def stands_aside(of, place):
    """The same case with a reading that is shown and decides nothing."""
    keys = {"id": "R", "statement": "S.", "model": "apim", "outcome": "y", "actor": ["x"], "aside": True}
    effect = {"value": 0.1, "unit": "points per point", "why": "W."}
    aside = Reading.model_validate({**keys, "smallest_effect": effect})
    readings = [replace(one, question=aside) if i == place else one for i, one in enumerate(of.readings)]
    return replace(of, readings=tuple(readings))


@pytest.mark.parametrize("combine", ["all", "count", "lead", "best_design"])
@pytest.mark.parametrize("other", ["contradicts", "supports", "is not there"])
def test_a_reading_that_stands_aside_decides_nothing(combine, other):
    good, null = evidence(term(0.3, 0.02)), evidence(term(0.0, 0.02))
    beside = {"contradicts": null, "supports": good, "is not there": ABSENT}[other]
    keys = {"combine": combine, "at_least": 2 if combine == "count" else None, "multiplicity": "S", "set_size": 5}
    for first in (good, null):
        alone = decide([case("C", first, first, **keys)])[0]
        whole = decide([stands_aside(case("C", first, first, beside, **keys), 2)])[0]
        assert (whole.verdict, whole.reason) == (alone.verdict, alone.reason)
        assert [row.verdict for row in whole.grid] == [row.verdict for row in alone.grid]
        assert [one.aside for one in whole.readings] == [False, False, True]
        assert not whole.aside


def test_a_set_is_corrected_with_its_untestable_members():
    found = evidence(term(0.20, 0.08))  # two-sided p about .013
    alone = decide(
        [case("H", found, multiplicity="primary", set_size=2), case("G", ABSENT, multiplicity="primary", set_size=2)]
    )
    assert alone[0].verdict == "supported"
    assert alone[0].terms[0].conf_level == pytest.approx(0.975)
    crowded = decide([case("H", found, multiplicity="primary", set_size=5)])[0]
    assert (crowded.verdict, crowded.reason) == ("inconclusive", "multiplicity")
    assert crowded.terms[0].p_adjusted == pytest.approx(5 * found.tested[0].p_value)
