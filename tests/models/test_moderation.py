"""Interactions and comparisons of effects, against least squares with person dummies and against known truths."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import OLS
from tests.models.relation_data import SETTING, asked, by_couple, by_person, estimated, frames, ids, surveyed

from couples_study.contracts.evidence import NotTestable
from couples_study.core.errors import StudyFileError
from couples_study.measures import frames_of
from couples_study.models.registry import check_question

EXACT = 1e-8  # the same algebra in another order: only rounding differs


def diary(couples=60, days=14, seed=1, product=0.2, square=0.0, missing=0.15):
    rng = np.random.default_rng(seed)
    table = ids(couples, days)
    x, z = rng.normal(size=(2, len(table)))
    z = 0.5 * x + z
    level = 2 * by_person(table, rng) + by_couple(table, rng)
    y = level + 0.4 * x + 0.2 * z + product * x * z + square * x**2 + rng.normal(size=len(table))
    table = table.assign(y=y, x=x + by_person(table, rng), z=z + by_person(table, rng))
    return table[rng.random(len(table)) >= missing].reset_index(drop=True)


def demeaned_by_hand(table, names):
    return np.column_stack([table[n] - table.groupby("person_id")[n].transform("mean") for n in names])


def test_product_of_departures_equals_least_squares_with_person_dummies():
    table = diary(couples=35)
    found = estimated(
        frames(table), model="moderation", outcome="y", predictor="x", moderator="z", covariates=[],
        unit="points per point and point",
    )  # fmt: skip
    x, z = demeaned_by_hand(table, ["x", "z"]).T
    dummies = pd.get_dummies(table["person_id"]).to_numpy(dtype=float)
    fit = OLS(table["y"].to_numpy(), np.column_stack([x, z, x * z, x**2, z**2, dummies])).fit()
    assert found.tested[0].estimate == pytest.approx(fit.params[2], abs=EXACT)
    robust = fit.get_robustcov_results("cluster", groups=pd.factorize(table["couple_id"])[0])
    assert found.tested[0].std_error == pytest.approx(robust.bse[2], rel=0.06)  # the bias reduction is the difference
    assert found.tested[0].df == 34
    assert found.counts.n_obs == len(table)
    low, high = (next(t for t in found.coefficients if t.term == n) for n in ("slope.low", "slope.high"))
    assert low.estimate == pytest.approx(fit.params[0] - z.std(ddof=1) * fit.params[2], abs=EXACT)
    assert high.estimate == pytest.approx(fit.params[0] + z.std(ddof=1) * fit.params[2], abs=EXACT)


def test_a_known_synergy_is_recovered_and_a_curve_is_not_taken_for_one():
    keys = {"model": "moderation", "outcome": "y", "predictor": "x", "moderator": "z",
            "unit": "points per point and point"}  # fmt: skip
    drawn = [estimated(frames(diary(seed=seed)), **keys).tested[0] for seed in range(12)]
    errors = np.array([term.std_error for term in drawn])
    off = np.array([term.estimate for term in drawn]) - 0.2
    assert abs(off.mean()) < 3 * errors.mean() / np.sqrt(len(drawn))
    assert 0.5 < off.std() / errors.mean() < 1.6
    curve = estimated(frames(diary(couples=150, seed=3, product=0.0, square=0.3)), **keys)
    assert curve.tested[0].estimate == pytest.approx(0.0, abs=3 * curve.tested[0].std_error)
    naive = next(row for row in curve.sensitivity if row.label == "without squares")
    assert naive.conf_low > 0.05


def test_the_unit_of_a_product_has_two_factors():
    table = diary()
    keys = {"model": "moderation", "outcome": "y", "predictor": "x", "moderator": "z"}
    raw = estimated(frames(table), **keys, unit="points per point and point").tested[0]
    scaled = estimated(frames(table), **keys, unit="within SD per within SD and within SD").tested[0]
    spread = [np.sqrt((demeaned_by_hand(table, [n]) ** 2).sum() / (len(table) - table["person_id"].nunique()))
              for n in ("y", "x", "z")]  # fmt: skip
    assert scaled.estimate == pytest.approx(raw.estimate * spread[1] * spread[2] / spread[0], abs=EXACT)


def test_slopes_of_two_groups_are_those_of_each_group_alone():
    rng = np.random.default_rng(5)
    table = diary(couples=80, product=0.0)
    shy = table["person_id"].map(dict(zip(table["person_id"].unique(), rng.random(160) < 0.5, strict=True)))
    table = table.assign(group=np.where(shy, "quiet", "loud"))
    keys = {"model": "moderation", "outcome": "y", "predictor": "x", "moderator": "group",
            "contrast": ["quiet", "loud"], "covariates": [], "rule": "R5", "value": 0.1}  # fmt: skip
    found = estimated(frames(table), **keys)
    of = {"slope.low": "loud", "slope.high": "quiet"}
    plain = estimated(frames(table), **keys, test=["slope.low"])
    assert plain.tested[0].term == "slope.low"
    slopes = {t.term: t.estimate for t in found.coefficients}
    difference = found.tested[0]
    assert slopes["slope.high"] - slopes["slope.low"] == pytest.approx(difference.estimate, abs=EXACT)
    for name, group in of.items():
        alone = table[table["group"] == group]
        x, y = demeaned_by_hand(alone, ["x", "y"]).T
        assert slopes[name] == pytest.approx(x @ y / (x @ x), abs=0.06)  # the square of x is shared by both groups
    assert abs(difference.estimate) < 3 * difference.std_error


def test_once_asked_people_are_compared_with_one_another():
    rng = np.random.default_rng(7)
    people = ids(120, 1).drop(columns="day")
    x, z = rng.normal(size=(2, len(people)))
    y = by_couple(people, rng) + 0.3 * x + 0.25 * x * z + rng.normal(size=len(people))
    found = estimated(
        surveyed(people.assign(x=x, y=y, z=z)), model="moderation", outcome="y", predictor="x", moderator="z",
        centering="grand", unit="points per point and point",
    )  # fmt: skip
    xc, zc = x - x.mean(), z - z.mean()
    fit = OLS(y, np.column_stack([np.ones(len(y)), xc, zc, xc * zc, xc**2, zc**2])).fit()
    assert found.tested[0].estimate == pytest.approx(fit.params[3], abs=EXACT)
    assert found.tested[0].df == 119


def test_what_was_so_at_the_first_wave_may_moderate_a_diary():
    rng = np.random.default_rng(9)
    table = diary(couples=120, product=0.0).drop(columns="z")
    people = table[["couple_id", "person_id", "role"]].drop_duplicates().reset_index(drop=True)
    z = rng.normal(size=len(people))
    known = dict(zip(people["person_id"], z, strict=True))
    table["y"] = table["y"] + 0.3 * table["x"] * table["person_id"].map(known)
    waves = pd.concat([people.assign(wave=wave, z=z if wave == 0 else rng.normal(size=len(z))) for wave in (0, 1)])
    couples = people[["couple_id"]].drop_duplicates()
    found = frames_of({"people": people, "couples": couples, "diary_days": table, "survey_waves": waves}, ())
    keys = {
        "model": "moderation",
        "outcome": "y",
        "predictor": "x",
        "moderator": "z",
        "unit": "points per point and point",
    }
    told = estimated(found, **keys).tested[0]
    alike = estimated(frames(table, people.assign(z=z)), **keys).tested[0]
    assert told.estimate == pytest.approx(alike.estimate, abs=EXACT)
    assert told.estimate == pytest.approx(0.3, abs=3 * told.std_error)


@pytest.mark.parametrize("wrong", [
    {"moderator": None}, {"moderator": "group"}, {"test": ["interaction", "slope.low"]}, {"test": ["product"]},
])  # fmt: skip
def test_what_can_not_be_meant_is_refused(wrong):
    question = asked(**({"model": "moderation", "outcome": "y", "predictor": "x", "moderator": "z"} | wrong))
    with pytest.raises(StudyFileError):
        check_question(question, SETTING, "test")


def test_a_small_group_or_a_constant_is_not_testable():
    table = diary(couples=40)
    few = table.assign(group=np.where(table["couple_id"] < "c010", "few", "many"))
    keys = {"model": "moderation", "outcome": "y", "predictor": "x"}
    found = estimated(frames(few), **keys, moderator="group", contrast=["few", "many"])
    assert isinstance(found, NotTestable)
    assert found.reason == "too_few_couples"
    assert estimated(frames(table.assign(z=1.0)), **keys, moderator="z").reason == "no_variation"


def test_the_difference_of_two_effects_equals_that_of_least_squares():
    table = diary(couples=45, product=0.0)
    found = estimated(
        frames(table), model="contrast", outcome="y", predictors=["x", "z"], covariates=[],
        unit="within SD per within SD",
    )  # fmt: skip
    y, x, z = demeaned_by_hand(table, ["y", "x", "z"]).T
    n, persons = len(table), table["person_id"].nunique()
    spread = [np.sqrt((v @ v) / (n - persons)) for v in (y, x, z)]
    beta = np.linalg.lstsq(np.column_stack([x, z]), y, rcond=None)[0]
    expected = beta[0] * spread[1] / spread[0] - beta[1] * spread[2] / spread[0]
    assert found.tested[0].term == "x - z"
    assert found.tested[0].estimate == pytest.approx(expected, abs=EXACT)
    assert found.facts["effect.x"] - found.facts["effect.z"] == pytest.approx(expected, abs=EXACT)
    assert found.tested[0].conf_low > 0  # .4 against .2


def test_yesterdays_effects_can_be_compared_and_the_partners_answers_too():
    table = diary(couples=40)
    found = estimated(
        frames(table), model="contrast", outcome="y", predictors=["partner.x", "x"], lag=1, unit="points per point"
    )
    assert {concern.code for concern in found.concerns} >= {"measurement_error"}
    assert found.counts.n_obs < len(table)
