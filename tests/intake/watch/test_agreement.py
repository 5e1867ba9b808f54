"""Partner agreement against statsmodels and the published formulae computed the long way, and its invariances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa
from tests.intake.watch import made

from couples_study.contracts.checks import PartnerPair
from couples_study.core.columns import Column, glossary
from couples_study.intake.watch.agreement import agreements, evenings_of_both
from couples_study.intake.watch.roll import roll_of

TIGHT = 1e-10  # the same arithmetic in another order
PAIR = {"partners": [{"mine": "touch_given_n", "partners": "touch_received_n"}]}


def found(watch, mine):
    pair = next(one for one in watch.agreement if one.mine == mine)
    return pair, {index.name: index for index in pair.indices}


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(20)
    rows = made.diary(25, 12, rng)
    for name in ("touch_given_n", "touch_received_n", "sex_today"):
        rows.loc[rng.random(len(rows)) < 0.1, name] = np.nan
    return rows[rng.random(len(rows)) < 0.9].reset_index(drop=True)


@pytest.fixture(scope="module")
def touch(rows):
    """Giver's and receiver's report, one row per couple, day and direction, by a plain merge."""
    both = rows.merge(rows, on=["couple_id", "day"], suffixes=("", "_of_partner"))
    both = both[both["person_id"] != both["person_id_of_partner"]]
    told = both[["couple_id", "person_id", "day", "touch_given_n", "touch_received_n_of_partner"]].dropna()
    return told.set_axis(["couple_id", "person_id", "day", "x", "y"], axis=1)


def anova_icc(x, y):
    """ICC(A,1) from the mean squares of a two-way layout, computed cell by cell (McGraw and Wong, 1996, table 4)."""
    cells = np.column_stack([x, y])
    n, k = cells.shape
    rows, columns, grand = cells.mean(axis=1), cells.mean(axis=0), cells.mean()
    msr = k * ((rows - grand) ** 2).sum() / (n - 1)
    msc = n * ((columns - grand) ** 2).sum() / (k - 1)
    mse = ((cells - rows[:, None] - columns + grand) ** 2).sum() / ((n - 1) * (k - 1))
    return (msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n)


def test_numbers_agree_with_the_formulae_computed_the_long_way(rows, touch):
    pair, got = found(made.watched(rows), "touch_given_n")
    x, y = touch["x"].to_numpy(), touch["y"].to_numpy()
    assert (pair.reports, pair.couples) == (len(touch), touch["couple_id"].nunique())
    assert pair.couple_days == len(touch.drop_duplicates(["couple_id", "day"]))
    assert got["mean_difference"].value == pytest.approx((x - y).mean(), abs=TIGHT)
    assert got["sd_difference"].value == pytest.approx((x - y).std(ddof=1), abs=TIGHT)
    assert got["icc"].value == pytest.approx(anova_icc(x, y), abs=TIGHT)
    ccc = 2 * np.cov(x, y, ddof=0)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    assert got["concordance"].value == pytest.approx(ccc, abs=TIGHT)
    assert got["within_one"].value == pytest.approx((abs(x - y) <= 1).mean(), abs=TIGHT)


def test_within_couple_correlation_is_that_of_deviations_from_each_reporters_means(rows, touch):
    _, got = found(made.watched(rows), "touch_given_n")
    deviations = touch[["x", "y"]] - touch.groupby(["couple_id", "person_id"])[["x", "y"]].transform("mean")
    assert got["within_r"].value == pytest.approx(deviations["x"].corr(deviations["y"]), abs=TIGHT)


def test_flags_agree_with_statsmodels(rows):
    pair, got = found(made.watched(rows), "sex_today")
    wide = rows.pivot_table(index=["couple_id", "day"], columns="role", values="sex_today").dropna()
    table = pd.crosstab(wide["man"], wide["woman"]).to_numpy()
    result = cohens_kappa(table)
    (d, c), (b, a) = table
    assert pair.kind == "flag"
    assert pair.reports == pair.couple_days == len(wide)
    assert got["kappa"].value == pytest.approx(result.kappa, abs=TIGHT)
    assert got["observed"].value == pytest.approx((a + d) / len(wide), abs=TIGHT)
    assert got["adjusted_kappa"].value == pytest.approx(2 * (a + d) / len(wide) - 1, abs=TIGHT)
    assert got["positive_agreement"].value == pytest.approx(2 * a / (2 * a + b + c), abs=TIGHT)
    assert got["negative_agreement"].value == pytest.approx(2 * d / (2 * d + b + c), abs=TIGHT)


def test_interval_is_the_jackknife_over_couples_done_one_by_one(rows, touch):
    _, got = found(made.watched(rows), "touch_given_n")
    couples = sorted(touch["couple_id"].unique())
    parts = [touch[touch["couple_id"] != one] for one in couples]
    z = np.arctanh([anova_icc(part["x"].to_numpy(), part["y"].to_numpy()) for part in parts])
    n = len(couples)
    error = np.sqrt((n - 1) / n * ((z - z.mean()) ** 2).sum())
    from scipy.stats import t

    centre = np.arctanh(anova_icc(touch["x"].to_numpy(), touch["y"].to_numpy()))
    ends = np.tanh(centre + np.array([-1, 1]) * t.ppf(0.975, n - 1) * error)
    assert (got["icc"].low, got["icc"].high) == pytest.approx(tuple(ends), abs=1e-9)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """Kappa of shared flags with known slips, evenings of a couple being alike."""
    rng, hits, runs = np.random.default_rng(3), 0, 200
    slip = 0.1
    for _ in range(runs):
        rows = made.people(40).loc[lambda p: p.index.repeat(10)].reset_index(drop=True)
        often = rng.choice([0.2, 0.8], size=(40, 1, 1))
        yes = (rng.random((40, 1, 10)) < often) ^ (rng.random((40, 2, 10)) < slip)
        rows = rows.assign(day=np.tile(np.arange(10), 80), sex_today=yes.reshape(-1).astype("float64"))
        kappa = found(made.watched(rows), "sex_today")[1]["kappa"]
        agree = (1 - slip) ** 2 + slip**2
        hits += kappa.low <= (agree - 0.5) / 0.5 <= kappa.high
    assert 0.90 <= hits / runs <= 0.985


def test_every_interval_holds_its_estimate(rows):
    for pair in made.watched(rows).agreement:
        for index in pair.indices:
            assert index.low <= index.value <= index.high


def test_numbers_that_never_vary_have_a_reason_and_no_nan():
    rows = made.diary(12, 8, np.random.default_rng(1)).assign(touch_given_n=3.0, touch_received_n=3.0)
    _, got = found(made.watched(rows), "touch_given_n")
    assert got["icc"].value is None
    assert "do not vary" in got["icc"].why_not
    assert got["within_one"].value == 1.0


def test_a_share_that_few_reports_stand_outside_of_is_not_told():
    rows = made.diary(12, 8, np.random.default_rng(1)).assign(touch_given_n=3.0, touch_received_n=3.0)
    rows.loc[[0, 1, 2], "touch_given_n"] = 9.0
    _, got = found(made.watched(rows), "touch_given_n")
    assert got["within_one"].value is None
    assert "fewer than 5" in got["within_one"].why_not


def test_rare_yeses_are_not_told():
    rows = made.diary(12, 8, np.random.default_rng(1)).assign(sex_today=0.0)
    rows.loc[[0, 1, 2], "sex_today"] = 1.0
    _, got = found(made.watched(rows), "sex_today")
    assert got["kappa"].value is got["positive_agreement"].value is None
    assert all(index.value is None and "fewer than 5" in index.why_not for index in got.values())


def test_beside_few_evenings_with_two_yeses_only_what_differs_is_told():
    rows = made.diary(12, 8, np.random.default_rng(1)).assign(sex_today=0.0)
    rows.loc[rows.index[rows["day"].eq(0)][::2], "sex_today"] = 1.0
    rows.loc[rows.index[rows["day"].eq(1)][:6], "sex_today"] = 1.0
    _, got = found(made.watched(rows), "sex_today")
    assert {name for name, index in got.items() if index.value is not None} == {"observed", "adjusted_kappa"}


def test_few_couples_are_not_told():
    pair, got = found(made.watched(made.diary(4, 14, np.random.default_rng(1))), "sex_today")
    assert not got
    assert "fewer than 5" in pair.why_not


def test_a_pair_the_study_names_is_compared_and_an_absent_column_is_said():
    rows = made.diary(12, 8, np.random.default_rng(1))
    checks = {
        "partners": [
            {"mine": "stress_day", "partners": "stress_day"},
            {"mine": "sex_today", "partners": "conflict_today"},
        ]
    }
    watch = made.watched(rows, checks=checks)
    assert "no column stress_day" in found(watch, "stress_day")[0].why_not
    assert [(one.mine, one.partners) for one in watch.agreement][-1] == ("sex_today", "conflict_today")


def test_the_couple_that_lives_in_two_worlds_is_found_and_no_other():
    rng = np.random.default_rng(5)
    rows = made.diary(40, 14, rng)
    odd = rows["couple_id"] == "C007"
    rows.loc[odd, "touch_given_n"] = rng.integers(18, 25, odd.sum()).astype("float64")
    rows.loc[odd, "touch_received_n"] = 0.0
    pair, _ = found(made.watched(rows), "touch_given_n")
    assert [one.couple for one in pair.far_off] == ["C007"]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_and_names_of_couples_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    rows = made.diary(8, 6, rng)
    shuffled = rows.sample(frac=1, random_state=seed).reset_index(drop=True)
    assert made.watched(rows) == made.watched(shuffled)
    renamed = dict(zip(made.people(8)["couple_id"].unique(), rng.permutation(100)[:8], strict=True))
    other = rows.assign(
        couple_id=["X" + str(renamed[one]) for one in rows["couple_id"]],
        person_id=["X" + str(renamed[one[:4]]) + one[4:] for one in rows["person_id"]],
    ).astype({"couple_id": "str", "person_id": "str"})
    for one, same in zip(made.watched(rows).agreement, made.watched(other).agreement, strict=True):
        for index, again in zip(one.indices, same.indices, strict=True):
            assert again.value == pytest.approx(index.value, abs=1e-9)
            assert again.low == pytest.approx(index.low, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_agreement_is_symmetric_in_the_partners(seed):
    rows = made.diary(8, 6, np.random.default_rng(seed))
    swapped = rows.assign(role=rows["role"].map({"woman": "man", "man": "woman"}).astype("str"))
    for one, same in zip(made.watched(rows).agreement, made.watched(swapped).agreement, strict=True):
        for index, again in zip(one.indices, same.indices, strict=True):
            assert index.value == pytest.approx(again.value, abs=1e-9)


def test_a_measure_of_the_study_that_is_never_between_0_and_1_is_a_flag():
    row = {
        "meaning": "",
        "unit": "0/1",
        "kind": "number",
        "table": "diary_days",
        "group": "this study",
        "low": 0,
        "high": 1,
    }
    own = glossary().extended({name: Column(name=name, label=name, **row) for name in ("argued", "share")})
    rows = made.diary(12, 8, np.random.default_rng(1))
    rows = rows.assign(argued=rows["sex_today"], share=rows["sex_today"] / 2)
    pairs = [PartnerPair(mine=name, partners=name) for name in ("argued", "share")]
    roll = roll_of(made.people(12))
    evenings = evenings_of_both(roll, roll.positions(rows), rows["day"].to_numpy())
    kinds = {pair.mine: pair.kind for pair in agreements(rows, evenings, roll, pairs, own)}
    assert (kinds["argued"], kinds["share"], kinds["sex_today"]) == ("flag", "number", "flag")
