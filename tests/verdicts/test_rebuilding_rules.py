"""Rules R6, R7 and R10, conjunctions with a veto, and what a conjunction says of cause."""

from __future__ import annotations

import pytest

from couples_study.contracts.evidence import Concern, Counts, Evidence, NotTestable
from couples_study.contracts.hypothesis import Hypothesis, Reading
from couples_study.models.clustered import term_of
from couples_study.verdicts import Case, ReadingCase, decide
from couples_study.verdicts.cycle_rule import judge_cycle
from couples_study.verdicts.mediation_rule import judge_mediation
from couples_study.verdicts.timing_rule import judge_timing

SMALLEST = {"value": 0.05, "unit": "within SD per within SD", "why": "a test"}


def question(**keys):
    words = {"id": "T", "statement": "A test.", "model": "cross_lag", "outcome": "close", "smallest_effect": SMALLEST}
    return Hypothesis.model_validate({**words, "predictor": "touch", "lag": 1, **keys})


def evidence(terms, facts=None, concerns=()):
    return Evidence(
        id="T", model="m", unit="u", tested=tuple(terms), coefficients=(), equation="", formula="", estimator="",
        counts=Counts(couples=100, people=200, n_obs=1000), facts=facts or {}, concerns=tuple(concerns),
    )  # fmt: skip


def both(forward, backward, error=0.02, facts=None, concerns=()):
    return evidence(
        [
            term_of("forward", forward, error, 199), term_of("backward", backward, error, 199),
            term_of("difference", forward - backward, 1.4 * error, 199),
        ],
        facts, concerns,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("forward", "backward", "expected"),
    [
        (0.15, 0.15, ("supported", "inconclusive", "inconclusive", "contradicted")),
        (0.15, 0.00, ("contradicted", "supported", "contradicted", "contradicted")),
        (0.00, 0.15, ("contradicted", "contradicted", "supported", "contradicted")),
        (0.00, 0.00, ("contradicted", "contradicted", "contradicted", "supported")),
        (0.03, 0.15, ("inconclusive", "contradicted", "supported", "contradicted")),
        (0.06, 0.15, ("supported", "contradicted", "supported", "contradicted")),  # a cycle with a leader
        (0.06, 0.03, ("inconclusive", "inconclusive", "inconclusive", "contradicted")),
    ],
)
def test_cycle_one_leads_or_neither(forward, backward, expected):
    decision = judge_cycle(both(forward, backward), question(rule="R10"), 1.0)
    assert tuple(one.verdict for one in decision.conditions) == expected


def test_readings_that_exclude_each_other_are_never_both_supported():
    for i in range(-2, 8):
        for j in range(-2, 8):
            found = judge_cycle(both(i * 0.04, j * 0.04), question(rule="R10"), 1.0).conditions
            held = {one.code for one in found if one.verdict == "supported"}
            assert not {"forward", "backward"} <= held
            assert held == {"neither"} or "neither" not in held


def test_a_path_that_rests_on_item_errors_supports_nothing():
    fragile = both(0.15, 0.15, facts={"forward_survives": 0.0, "backward_survives": 1.0})
    decision = judge_cycle(fragile, question(rule="R10", shows="cycle"), 1.0)
    assert (decision.verdict, decision.reason) == ("inconclusive", "item_errors")
    assert all(one.verdict != "supported" for one in decision.conditions)


def test_one_indicator_leaves_everything_open():
    single = both(0.3, 0.0, concerns=[Concern(code="measurement_error", sentence="x")])
    assert {one.verdict for one in judge_cycle(single, question(rule="R10"), 1.0).conditions} == {"inconclusive"}


def test_the_set_a_claim_belongs_to_raises_the_bar():
    near = both(0.047, 0.15)
    assert judge_cycle(near, question(rule="R10", shows="cycle"), 1.0).verdict == "supported"
    assert judge_cycle(near, question(rule="R10", shows="cycle"), 12.0).verdict == "inconclusive"


SHARE = {
    "share_low95": 0.6, "share_high95": 0.8, "net_low95": 0.4, "net_high90": 0.7, "share_early_high95": 0.1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({}, "supported", "all_hold"),
        ({"share_low95": 0.45, "share_high95": 0.6}, "inconclusive", "half_open"),
        ({"share_low95": 0.3, "share_high95": 0.45}, "contradicted", "fewer_than_half"),
        ({"net_low95": -0.1, "net_high90": 0.05}, "contradicted", "waiting_does_as_well"),
        ({"net_low95": -0.1, "net_high90": 0.3}, "inconclusive", "net_open"),
        ({"share_early_high95": 0.6}, "inconclusive", "faster_than_claimed"),
    ],
)
def test_most_in_time(changed, verdict, reason):
    decision = judge_timing(evidence([], {**SHARE, **changed}), question(model="onset", rule="R7"))
    assert (decision.verdict, decision.reason) == (verdict, reason)


ORDER = {
    "gap_low95": 5.0, "gap_high95": 7.0, "excess_low95": 0.2, "excess_high90": 0.5, "hump_0_3_low95": 0.3,
    "hump_9_more_low95": 0.3,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({}, "supported", "all_hold"),
        ({"gap_low95": 1.0, "gap_high95": 3.0}, "contradicted", "gap_elsewhere"),
        ({"gap_low95": 3.0}, "inconclusive", "gap_open"),
        ({"excess_low95": -0.1, "excess_high90": 0.05}, "contradicted", "order_as_by_chance"),
        ({"hump_9_more_low95": -0.1}, "inconclusive", "no_hump"),
        ({"hump_0_3_low95": -0.1}, "inconclusive", "no_hump"),
    ],
)
def test_what_follows_by_how_much(changed, verdict, reason):
    decision = judge_timing(evidence([], {**ORDER, **changed}), question(model="onset", rule="R7", after="safe"))
    assert (decision.verdict, decision.reason) == (verdict, reason)


THROUGH = {
    "indirect_low95": 0.04, "indirect_high90": 0.12, "total_low95": 0.2, "total_high90": 0.4, "share_low90": 0.25,
    "survives_rho": 1.0, "mediator_corrected": 1.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({}, "supported", "all_hold"),
        ({"indirect_low95": -0.1}, "inconclusive", "indirect_not_shown"),
        ({"share_low90": 0.1}, "inconclusive", "share_open"),
        ({"survives_rho": 0.0}, "inconclusive", "hidden_cause"),
        ({"indirect_low95": -0.02, "indirect_high90": 0.005}, "contradicted", "below_smallest"),
        # a mediator measured with unknown error can not refute mediation
        ({"indirect_low95": -0.02, "indirect_high90": 0.005, "mediator_corrected": 0.0}, "inconclusive",
         "indirect_not_shown"),
        ({"total_low95": -0.1, "total_high90": 0.04}, "contradicted", "below_smallest"),
    ],
)  # fmt: skip
def test_through_the_mediator(changed, verdict, reason):
    decision = judge_mediation(evidence([], {**THROUGH, **changed}), question(model="mediation", rule="R6"))
    assert (decision.verdict, decision.reason) == (verdict, reason)


def reading(id_, estimate, *, veto=False, strength="randomised"):
    words = {"id": id_, "statement": "A part.", "model": "trial", "outcome": "phys", "veto": veto}
    asked = Reading.model_validate({**words, "smallest_effect": {"value": 0.25, "unit": "SD per arm", "why": "t"}})
    found = NotTestable(id=id_, reason="needs_arms", detail="") if estimate is None else evidence(
        [term_of("contrast", estimate, 0.08, 300)]
    )  # fmt: skip
    return ReadingCase(id=id_, statement="A part.", question=asked, found=found, strength=strength)


def judged(*readings):
    case = Case(id="C03", statement="A claim.", status="confirmatory", causal=True, combine="all", readings=readings)
    return decide([case])[0]


def test_a_veto_need_not_hold_and_can_refute():
    open_ = judged(reading("C03a", 0.6), reading("C03b", 0.6), reading("C03c", 0.2, veto=True))
    assert open_.verdict == "supported"
    refuted = judged(reading("C03a", 0.6), reading("C03b", 0.6), reading("C03c", 0.0, veto=True))
    assert refuted.verdict == "contradicted"
    assert judged(reading("C03a", 0.6), reading("C03c", None, veto=True)).verdict == "supported"
    assert judged(reading("C03a", 0.6), reading("C03b", None)).verdict == "not_testable"


def test_a_veto_of_a_weaker_design_does_not_weaken_what_needs_no_veto():
    found = judged(reading("C03a", 0.0), reading("C03d", 0.0, veto=True, strength="associational"))
    assert (found.verdict, found.strength, found.verdict_causal) == ("contradicted", "randomised", "contradicted")


def test_one_refuted_part_refutes_the_cause_too():
    """A conjunction whose one part is shown by lot to fail fails as a cause, whatever the other part shows."""
    found = judged(reading("C03a", 0.0), reading("C03b", 0.6))
    assert (found.verdict, found.verdict_causal) == ("contradicted", "contradicted")
    weak = judged(reading("C03a", 0.6), reading("C03b", 0.6, strength="associational"))
    assert (weak.verdict, weak.verdict_causal) == ("supported", "inconclusive")
