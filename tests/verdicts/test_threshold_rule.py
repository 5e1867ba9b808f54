"""Rule R8 on written-down facts: each condition alone can stop support, each refutation has its reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from couples_study.core.errors import AnalysisError
from couples_study.verdicts.threshold_conditions import ASKED, NEEDED, conditions
from couples_study.verdicts.threshold_rule import CHEAPEST_FIRST, judge_threshold, supports

PLATEAU = {
    "stated": 6.0, "limit_total": 0.30, "limit_low": -0.05, "limit_high": 0.035, "six_model": 3.0,
    "kink_p": 0.005, "jump_p": 0.005, "tau_low": 5.0, "tau_high": 7.0, "step_tau": 4.0, "step_free_gain_se": 3.0,
    "total_low90": 0.45, "total_high90": 0.55, "total_best_low90": 0.45, "total_best_high90": 0.55,
    "slope_low_low90": 0.07, "slope_low_high90": 0.09, "slope_high_low90": -0.01, "slope_high_high90": 0.01,
    "slope_high_beside_jump_low90": -0.01, "slope_high_beside_jump_high90": 0.01, "jump_low90": 0.2,
    "break_all": -0.08, "break_roomy_low90": -0.10, "break_roomy_high90": -0.05,
    "z_linear": 5.0, "z_log": 3.0, "z_saturating": 1.0, "z_parabola": 3.0, "z_hump": 1.0, "z_smooth": 1.0,
    "z_s_curve": 0.1, "z_free_hinge": 0.2, "z_free_step": 4.0,
    "heaping_index": 1.0, "bic_margin_s_curve": 9.0, "bic_margin_cubic": 30.0, "last_below": 5.0,
}  # fmt: skip
STEP = {**PLATEAU, "six_model": 5.0, "step_tau": 6.0, "step_free_gain_se": 0.0, "tau_low": 8.0, "tau_high": 11.0,
        "break_all": 0.3, "break_roomy_low90": 0.2, "break_roomy_high90": 0.4, "slope_high_high90": 0.04}  # fmt: skip
ACCEL = {**PLATEAU, "six_model": 7.0, "slope_low_low90": -0.01, "slope_low_high90": 0.01, "slope_high_low90": 0.07,
         "slope_high_high90": 0.09, "break_all": 0.08, "break_roomy_low90": 0.05,
         "break_roomy_high90": 0.1}  # fmt: skip


def verdicts(facts, **options):
    found = judge_threshold(facts, **options)
    return found.minimum.verdict, found.plateau.verdict, found.strict.verdict


def test_the_facts_written_here_are_those_the_rule_needs() -> None:
    assert set(PLATEAU) == set(NEEDED)
    with pytest.raises(AnalysisError, match="tau_low"):
        judge_threshold({name: value for name, value in PLATEAU.items() if name != "tau_low"})


def test_a_plateau_and_a_step_at_six_are_supported() -> None:
    assert verdicts(PLATEAU) == ("supported",) * 3
    assert verdicts(STEP) == ("supported",) * 3
    assert judge_threshold(PLATEAU).headline.reading == "6a"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kink_p": 0.05}, "break_exists"),
        ({"tau_high": 8.5}, "location"),
        ({"tau_low": 3.5}, "location"),
        ({"z_linear": 1.6}, "beats_named"),
        ({"z_log": 1.6}, "beats_named"),
        ({"z_saturating": -0.1}, "beats_flexible"),
        ({"z_parabola": -0.1}, "beats_flexible"),
        ({"z_smooth": -1.1}, "beats_flexible"),
        ({"z_s_curve": -1.1}, "beats_flexible"),
        ({"slope_high_high90": -0.01, "slope_high_low90": -0.03}, "beats_flexible"),
        ({"slope_low_low90": -0.001}, "below"),
        ({"slope_high_high90": 0.036}, "above"),
        ({"slope_high_low90": -0.051}, "above"),
        ({"break_roomy_high90": 0.001}, "not_ceiling"),
        ({"bic_margin_s_curve": 5.9}, "beats_s_curve"),
        ({"bic_margin_cubic": 13.9}, "beats_cubic"),
        ({"heaping_index": 1.3}, "not_heaped"),
        ({"break_all": 0.01, "break_roomy_low90": 0.005, "break_roomy_high90": 0.02}, "levels_off"),
    ],
)
def test_one_failing_condition_stops_support(change, code) -> None:
    facts = {**PLATEAU, **change}
    assert [condition.code for condition in conditions(facts) if not condition.holds] == [code]
    assert verdicts(facts) == ("inconclusive",) * 3
    assert judge_threshold(facts).plateau.reason == code


VALUES = {
    "six_model": (3.0, 5.0, 7.0), "kink_p": (0.005, 0.05, 0.2), "jump_p": (0.005, 0.05, 0.2),
    "tau_low": (3.5, 4.0, 5.5, 6.5), "tau_high": (5.0, 6.0, 7.5, 8.5), "step_tau": (4.0, 6.0, 7.0, 8.0),
    "partner_kappa": (0.5, 0.7), "partner_rank_correlation": (0.6, 0.9), "heaping_index": (1.0, 1.2, 1.3),
    "bic_margin_s_curve": (-2.0, 6.0, 9.0), "bic_margin_cubic": (-2.0, 14.0, 30.0),
}  # fmt: skip
FIXED = {"stated", "limit_total", "limit_low", "limit_high", "last_below"}


@st.composite
def any_facts(draw):
    """Facts that hold or fail in any combination, the limits themselves among them."""
    start = draw(st.sampled_from([PLATEAU, STEP, ACCEL]))
    facts = dict(start)
    changed = draw(st.sets(st.sampled_from(sorted({*NEEDED, "partner_kappa"} - FIXED)), max_size=4))
    for name in sorted(changed):
        steps = VALUES.get(name, (-2.5, -1.0, -0.06, -0.03, 0.0, 0.02, 0.1, 0.31, 1.7, 2.4))
        facts[name] = draw(st.sampled_from(steps))
    for low in [name for name in facts if name.endswith("_low90") and name != "jump_low90"]:
        high = low.replace("_low90", "_high90")
        facts[low], facts[high] = sorted((facts[low], facts[high]))
    return facts


class Reading(dict):
    """Facts that remember what was read."""

    def __init__(self, facts) -> None:
        super().__init__(facts)
        self.read: set[str] = set()

    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)


@settings(max_examples=600, deadline=None)
@given(any_facts())
def test_support_asked_for_alone_is_the_answer_of_the_whole_rule(facts) -> None:
    found = judge_threshold(facts)
    assert supports(facts) == (found.minimum.verdict == "supported") == (found.plateau.verdict == "supported")


def test_support_asked_for_alone_reads_no_more_than_it_has_to() -> None:
    assert set(CHEAPEST_FIRST) == set(ASKED)
    lost = Reading({**PLATEAU, "z_linear": 0.0})
    assert not supports(lost)
    assert lost.read <= {"heaping_index", "z_linear"}


def test_a_curve_that_turns_down_has_to_beat_a_hump_clearly() -> None:
    down = {**PLATEAU, "slope_high_low90": -0.04, "slope_high_high90": -0.02}
    assert verdicts({**down, "z_hump": 2.0})[1] == "inconclusive"
    assert verdicts({**down, "z_hump": 2.4})[1] == "supported"
    level = {**PLATEAU, "slope_high_low90": -0.02, "slope_high_high90": -0.004, "z_hump": 0.0}
    assert verdicts(level)[1] == "supported"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"total_low90": -0.1, "total_high90": 0.1, "total_best_low90": 0.0, "total_best_high90": 0.2},
            "below_smallest",
        ),
        ({"total_low90": -0.5, "total_high90": -0.4, "slope_low_low90": -0.09, "slope_low_high90": -0.07}, "opposite"),
        ({"z_linear": -1.7}, "rival_better"),
        ({"z_log": -1.7}, "rival_better"),
        ({"z_free_hinge": -1.7}, "rival_better"),
        ({"z_free_step": -1.7}, "rival_better"),
        ({"tau_low": 2.5, "tau_high": 4.5}, "elsewhere"),
    ],
)
def test_what_refutes_both_readings(change, reason) -> None:
    found = judge_threshold({**PLATEAU, **change})
    assert {found.minimum.verdict, found.plateau.verdict, found.strict.verdict} == {"contradicted"}
    assert found.minimum.reason == found.strict.reason == reason


def test_counts_rounded_to_fives_refute_a_place_only_when_it_is_far_off() -> None:
    dragged = {**PLATEAU, "tau_low": 4.0, "tau_high": 5.5, "z_free_hinge": -2.0}
    assert verdicts(dragged)[0] == "contradicted"
    assert verdicts({**dragged, "heaping_index": 2.0})[0] == "inconclusive"
    assert verdicts({**dragged, "heaping_index": 2.0, "tau_high": 4.5})[0] == "contradicted"


def test_a_small_effect_of_six_alone_does_not_refute_where_another_curve_is_large() -> None:
    assert verdicts({**PLATEAU, "total_low90": 0.1, "total_high90": 0.29})[0] != "contradicted"


def test_a_rise_that_only_starts_at_six_speaks_for_the_minimum_and_against_the_plateau() -> None:
    assert verdicts(ACCEL) == ("inconclusive", "contradicted", "contradicted")
    assert judge_threshold(ACCEL).minimum.reason == "rises_from_stated"
    assert verdicts(ACCEL, necessity=True) == ("supported", "contradicted", "contradicted")
    assert verdicts(ACCEL, necessity=False)[0] == "inconclusive"
    near, nearer = ({**ACCEL, "bic_margin_cubic": margin} for margin in (6.1, 5.9))
    assert verdicts(near, necessity=True) == ("supported", "contradicted", "contradicted")
    assert verdicts(nearer, necessity=True) == ("inconclusive", "contradicted", "contradicted")


def test_more_is_better_without_a_break_refutes_both() -> None:
    more = {"kink_p": 0.6, "jump_p": 0.4, "slope_high_low90": 0.04, "slope_high_high90": 0.05}
    found = judge_threshold({**PLATEAU, **more, "z_linear": -1.0, "tau_low": 1.0, "tau_high": 12.0})
    assert (found.minimum.reason, found.plateau.reason) == ("no_break", "keeps_rising")
    assert found.strict.verdict == "contradicted"


def test_a_step_is_placed_by_its_own_family_not_by_the_hinge() -> None:
    assert verdicts({**STEP, "step_tau": 8.0})[0] == "inconclusive"
    assert verdicts({**STEP, "step_free_gain_se": 1.2})[0] == "inconclusive"


@pytest.mark.parametrize("facts", [PLATEAU, STEP, ACCEL])
def test_nothing_here_is_causal_or_a_need_and_sentences_fill(facts) -> None:
    found = judge_threshold(facts)
    for sub in (found.minimum, found.plateau, found.strict):
        assert (sub.causal, sub.need) == ("undetermined", "undetermined")
        assert all(part.format_map(facts) for part in sub.parts)
    assert any("touches are whole" in part for part in found.headline.parts)
