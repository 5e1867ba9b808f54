"""No difference that matters: against statsmodels' two one-sided tests, and right and wrong where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind
from tests.models.relation_data import SETTING, asked, by_couple, estimated, ids, surveyed

from couples_study.contracts.evidence import NotTestable
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.core.errors import StudyFileError
from couples_study.models.registry import check_question
from couples_study.verdicts.case import Case, ReadingCase
from couples_study.verdicts.decide import decide

EXACT = 1e-10  # the same two t statistics
KEYS = {"model": "equivalence", "by": "regression", "outcome": "y", "predictors": ["x"], "rule": "R5"}
UNIT = {"unit": "points per point", "value": 0.3}


def one_a_couple(couples=200, effect=0.0, seed=1):
    rng = np.random.default_rng(seed)
    table = ids(couples, 1).drop(columns="day")
    table = table[table["role"] == "woman"].reset_index(drop=True)
    x = np.resize([0.0, 1.0], couples)
    return table.assign(x=x, y=effect * x + rng.normal(size=couples))


def judged(found, question):
    reading = ReadingCase(id="T", statement="", question=question, found=found, strength="associational")
    case = Case(id="T", statement="", status="confirmatory", causal=False, combine="all", readings=(reading,))
    return decide([case])[0]


def test_both_tests_are_those_of_statsmodels():
    table = one_a_couple()
    found = estimated(surveyed(table), **KEYS, **UNIT)
    groups = [table.loc[table["x"] == value, "y"].to_numpy() for value in (1.0, 0.0)]
    p, (_, above, _), (_, below, _) = ttost_ind(*groups, -0.3, 0.3)
    assert found.facts["p_above_lower.x"] == pytest.approx(above, abs=EXACT)
    assert found.facts["p_below_upper.x"] == pytest.approx(below, abs=EXACT)
    question = asked(**KEYS, **UNIT)
    assert (judged(found, question).verdict == "supported") == (p < 0.05)
    assert (found.facts["within.x"] < 0.3) == (p < 0.05)
    assert (found.model, found.tested[0].term) == ("equivalence", "x")


def test_right_where_there_is_none_and_seldom_wrong_at_the_bound():
    question = asked(**KEYS, **UNIT)
    said = {}
    for effect in (0.0, 0.3, 0.8):
        verdicts = [
            judged(estimated(surveyed(one_a_couple(600, effect, seed)), **KEYS, **UNIT), question).verdict
            for seed in range(24)
        ]
        said[effect] = verdicts.count("supported") / len(verdicts)
        if effect > 0.5:
            assert verdicts.count("contradicted") > 21
    assert said[0.0] > 0.9
    assert said[0.3] <= stats.binom.ppf(0.999, 24, 0.05) / 24  # 5% of studies at the bound itself
    assert said[0.8] == 0.0


def test_few_couples_are_no_proof_of_sameness():
    found = estimated(surveyed(one_a_couple(40)), **KEYS, **UNIT)
    assert judged(found, asked(**KEYS, **UNIT)).verdict == "inconclusive"


def test_own_and_partners_answers_are_both_asked():
    rng = np.random.default_rng(3)
    table = ids(400, 1).drop(columns="day")
    table = table.assign(x=rng.normal(size=800), y=by_couple(table, rng) + rng.normal(size=800))
    keys = {"model": "equivalence", "by": "apim", "outcome": "y", "actor": ["x"], "partner": ["x"], "rule": "R5",
            "centering": "grand", "test": ["actor", "partner"], "covariates": []}  # fmt: skip
    found = estimated(surveyed(table), **keys, unit="SD per SD", value=0.15)
    assert [term.term for term in found.tested] == ["actor", "partner"]
    assert judged(found, asked(**keys, unit="SD per SD", value=0.15)).verdict == "supported"


def test_what_the_other_model_refuses_is_refused_and_told():
    found = estimated(surveyed(one_a_couple(12)), **KEYS, **UNIT)
    assert isinstance(found, NotTestable)
    assert found.reason == "too_few_couples"


@pytest.mark.parametrize("wrong", [
    {"by": None}, {"by": "threshold"}, {"rule": "R1"}, {"predictors": []}, {"knots": [3]}, {"lag": 1},
])  # fmt: skip
def test_what_can_not_be_meant_is_refused(wrong):
    with pytest.raises(StudyFileError):
        check_question(asked(**(KEYS | UNIT | wrong)), SETTING, "test")


def test_the_plan_says_against_what_is_tested():
    question = Hypothesis.model_validate({**KEYS, "id": "T", "statement": "A test.",
                                          "smallest_effect": {"why": "a test", **UNIT}})  # fmt: skip
    planned = check_question(question, SETTING, "test").plan(question, SETTING)
    assert "two one-sided 5% tests" in planned.notes[-1]
