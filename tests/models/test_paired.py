"""Two columns of one row: against clustered means and resampled couples, and known truth."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS
from tests.models.list_data import SETTING as LISTED
from tests.models.list_data import answers, people_of
from tests.models.relation_data import SETTING, asked, by_couple, by_person, estimated, frames, ids

from couples_study.core.errors import StudyFileError
from couples_study.models import paired

KEYS = {"model": "paired", "outcome": "y", "predictor": "x", "unit": "points", "value": 0.1}
SHARES = {
    "model": "paired", "distribution": "binomial", "outcome": "i0", "predictor": "i1", "unit": "log share ratio",
    "value": 0.14,
}  # fmt: skip


def diary(change, couples=60, days=8, seed=1):
    rng = np.random.default_rng(seed)
    table = ids(couples, days)
    x = by_person(table, rng) + rng.normal(size=len(table))
    moved = change + 0.5 * by_couple(table, rng)
    return frames(table.assign(x=x, y=x + moved + 0.5 * rng.normal(size=len(table))))


def test_a_difference_is_a_clustered_mean():
    data = diary(0.3)
    found = estimated(data, **KEYS).tested[0]
    rows = data.person_days
    gap = (rows["y"] - rows["x"]).to_numpy()
    codes = rows["couple_id"].astype("category").cat.codes.to_numpy()
    fit = OLS(gap, np.ones(len(gap))).fit(cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False})
    assert found.estimate == pytest.approx(gap.mean(), abs=1e-12)
    # every couple has a leverage of 1/60, so the bias-reduced error is this one divided by 1 - 1/60
    assert found.std_error == pytest.approx(float(fit.bse[0]) / (1 - 1 / 60), rel=1e-9)
    assert found.df == 59


def test_a_ratio_of_shares_has_the_error_of_resampled_couples():
    ticks = answers((0.5, 0.35), couples=200)
    found = estimated(people_of(ticks), LISTED, **SHARES).tested[0]
    assert found.estimate == pytest.approx(np.log(ticks[:, :, 0].mean() / ticks[:, :, 1].mean()), abs=1e-12)
    rng = np.random.default_rng(3)
    drawn = [
        np.log(again[:, :, 0].mean() / again[:, :, 1].mean())
        for again in (ticks[rng.integers(0, 200, 200)] for _ in range(1000))
    ]
    assert found.std_error == pytest.approx(np.std(drawn), rel=0.08)  # 1,000 draws: 2.2% of its own, and one of G


@pytest.mark.parametrize("change", [0.0, 0.3])
def test_the_interval_holds_the_truth(change):
    inside = sum(
        term.conf_low <= change <= term.conf_high
        for term in (estimated(diary(change, couples=40, days=3, seed=seed), **KEYS).tested[0] for seed in range(100))
    )
    assert inside / 100 >= 0.88  # three standard errors below .95


def test_units_scale_and_every_person_may_count_once():
    data = diary(0.3)
    raw, scaled = (estimated(data, **{**KEYS, "unit": unit}) for unit in ("points", "within SD"))
    rows = data.person_days
    own = rows["y"] - rows.groupby("person_id")["y"].transform("mean")
    assert scaled.tested[0].estimate == pytest.approx(
        raw.tested[0].estimate / np.sqrt((own**2).sum() / (len(own) - 120)), rel=1e-9
    )
    assert raw.sensitivity[0].label == "every person counted once"
    assert raw.sensitivity[0].estimate == pytest.approx(raw.tested[0].estimate, abs=1e-9)  # all have eight days


def test_one_that_nobody_says_yes_to_has_no_ratio():
    ticks = answers((0.5, 0.35))
    ticks[:, :, 1] = 0.0
    assert estimated(people_of(ticks), LISTED, **SHARES).reason == "no_variation"
    assert estimated(people_of(ticks[:20]), LISTED, **SHARES).reason == "too_few_couples"


@pytest.mark.parametrize(("more", "word"), [
    ({"predictor": None}, "predictor"), ({"unit": "points per point"}, "unit"), ({"rule": "R2"}, "R5"),
    ({"distribution": "poisson"}, "distribution"), ({"distribution": "binomial"}, "log share ratio"),
])  # fmt: skip
def test_what_is_missing_is_named(more, word):
    with pytest.raises(StudyFileError, match=word):
        paired.check(asked(**{**KEYS, **more}), SETTING, "here")
