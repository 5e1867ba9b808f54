"""Attributable fractions and causes that come together: by counting, by leaving couples out, and where truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special
from statsmodels.discrete.discrete_model import Logit
from tests.models.list_data import ITEMS, SETTING, answers, people_of
from tests.models.relation_data import asked

from couples_study.contracts.evidence import NotTestable
from couples_study.core.errors import StudyFileError
from couples_study.models import attributable
from couples_study.models.attributable import fractions_of, together
from couples_study.models.registry import check_question

FEW = ITEMS[:4]
KEYS = {
    "model": "attributable", "outcome": "lost", "items": FEW, "unit": "share", "value": 0.05, "causal": False,
}  # fmt: skip
ODDS = np.array([1.2, 0.6, 0.0, -0.5])


def study(couples=300, seed=1, odds=ODDS, shares=(0.4, 0.3, 0.25, 0.5)):
    """Causes that partners share in part, and an outcome that two of them raise, with a part of the couple's own."""
    rng = np.random.default_rng(seed)
    ticks = answers(shares, couples=couples, alike=0.4, seed=seed)
    own = 0.7 * rng.normal(size=(couples, 1))
    lost = rng.random((couples, 2)) < special.expit(-1.0 + ticks @ odds + own)
    return people_of(np.concatenate([ticks, np.zeros((couples, 2, 8 - len(FEW)))], axis=2), lost=lost.ravel() * 1.0)


def estimated(question, frames):
    check_question(question, SETTING, "here")
    return attributable.estimate("T", question, frames, SETTING)


def arrays(frames):
    people = frames.people
    couple = np.repeat(np.arange(len(people) // 2), 2)
    return people["lost"].to_numpy(), people[list(FEW)].to_numpy(), couple


def fractions(y, causes, couple):
    return fractions_of(y, causes, np.zeros((len(y), 0)), list(FEW), couple)


def test_a_single_cause_gives_the_fraction_of_a_table_of_two_by_two():
    y, causes, couple = arrays(study())
    found = fractions_of(y, causes[:, :1], np.zeros((len(y), 0)), ["i0"], couple)
    without = y[causes[:, 0] == 0].mean()
    assert found["fraction.i0"].value == pytest.approx(1 - without / y.mean(), abs=1e-9)
    assert found["fraction.all"].value == pytest.approx(found["fraction.i0"].value, abs=1e-12)


def test_fractions_are_those_of_an_independent_fit():
    y, causes, couple = arrays(study())
    held = np.random.default_rng(2).normal(size=(len(y), 1))
    X = np.column_stack([np.ones(len(y)), causes, held])
    fit = Logit(y, X).fit(disp=False, tol=1e-12, maxiter=100)
    found = fractions_of(y, causes, held, list(FEW), couple)
    for name, places in (("all", [1, 2, 3, 4]), ("i0", [1]), ("i3", [4])):
        X0 = X.copy()
        X0[:, places] = 0
        assert found[f"fraction.{name}"].value == pytest.approx(1 - fit.predict(X0).sum() / y.sum(), abs=1e-7)


def test_errors_are_those_of_leaving_couples_out():
    """The delete-one-couple jackknife, which refits everything; it differs by terms of order 1 / couples."""
    y, causes, couple = arrays(study())
    whole = {**fractions(y, causes, couple), **together(causes, list(FEW), couple)}
    left = []
    for one in range(300):
        rows = couple != one
        codes = np.unique(couple[rows], return_inverse=True)[1]
        part = {**fractions(y[rows], causes[rows], codes), **together(causes[rows], list(FEW), codes)}
        left.append([part[name].value for name in whole])
    errors = np.sqrt(299 / 300 * ((left - np.mean(left, axis=0)) ** 2).sum(axis=0))
    for (name, found), error in zip(whole.items(), errors, strict=True):
        assert found.term(name, "share").std_error == pytest.approx(error, rel=0.03), name


def test_the_interval_holds_the_truth():
    y, causes, couple = arrays(study(couples=60_000, seed=9))
    true = {name: one.value for name, one in fractions(y, causes, couple).items()}
    held = dict.fromkeys(true, 0)
    for seed in range(200):
        for name, one in fractions(*arrays(study(couples=150, seed=100 + seed))).items():
            term = one.term(name, "share")
            held[name] += term.conf_low <= true[name] <= term.conf_high
    assert all(182 <= count <= 199 for count in held.values()), held  # 95% of 200, and three of its errors


def test_independent_causes_do_not_come_together_and_one_named_twice_does():
    rng = np.random.default_rng(4)
    causes = (rng.random((40_000, 3)) < [0.2, 0.4, 0.6]) * 1.0
    couple = np.repeat(np.arange(20_000), 2)
    found = together(causes, ["a", "b", "c"], couple)
    assert all(abs(one.value) < 4 * np.sqrt((one.parts**2).sum()) for one in found.values())
    twice = together(np.column_stack([causes[:, 0]] * 2), ["a", "b"], couple)
    assert twice["together"].value == pytest.approx(-np.log(causes[:, 0].mean()), abs=1e-12)


def test_the_evidence_tells_every_cause_and_tests_what_is_asked():
    found = estimated(asked(**{**KEYS, "test": ["fraction.i0"]}), study())
    assert [term.term for term in found.tested] == ["fraction.i0"]
    told = {term.term: term for term in found.coefficients}
    assert {f"{kind}.{name}" for kind in ("fraction", "together", "share") for name in FEW} <= set(told)
    assert told["share.i0"].estimate == pytest.approx(study().people["i0"].mean())
    assert told["fraction.i0"].df == 299
    assert found.counts.n_obs == 600


def test_without_an_outcome_only_coming_together_is_asked():
    found = estimated(asked(**{**KEYS, "outcome": "i0", "unit": "log ratio", "value": 0.1}), study())
    assert [term.term for term in found.tested] == ["together"]
    assert not [term for term in found.coefficients if term.term.startswith("fraction")]


def test_a_cause_that_few_name_is_left_out_and_named():
    frames = study()
    frames.people.loc[:, "i3"] = 0.0
    frames.people.loc[:2, "i3"] = 1.0
    found = estimated(asked(**KEYS), frames)
    assert "fraction.i3" not in {term.term for term in found.coefficients}
    assert any(one.code == "causes_left_out" and "i3" in one.sentence for one in found.concerns)
    refused = estimated(asked(**{**KEYS, "test": ["fraction.i3"]}), frames)
    assert isinstance(refused, NotTestable)
    assert refused.reason == "causes_too_rare"


def test_a_cause_that_hardly_anybody_names_beside_another_is_left_out():
    """From its pairs and its share anybody could work out how many name both."""
    frames = study()
    alone = frames.people.index[frames.people[list(FEW)].sum(axis=1) == 0]
    frames.people.loc[:, "i2"] = 0.0
    frames.people.loc[alone[:40], "i2"] = 1.0
    for beside in (0, 3):
        frames.people.loc[frames.people.index[frames.people["i0"] == 1][:beside], "i2"] = 1.0
        found = estimated(asked(**KEYS), frames)
        assert "together.i2" not in {term.term for term in found.coefficients}
        refused = estimated(asked(**{**KEYS, "unit": "log ratio", "test": ["together.i2"]}), frames)
        assert refused.reason == "causes_too_rare"


def test_a_cause_that_few_of_those_without_the_outcome_name_is_left_out():
    frames = study()
    lost = frames.people["lost"] == 1
    frames.people.loc[:, "i2"] = lost.astype(float)
    frames.people.loc[frames.people.index[~lost][:3], "i2"] = 1.0
    assert "fraction.i2" not in {term.term for term in estimated(asked(**KEYS), frames).coefficients}


def test_causes_that_tell_all_are_refused():
    frames = study()
    frames.people.loc[:, "i1"] = frames.people["lost"]
    refused = estimated(asked(**KEYS), frames)
    assert isinstance(refused, NotTestable)
    assert refused.reason == "causes_tell_all"
    frames.people.loc[:, "i1"] = frames.people["i0"]
    assert estimated(asked(**KEYS), frames).reason == "causes_tell_all"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"items": ("i0",)}, "two or more"),
        ({"test": ["fraction.i7"]}, "fraction.i7"),
        ({"test": ["together"]}, "log ratio"),
        ({"test": ["together", "fraction.i0"]}, "one unit only"),
        ({"rule": "R5"}, "R1"),
        ({"outcome": "i0"}, "log ratio"),
    ],
)
def test_what_can_not_be_meant_is_refused(more, words):
    with pytest.raises(StudyFileError, match=words):
        attributable.check(asked(**{**KEYS, **more}), SETTING, "here")
