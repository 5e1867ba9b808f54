"""Miscounting taken out of the slopes: each way against a plain computation, and in a world where the truth is known."""

import numpy as np
import pytest
from statsmodels.sandbox.regression.gmm import IV2SLS
from tests.support_threshold import simulate

from couples_study.models.threshold.basis import within_person
from couples_study.models.threshold.criteria import Criteria, effective_days
from couples_study.models.threshold.crossed import couple_grams
from couples_study.models.threshold.defences import defences
from couples_study.models.threshold.grams import redrawn
from couples_study.models.threshold.instruments import instrumented
from couples_study.models.threshold.rows import rows_from
from couples_study.models.threshold.simex import without_miscounting
from couples_study.models.threshold.slopes import coefficients
from couples_study.models.threshold.variants import around, variants

SAME = 1e-8  # two orders of summation of the same numbers
TRUE = 0.085  # the plateau's slope below six


@pytest.fixture(scope="module")
def rows():
    return rows_from(simulate("plateau_6", couples=300, seed=3, count_error=True, heap=0.35))


@pytest.fixture(scope="module")
def grams(rows):
    return couple_grams(rows)


@pytest.fixture(scope="module")
def weights(grams):
    return redrawn(grams.n_couples, np.random.default_rng(1), 99)


def test_the_partners_report_as_instrument_is_two_stage_least_squares(rows, grams, weights) -> None:
    low, high = instrumented(rows, grams, weights, rows.exposure, rows.partner_exposure, 6.0)
    centred = within_person(
        np.column_stack([around(rows.exposure, 6.0), around(rows.partner_exposure, 6.0), rows.controls, rows.outcome]),
        rows.person,
    )
    plain = IV2SLS(centred[:, -1], centred[:, [0, 1, 4]], centred[:, [2, 3, 4]]).fit()
    assert (low.value, high.value) == pytest.approx(tuple(plain.params[:2]), abs=SAME)


def test_instrument_and_simex_bring_the_slope_back(rows, grams, weights) -> None:
    plain = coefficients(grams, np.repeat(grams.total[None], 9, axis=0), *around(grams.levels, 6.0).T)[0].value
    by_partner = instrumented(rows, grams, weights, rows.exposure, rows.partner_exposure, 6.0)[0]
    extrapolated = without_miscounting(rows, grams, weights, 6.0, np.random.default_rng(2))[0]
    assert plain < 0.07
    assert by_partner.low90 < TRUE < by_partner.high90
    assert abs(extrapolated.value - TRUE) < abs(plain - TRUE)
    assert 0.0 < extrapolated.std_error < 0.02


def test_an_instrument_that_says_nothing_is_left_out(rows, grams, weights) -> None:
    noise = np.random.default_rng(0).permutation(rows.partner_exposure)
    assert instrumented(rows, grams, weights, rows.exposure, noise, 6.0) is None
    assert instrumented(rows, grams, weights, rows.exposure, np.zeros(len(rows)), 6.0) is None


def test_the_joint_curve_has_the_partners_slopes_beside_ones_own(rows, grams, weights) -> None:
    found = {row.label: row for row in defences(rows, grams, weights, 6.0, np.random.default_rng(3))}
    row = found["partner's count beside one's own: slope below 6"]
    joint = within_person(
        np.column_stack([around(rows.exposure, 6.0), rows.controls, around(rows.other_exposure, 6.0), rows.outcome]),
        rows.person,
    )
    plain = np.linalg.lstsq(joint[:, :-1], joint[:, -1], rcond=None)[0]
    assert row.estimate == pytest.approx(plain[-2], abs=SAME)


def test_every_variant_the_study_can_give_is_there(rows) -> None:
    labels = [label for label, _ in variants(rows, 6.0)]
    assert len(labels) == 8
    few = dict(variants(rows, 6.0))
    heaps = few["answers of 5, 10, 15 and 20 held apart"]
    assert heaps.controls.shape[1] == rows.controls.shape[1] + 4


def test_days_count_by_their_design_effect_in_the_criterion() -> None:
    rows = rows_from(simulate("plateau_6", couples=200, seed=3))
    grams = couple_grams(rows)
    days = effective_days(grams)
    assert 0.4 * len(rows) / 200 < days <= len(rows) / 200
    from couples_study.models.threshold.basis import breaks_to_try, rivals

    counted = grams.days.sum(axis=0)
    shapes = rivals(grams.levels, counted, 6.0, breaks_to_try(grams.levels, counted, 6.0))
    found = Criteria(grams, shapes)
    assert min(found.above_least(code) for code in shapes) == 0.0
    sums = {}
    for code in ("F1", "F3"):
        design = within_person(
            np.column_stack([shapes[code].fixed[rows.exposure.astype(int)], rows.controls, rows.outcome]), rows.person
        )
        sums[code] = np.linalg.lstsq(design[:, :-1], design[:, -1], rcond=None)[1][0]
    assert found["F1"] - found["F3"] == pytest.approx(200 * days * np.log(sums["F1"] / sums["F3"]), rel=1e-6)
