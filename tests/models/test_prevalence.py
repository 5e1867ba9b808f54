"""Shares: Wilson's interval against statsmodels, couples as clusters, and the rules that read them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.genmod.cov_struct import Independence
from statsmodels.genmod.families import Gaussian
from statsmodels.genmod.generalized_estimating_equations import GEE
from statsmodels.stats.proportion import proportion_confint
from tests.models.weekly_data import SETTING
from tests.small_studies import DYADS, HEAD, write_study

from couples_study import load_study
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames
from couples_study.models import prevalence
from couples_study.models.registry import check_question
from couples_study.verdicts.shares import judged_share

KEYS = {
    "id": "S", "statement": "A test.", "model": "prevalence", "outcome": "vital", "cut": 6.0, "causal": False,
    "smallest_effect": {"value": 0.05, "unit": "share", "why": "a test"},
}  # fmt: skip
STATED = {"rule": "R3", "stated": 0.9}


def question(**more):
    return Hypothesis.model_validate({**KEYS, "rule": "R2", "quantifier": "most", **more})


def frames(couples=300, agree=0.8, alike=0.5, seed=1, **columns):
    """Both partners' answers from 1 to 7, of which ``agree`` are 6; partners answer alike in the share ``alike``."""
    rng = np.random.default_rng(seed)
    first = rng.random(couples) < agree
    second = np.where(rng.random(couples) < alike, first, rng.random(couples) < agree)
    says = np.stack([first, second], axis=1).ravel()
    people = pd.DataFrame({
        "couple_id": np.repeat(np.arange(couples), 2).astype(str), "person_id": np.arange(2 * couples).astype(str),
        "role": np.tile(["a", "b"], couples), "vital": np.where(says, 6.0, 3.0), **columns,
    })  # fmt: skip
    return Frames(people=people, couples=people[["couple_id"]].drop_duplicates())


@pytest.mark.parametrize("who", ["both", "either"])
def test_couples_have_wilsons_interval(who):
    data = frames()
    found = prevalence.estimate("S", question(who=who), data, SETTING)
    both = data.people["vital"].to_numpy().reshape(-1, 2) >= 6
    count = int((both.all(axis=1) if who == "both" else both.any(axis=1)).sum())
    for level, name in ((0.05, "95"), (0.10, "90")):
        low, high = proportion_confint(count, 300, level, method="wilson")
        assert found.facts[f"share_low{name}"] == pytest.approx(low, abs=1e-12)
        assert found.facts[f"share_high{name}"] == pytest.approx(high, abs=1e-12)
    z = (count / 300 - 0.5) / np.sqrt(0.25 / 300)
    assert found.facts["p_value"] == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)
    assert found.tested[0].estimate == pytest.approx(count / 300)
    assert found.counts.couples == 300


def test_persons_are_worth_what_a_couple_robust_variance_says():
    data = frames(alike=0.8)
    found = prevalence.estimate("S", question(who="each"), data, SETTING)
    says = (data.people["vital"] >= 6).to_numpy(dtype=float)
    fit = GEE(
        says, np.ones((600, 1)), groups=data.people["couple_id"].astype(int).to_numpy(), family=Gaussian(),
        cov_struct=Independence(),
    ).fit()  # fmt: skip
    robust = float(fit.bse[0]) ** 2 * 300 / 299
    share = says.mean()
    assert found.facts["worth"] == pytest.approx(share * (1 - share) / robust, rel=1e-9)
    assert 300 <= found.facts["worth"] < 400


@pytest.mark.parametrize("who", ["both", "each"])
def test_the_interval_holds_the_truth(who):
    inside = 0
    for seed in range(150):
        found = prevalence.estimate("S", question(who=who), frames(couples=80, alike=0.6, seed=seed), SETTING)
        truth = 0.8 if who == "each" else 0.8 * (0.6 + 0.4 * 0.8)
        inside += found.facts["share_low95"] <= truth <= found.facts["share_high95"]
    assert inside / 150 > 0.90  # three standard errors below .95 are .897


def test_unanimity_has_an_interval():
    found = prevalence.estimate("S", question(who="each"), frames(agree=1.1), SETTING)
    assert found.tested[0].estimate == 1.0
    assert 0.97 < found.facts["share_low95"] < 1.0 == found.facts["share_high95"]


def test_a_couple_counts_where_both_answered():
    data = frames()
    data.people.loc[0, "vital"] = np.nan
    assert prevalence.estimate("S", question(), data, SETTING).counts.couples == 299
    assert prevalence.estimate("S", question(), frames(couples=20), SETTING).reason == "too_few_couples"


@pytest.mark.parametrize(("interval90", "interval95", "verdict"), [
    ((0.86, 0.94), (0.84, 0.955), "supported"), ((0.80, 0.845), (0.79, 0.849), "contradicted"),
    ((0.84, 0.90), (0.83, 0.91), "inconclusive"),
])  # fmt: skip
def test_a_stated_share_has_a_band(interval90, interval95, verdict):
    assert judged_share(question(**STATED), {90: interval90, 95: interval95}) == verdict


@pytest.mark.parametrize(("quantifier", "interval", "verdict"), [
    ("most", (0.51, 0.6), "supported"), ("most", (0.4, 0.49), "contradicted"), ("most", (0.45, 0.55), "inconclusive"),
    ("many", (0.31, 0.4), "supported"), ("often", (0.1, 0.19), "contradicted"), ("few", (0.1, 0.24), "supported"),
    ("few", (0.26, 0.4), "contradicted"), ("rare", (0.1, 0.19), "supported"), ("rare", (0.1, 0.3), "inconclusive"),
])  # fmt: skip
def test_a_word_has_a_share(quantifier, interval, verdict):
    assert judged_share(question(quantifier=quantifier), {90: interval, 95: interval}) == verdict


def study_of(folder, agree, placebo, asked, couples=300):
    rng = np.random.default_rng(4)
    rows = frames(couples=couples, agree=agree, seed=3).people
    rows["meals"] = np.where(rng.random(len(rows)) < placebo, 7, 2)
    rows["sex"] = np.where(rows["role"] == "a", "f", "m")
    csv = rows.rename(columns={"couple_id": "dyad", "person_id": "pid"}).to_csv(index=False)
    source = """
[[source]]
reader = "csv"
files = "people.csv"
table = "people"
keys = { couple = "dyad", person = "pid" }
columns = { vital = "vital", meals = "meals" }

[measures.vital]
label = "Touch is essential"
range = [1, 7]
[measures.meals]
label = "Shared meals are essential"
range = [1, 7]

[[hypothesis]]
id = "S1"
statement = "Nine couples in ten say touch is essential."
model = "prevalence"
outcome = "vital"
cut = 6
causal = false
smallest_effect = { value = 0.05, unit = "share", why = "a test" }
"""
    return load_study(write_study(folder, HEAD + DYADS + source + asked, {"people.csv": csv}))


def test_a_study_asks_for_a_word_and_a_placebo(tmp_path):
    asked = 'rule = "R2"\nquantifier = "most"\nplacebo = "meals"\n'
    verdict = study_of(tmp_path / "true", 0.9, 0.3, asked).verdict("S1")
    assert verdict.verdict == "supported"
    assert [part.verdict for part in verdict.readings] == ["supported", "supported"]
    assert "95% from" in verdict.readings[0].sentence
    yes_to_all = study_of(tmp_path / "trap", 0.9, 0.98, asked).verdict("S1")
    assert yes_to_all.verdict == "contradicted"
    assert yes_to_all.reason == "as_of_anything"


def test_a_study_asks_for_a_stated_share(tmp_path):
    asked = 'rule = "R3"\nstated = 0.9\nwho = "each"\n'
    assert study_of(tmp_path / "true", 0.9, 0.3, asked, couples=900).verdict("S1").verdict == "supported"
    assert study_of(tmp_path / "false", 0.7, 0.3, asked).verdict("S1").verdict == "contradicted"


@pytest.mark.parametrize("more", [{"cut": None}, {"quantifier": None}, {"rule": "R3"}, {"rule": "R1"}])
def test_what_is_missing_is_named(more):
    with pytest.raises(StudyFileError, match="prevalence"):
        prevalence.check(question(**more), SETTING, "here")


def test_keys_of_other_models_are_refused():
    with pytest.raises(StudyFileError, match="leave them out"):
        check_question(question(lag=1), SETTING, "here")


def test_only_those_of_whom_it_is_claimed_are_counted():
    data = frames()
    data.people["parents"] = np.repeat(np.arange(300) < 120, 2) * 1.0
    found = prevalence.estimate("S", question(among="parents"), data, SETTING)
    both = data.people["vital"].to_numpy().reshape(-1, 2)[:120] >= 6
    assert found.counts.couples == 120
    assert found.tested[0].estimate == pytest.approx(both.all(axis=1).mean())
    assert "among parents = 1" in found.equation


def test_a_flag_has_no_other_cut_offs():
    data = frames(flag=np.tile([0.0, 1.0], 300))
    found = prevalence.estimate("S", question(outcome="flag", cut=1.0, who="each"), data, SETTING)
    assert not any("cut-off" in row.label for row in found.sensitivity)


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [((0.21, 0.3), "supported"), ((0.05, 0.15), "inconclusive"), ((0.02, 0.09), "contradicted")],
)
def test_a_word_may_have_a_bound_of_its_own_that_refutes_it(interval, verdict):
    asked = question(quantifier="often", tolerance={"refuted": 0.10})
    assert judged_share(asked, {95: interval, 90: interval}) == verdict


def test_a_bound_that_refutes_belongs_to_words():
    for more in ({"tolerance": {"slope_low": 1.0}}, {**STATED, "tolerance": {"refuted": 0.1}}):
        with pytest.raises(StudyFileError, match="refuted"):
            prevalence.check(question(**more), SETTING, "S")
