"""Choices, rows, the joint test: each against something that was worked out otherwise."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from couples_study.models.registry import MODELS
from couples_study.planning.multiverse import rows
from couples_study.planning.multiverse.choice import DECLARED, KINDS, Choice, Option, Specification
from couples_study.planning.multiverse.choices import CHOICES
from couples_study.planning.multiverse.joint import ALPHA, joint_test
from couples_study.planning.multiverse.outcome import GROUPS, Outcome, groups_of
from couples_study.planning.multiverse.specify import Listed, listed
from couples_study.planning.multiverse.table import turns_of
from couples_study.report.multiverse_words import sentences
from couples_study.steps.check import check

STUDIES = 300
CHANCE = 3.0  # standard errors of a share among `STUDIES` that chance may be off: beyond it 3 in 1,000


def test_every_model_has_its_place_in_the_registry():
    assert set(CHOICES) == set(MODELS)


# -- rows ----------------------------------------------------------------------------------------------------------

DAYS = pd.DataFrame({
    "couple_id": ["1"] * 6 + ["2"] * 2, "person_id": ["a", "b", "a", "b", "a", "a", "c", "d"],
    "day": [0, 0, 1, 1, 2, 3, 2, 2],
    "got": [1.0, 2.0, 3.0, np.nan, 5.0, 20.0, 4.0, 6.0], "gave": [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, np.nan],
})  # fmt: skip
TABLES = {"diary_days": DAYS, "people": pd.DataFrame({"couple_id": ["1", "1", "2"], "person_id": ["a", "b", "c"], "y": [1.0, np.nan, 2.0]})}  # fmt: skip


@pytest.mark.parametrize(("rule", "columns", "column", "expected"), [
    ("later_days", (), "day", [2, 3, 2, 2]),
    ("answered_half", (), "person_id", ["a", "b", "a", "b", "a", "a"]),
    ("both_answered", (), "day", [0, 0, 1, 1, 2, 2]),
    ("other_report", ("got", "gave"), "got", [11.0, 10.0, 13.0, 12.0, None, None, None, 16.0]),
    ("mean_report", ("got", "gave"), "got", [6.0, 6.0, 8.0, 12.0, 5.0, 20.0, 4.0, 11.0]),
    ("logged", ("got",), "got", [np.log(2), np.log(3), np.log(4), None, np.log(6), np.log(21), np.log(5), np.log(7)]),
])  # fmt: skip
def test_a_rule_keeps_and_recodes_what_it_says(rule, columns, column, expected):
    found = rows.RULES[rule](TABLES, *columns)["diary_days"][column]
    told = [None if pd.isna(value) else value for value in found]
    assert told == pytest.approx(expected)


def test_a_top_that_is_pulled_in_and_couples_who_both_answered():
    many = pd.DataFrame({"couple_id": "1", "person_id": "a", "day": range(100), "got": np.arange(100.0)})
    assert rows.winsorised({"diary_days": many}, "got")["diary_days"]["got"].max() == 94.0
    assert len(rows.both_people(TABLES, "y")["people"]) == 0
    assert list(rows.both_people(TABLES, "z")["diary_days"]["couple_id"].unique()) == ["1"]
    assert TABLES["diary_days"].equals(DAYS)


# -- the joint test -------------------------------------------------------------------------------------------------


def drawn(rng: np.random.Generator, effect: float, specifications: int = 12, groups: int = GROUPS) -> np.ndarray:
    """Pseudo-values of specifications that share most of their chance, as those of one data set do."""
    shared = rng.normal(size=groups)
    return effect + 0.8 * shared + 0.6 * rng.normal(size=(specifications, groups))


def test_nothing_is_found_together_as_rarely_as_is_said():
    rng = np.random.default_rng(1)
    found = [joint_test(drawn(rng, 0.0), np.random.SeedSequence(n)) for n in range(STUDIES)]
    off = CHANCE * np.sqrt(ALPHA * (1 - ALPHA) / STUDIES)
    for name in ("p_median", "p_average_t"):
        assert abs(np.mean([getattr(one, name) < ALPHA for one in found]) - ALPHA) < off, name
    assert np.mean([one.p_share < ALPHA for one in found]) < ALPHA + off  # a count: at most as often
    assert np.mean([min(one.p_each) < ALPHA for one in found]) < ALPHA + off


def test_what_is_there_is_found():
    rng = np.random.default_rng(2)
    found = [joint_test(drawn(rng, 1.5), np.random.SeedSequence(n)) for n in range(40)]
    assert np.mean([one.p_median < ALPHA for one in found]) > 0.9
    assert np.mean([max(one.p_each) < ALPHA for one in found]) > 0.8


def test_the_joint_test_is_that_of_all_signs():
    """All 2^10 ways the signs can fall, one by one; chance in the drawn ones is the only difference."""
    pseudo = drawn(np.random.default_rng(3), 0.5, specifications=5, groups=10)
    found = joint_test(pseudo, np.random.SeedSequence(4))
    medians = [abs(np.median((pseudo * signs).mean(axis=1))) for signs in product((1.0, -1.0), repeat=10)]
    exact = np.mean(np.array(medians) >= medians[0] - 1e-12)
    assert found.median == pytest.approx(np.median(pseudo.mean(axis=1)))
    assert found.p_median == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 5000))


def test_what_does_not_vary_or_could_not_be_had_is_left_out():
    pseudo = [None, [0.0] * GROUPS, list(np.linspace(0.1, 1, GROUPS))]
    found = joint_test(pseudo, np.random.SeedSequence(1), null=0.0)
    assert (found.specifications, found.p_each[:2]) == (1, (None, None))
    assert joint_test([None], np.random.SeedSequence(1)) is None


def test_groups_are_even_and_follow_the_order_of_delivery():
    one = groups_of([f"x{n}" for n in range(47)], 5)
    other = groups_of([f"y{n}" for n in range(47)], 5)
    assert list(one.values()) == list(other.values())
    sizes = np.bincount(list(one.values()), minlength=GROUPS)
    assert sizes.max() - sizes.min() <= 1


# -- choices --------------------------------------------------------------------------------------------------------


def ways(verdicts: dict[tuple[str, str], str]) -> tuple[Listed, list[Outcome]]:
    plain = Option(name=DECLARED)
    choices = (
        Choice(kind="covariates", options=(plain, Option(name="none"))),
        Choice(kind="estimator", options=(plain, Option(name="other"))),
    )
    by_name = {option.name: option for choice in choices for option in choice.options}
    made = tuple(
        Specification(
            reading="H1", number=n, question=None,
            picked=(("covariates", by_name[one]), ("estimator", by_name[other])),
        )
        for n, (one, other) in enumerate(verdicts, start=1)
    )  # fmt: skip
    whole = Listed(reading="H1", statement="", choices=choices, specifications=made, possible=4, refused=0)
    return whole, [Outcome(verdict=verdict, reason="") for verdict in verdicts.values()]


def test_choices_that_change_the_verdict_are_found_and_named():
    whole, outcomes = ways({
        (DECLARED, DECLARED): "supported", (DECLARED, "other"): "supported",
        ("none", DECLARED): "inconclusive", ("none", "other"): "supported",
    })  # fmt: skip
    turns = {(one.kind, one.option): one for one in turns_of(whole, outcomes)}
    assert (turns["covariates", "none"].changed, turns["covariates", "none"].pairs) == (1, 2)
    assert turns["covariates", "none"].verdicts == (("supported", "inconclusive", 1),)
    assert (turns["estimator", "other"].changed, turns["estimator", "other"].pairs) == (1, 2)


def test_a_question_with_one_way_to_ask_it_says_so():
    row = {"verdict": "supported", "estimate": 1.0, "declared": True}
    said = sentences({"reading": "H1", "rule": "R1", "rows": [row], "joint": None, "turns": []})
    assert said[0] == "H1: no choice was open beyond what was declared; that one specification is supported."


def hypothesis(study, checked, **more):
    asked = checked.asked[0]
    key, words, question = asked.readings[0]
    return replace(asked, readings=((key, words, question.model_copy(update=more)),))


def test_listing_needs_names_alone_keeps_the_declared_and_its_neighbours_and_is_the_same_twice(demo_study):
    checked = check(demo_study, only=())
    asked = hypothesis(demo_study, checked)
    columns = frozenset({"close_1", "close_2", "resp_1", "resp_2", "touch_received_n"})
    (one,) = listed(checked, asked, columns, seed=1, most=20)
    (again,) = listed(checked, asked, columns, seed=1, most=20)
    assert one == again
    assert len(one.specifications) == 20 < one.possible
    assert [choice.kind for choice in one.choices] == sorted(
        [c.kind for c in one.choices], key=[c.kind for c in one.choices].index
    )
    assert {choice.kind for choice in one.choices} <= set(KINDS)
    away = [sum(name != DECLARED for name in way.names.values()) for way in one.specifications]
    assert away.count(0) == 1
    assert away.count(1) == sum(len(choice.options) - 1 for choice in one.choices)
    (everything,) = listed(checked, asked, columns, seed=1, most=10_000)
    assert len(everything.specifications) == everything.possible


def test_a_combination_that_the_model_refuses_is_counted_and_not_run(demo_study):
    """An AR(1) residual with yesterday's outcome held can not be told apart, so the choice between them is refused."""
    checked = check(demo_study, only=())
    asked = hypothesis(demo_study, checked, actor=("resp",), test=("actor.within[woman]",))
    (one,) = listed(checked, asked, frozenset({"close", "resp"}), seed=1)
    assert all(way.question.residual is None for way in one.specifications if way.question.autoregression)


@pytest.fixture(scope="module")
def demo_study():
    from couples_study.pipeline.locate import locate

    return locate("demo").study
