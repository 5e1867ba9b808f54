"""Between couples, over half a year, and assigned by lot: each against a plain computation, and refusals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.models.threshold.between import averages, between_evidence, between_rows
from couples_study.models.threshold.dose import contrasts, dose_evidence, within_sd
from couples_study.models.threshold.findings import Limits, ground_of
from couples_study.models.threshold.necessity import HALF_YEAR, group_facts, necessity_evidence, trends
from couples_study.models.threshold.rows import rows_from
from couples_study.planning.design_worlds import assigned_touch, couples_of_touch, half_year_of_touch

SAME = 1e-8  # two orders of summation of the same numbers
LIMITS = Limits(stated=6.0, total_effect=0.30, slope_low=-0.05, slope_high=0.035)
SEED = np.random.SeedSequence(5)


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in another order under other pseudonyms."""
    names = pd.Series(np.random.default_rng(8).permutation(1000)).map("c{:03d}".format)
    mixed = frame.sample(frac=1.0, random_state=3)
    return mixed.assign(
        couple_id=mixed["couple_id"].map(names), person_id=mixed["person_id"].map(lambda p: f"{p * 7919 % 10007}")
    )


def test_between_couples_the_slopes_are_those_of_ordinary_least_squares() -> None:
    frame = couples_of_touch("plateau_6", couples=150, seed=2)
    found = between_evidence(id="B", frame=frame, limits=LIMITS, unit="points", seed=SEED)
    table = averages(frame)
    x = between_rows(table["exposure"].to_numpy(), table["outcome"].to_numpy()).exposure
    plain = sm.OLS(table["outcome"], sm.add_constant(np.column_stack([np.minimum(x, 6), np.maximum(x - 6, 0)]))).fit()
    assert [term.estimate for term in found.coefficients] == pytest.approx(list(plain.params[1:]), abs=SAME)
    assert np.abs(x - table["exposure"]).max() <= 0.25
    assert found.counts.couples == 150
    assert found.counts.people == 300
    assert found.figure.frames["density"]["couple_days"].min() >= 5
    assert "heaping" not in {concern.code for concern in found.concerns}


def test_between_couples_names_and_order_do_not_matter_and_units_do_not() -> None:
    frame = couples_of_touch("step_6", couples=120, seed=2)
    first = between_evidence(id="B", frame=frame, limits=LIMITS, unit="points", seed=SEED)
    second = between_evidence(id="B", frame=shuffled(frame), limits=LIMITS, unit="points", seed=SEED)
    assert first.facts == pytest.approx(second.facts, rel=1e-9)
    scaled = frame.assign(outcome=10.0 * frame["outcome"] + 3.0)
    third = between_evidence(id="B", frame=scaled, limits=LIMITS.times(10.0), unit="points", seed=SEED)
    for name in ("tau", "tau_low", "tau_high", "kink_p", "z_linear", "z_s_curve", "six_model"):
        assert third.facts[name] == pytest.approx(first.facts[name], rel=1e-6)
    assert third.facts["slope_low"] == pytest.approx(10 * first.facts["slope_low"], rel=1e-6)


def test_between_couples_the_share_of_days_is_a_row_of_its_own() -> None:
    frame = couples_of_touch("step_6", couples=120, seed=2)
    frame["share"] = np.clip(frame["exposure"] / 12, 0, 1)
    found = between_evidence(id="B", frame=frame, limits=LIMITS, unit="points", seed=SEED)
    table = averages(frame, ("exposure", "outcome", "share"))
    plain = sm.OLS(table["outcome"], sm.add_constant(table["share"])).fit().params.iloc[1]
    assert found.sensitivity[0].estimate == pytest.approx(plain, abs=SAME)


def test_between_couples_refuses_one_sided_studies() -> None:
    frame = couples_of_touch("null", couples=100, seed=2)
    few = between_evidence(id="B", frame=frame[frame["couple_id"] < 50], limits=LIMITS, unit="points", seed=SEED)
    low = between_evidence(
        id="B", frame=frame.assign(exposure=frame["exposure"] / 4), limits=LIMITS, unit="points", seed=SEED
    )
    assert [few.reason, low.reason] == ["too_few_couples", "positivity"]


def test_a_couples_trend_is_least_squares_with_a_level_for_each_partner() -> None:
    frame = half_year_of_touch("needed_6", couples=40, seed=1)
    table = trends(frame)
    first = frame.sort_values("time", kind="stable").drop_duplicates("person_id")["outcome"].std()
    slopes = {}
    for couple, rows in frame.groupby("couple_id"):
        levels = pd.get_dummies(rows["person_id"]).to_numpy(float)
        beta = np.linalg.lstsq(np.column_stack([rows["time"], levels]), rows["outcome"], rcond=None)[0][0]
        slopes[couple] = beta * HALF_YEAR / first
    assert sorted(table["slope"]) == pytest.approx(sorted(slopes.values()), abs=SAME)


def test_losses_are_welchs_and_shares_are_wilsons() -> None:
    table = trends(half_year_of_touch("needed_6", couples=150, seed=1))
    facts = group_facts(table, 6.0, 0.25)
    low, high = (table.loc[side, "slope"] for side in (table["exposure"] < 6, table["exposure"] >= 6))
    plain = stats.ttest_ind(low, high, equal_var=False)
    assert facts["loss_gap"] / facts["loss_gap_se"] == pytest.approx(plain.statistic, rel=1e-9)
    assert facts["loss_gap_df"] == pytest.approx(plain.df, rel=1e-9)
    interval = stats.ttest_1samp(low, 0.0).confidence_interval(0.90)
    assert (facts["loss_below_low90"], facts["loss_below_high90"]) == pytest.approx(tuple(interval), rel=1e-9)
    kept = (table["slope"] > -1.96 * table["error"])[table["exposure"] >= 6]
    expected = proportion_confint(kept.sum(), len(kept), method="wilson")
    assert (facts["kept_from_low95"], facts["kept_from_high95"]) == pytest.approx(expected)


def test_half_a_year_needs_weeks_and_couples_on_either_side() -> None:
    frame = half_year_of_touch("needed_6", couples=170, seed=1)
    short = necessity_evidence(id="N", frame=frame[frame["time"] < 50], stated=6.0, smallest=0.25, seed=SEED)
    lone = necessity_evidence(
        id="N", frame=frame.assign(exposure=frame["exposure"] / 3), stated=6.0, smallest=0.25, seed=SEED
    )
    assert [short.reason, lone.reason] == ["too_short", "too_few_couples"]
    found = necessity_evidence(id="N", frame=frame, stated=6.0, smallest=0.25, seed=SEED)
    again = necessity_evidence(id="N", frame=shuffled(frame), stated=6.0, smallest=0.25, seed=SEED)
    assert isinstance(found, Evidence)
    assert found.facts == pytest.approx(again.facts, rel=1e-9)
    assert [term.term for term in found.tested] == ["trend.below", "trend.from", "trend.difference"]


def test_contrasts_of_assigned_numbers_are_those_of_a_regression_within_persons() -> None:
    frame = assigned_touch("plateau_6", couples=80, seed=4)
    rows = rows_from(frame)
    found = contrasts(ground_of(rows, 6.0, SEED, 99), rows)
    assert list(found) == [(4.0, 2.0), (6.0, 4.0), (8.0, 6.0), (10.0, 8.0)]
    people = pd.get_dummies(frame["person_id"]).to_numpy(float)
    steps = np.column_stack([(frame["exposure"] >= dose).astype(float) for dose in (4, 6, 8, 10)])
    plain = np.linalg.lstsq(np.column_stack([steps, frame["day"], people]), frame["outcome"], rcond=None)[0][:4]
    assert [estimate.value for estimate in found.values()] == pytest.approx(list(plain), abs=1e-7)
    left = frame["outcome"] - frame.groupby("person_id")["outcome"].transform("mean")
    assert within_sd(rows) == pytest.approx(np.sqrt((left**2).sum() / (len(frame) - 160)))


def test_what_was_counted_is_instrumented_by_what_was_assigned() -> None:
    frame = assigned_touch("plateau_6", couples=300, seed=4, adherence=0.7)
    found = dose_evidence(id="D", frame=frame, limits=LIMITS, unit="points", seed=SEED)
    below, above = found.sensitivity
    assert below.conf_low < 0.085 < below.conf_high
    assert above.conf_low < 0.0 < above.conf_high
    assert found.facts["adherence"] == pytest.approx(0.7, abs=0.05)
    assert "observational" not in {concern.code for concern in found.concerns}


def test_an_assignment_without_the_stated_number_cannot_answer() -> None:
    frame = assigned_touch("plateau_6", couples=80, seed=4)
    without = dose_evidence(id="D", frame=frame[frame["exposure"] != 6], limits=LIMITS, unit="points", seed=SEED)
    assert isinstance(without, NotTestable)
    assert without.reason == "positivity"
    few = dose_evidence(id="D", frame=frame[frame["couple_id"] < 40], limits=LIMITS, unit="points", seed=SEED)
    assert few.reason == "too_few_couples"
