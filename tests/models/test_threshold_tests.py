"""The sup-score test, the break's location, the slopes and the comparison, each against a plain computation on rows."""

import numpy as np
import pytest
from tests.support_threshold import simulate

from couples_study.models.threshold.basis import breaks_to_try, capped, hinge, rivals, within_person
from couples_study.models.threshold.crossed import couple_grams
from couples_study.models.threshold.grams import fit, redrawn, resampled, squares
from couples_study.models.threshold.location import locate, places_not_rejected, profile
from couples_study.models.threshold.rows import rows_from
from couples_study.models.threshold.shapes import Comparison, folds_of
from couples_study.models.threshold.slopes import Slopes, coefficients, held_constant, total_effect
from couples_study.models.threshold.suptest import BreakTests, couple_scores, random_signs, sup_score

SAME = 1e-8  # two orders of summation of the same numbers


@pytest.fixture(scope="module")
def rows():
    return rows_from(simulate("log", couples=70, days=14, seed=5))


@pytest.fixture(scope="module")
def grams(rows):
    return couple_grams(rows)


@pytest.fixture(scope="module")
def breaks(grams):
    return breaks_to_try(grams.levels, grams.days.sum(axis=0), 6.0)


def _plain_scores(rows, taus):
    """Scores by couple from regressions on the rows, in the order of the couples' codes."""
    line = within_person(np.column_stack([rows.controls, rows.exposure]), rows.person)
    outcome = within_person(rows.outcome[:, None], rows.person)[:, 0]
    residual = outcome - line @ np.linalg.lstsq(line, outcome, rcond=None)[0]
    scores = []
    for tau in taus:
        bent = within_person(hinge(rows.exposure, tau)[:, None], rows.person)[:, 0]
        bent = bent - line @ np.linalg.lstsq(line, bent, rcond=None)[0]
        scores.append(np.bincount(rows.couple, weights=bent * residual))
    return np.array(scores).T


def test_scores_and_p_agree_with_rows(rows, grams, breaks) -> None:
    taus = breaks.hinges
    plain = _plain_scores(rows, taus)
    ours = couple_scores(grams, np.column_stack([hinge(grams.levels, tau) for tau in taus]))
    assert np.allclose(ours, plain[_codes_in_gram_order(rows, grams)], atol=1e-7)
    signs = random_signs(np.random.default_rng(1), 99, grams.n_couples)
    test = sup_score(ours, signs)
    statistics = ours.sum(axis=0) ** 2 / (ours**2).sum(axis=0)
    drawn = [max(((sign @ ours) ** 2) / (ours**2).sum(axis=0)) for sign in signs]
    assert test.statistic == pytest.approx(statistics.max())
    assert test.p_value == (1 + sum(value >= statistics.max() for value in drawn)) / 100


def test_pooled_scores_vanish_for_the_line_itself(grams) -> None:
    assert np.allclose(couple_scores(grams, grams.levels[:, None]).sum(axis=0), 0.0, atol=1e-6)


def _codes_in_gram_order(rows, grams):
    """Which couple code each row of the cross-products belongs to, by its number of days at each count."""
    days = np.array([np.bincount(rows.exposure[rows.couple == c].astype(int), minlength=26) for c in range(70)])
    order = np.lexsort(days.T[::-1])
    assert np.array_equal(days[order], grams.days)
    assert len(np.unique(days, axis=0)) == 70
    return order


def test_a_resample_equals_a_refit_on_the_resampled_rows(rows, grams, breaks) -> None:
    sample = resampled(grams, np.random.default_rng(9), 5)
    weights = redrawn(70, np.random.default_rng(9), 5)
    code = _codes_in_gram_order(rows, grams)
    weight_of = np.empty_like(weights)
    weight_of[:, code] = weights
    bent = np.column_stack([capped(rows.exposure, 6.0), hinge(rows.exposure, 6.0)])
    design = within_person(np.column_stack([bent, rows.controls]), rows.person)
    outcome = within_person(rows.outcome[:, None], rows.person)[:, 0]
    shapes = rivals(grams.levels, grams.days.sum(axis=0), 6.0, breaks)
    ours = fit(sample, grams, shapes["F7"]).coefficients
    for draw in range(5):
        root = np.sqrt(weight_of[draw][rows.couple])
        plain = np.linalg.lstsq(design * root[:, None], outcome * root, rcond=None)[0][:2]
        assert np.allclose(ours[draw], plain, atol=SAME)


def test_the_profile_is_the_fall_of_the_sum_of_squares(rows, grams, breaks) -> None:
    ours = profile(grams.total, grams, breaks.hinges, jump=False)
    outcome = within_person(rows.outcome[:, None], rows.person)[:, 0]

    def left(*columns):
        design = within_person(np.column_stack([*columns, rows.controls]), rows.person)
        return ((outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]) ** 2).sum()

    base = left(rows.exposure)
    plain = [base - left(rows.exposure, hinge(rows.exposure, tau)) for tau in breaks.hinges]
    assert np.allclose(ours, plain, atol=1e-6)


def test_left_out_couples_are_not_used(rows, grams, breaks) -> None:
    shapes = rivals(grams.levels, grams.days.sum(axis=0), 6.0, breaks)
    fold = folds_of(grams.n_couples, np.random.default_rng(2))
    assert np.ptp(np.bincount(fold)) <= 1
    ours = Comparison(grams, shapes, fold)
    for code in ("F1", "F4", "F7"):
        for k in (0, 7):
            training = grams.cross[fold != k].sum(axis=0)
            loss = squares(grams.cross[fold == k], fit(training, grams, shapes[code]).residual)
            assert np.allclose(ours.losses(code)[fold == k], loss)


def test_the_weights_average_the_curves_no_worse_than_the_best_one(grams, breaks) -> None:
    shapes = rivals(grams.levels, grams.days.sum(axis=0), 6.0, breaks)
    fold = folds_of(grams.n_couples, np.random.default_rng(2))
    ours = Comparison(grams, shapes, fold)
    weights = np.array([ours.weights[code] for code in shapes])
    assert weights.min() >= 0.0
    assert weights.sum() == pytest.approx(1.0)
    averaged = 0.0
    for k in range(10):
        training = grams.cross[fold != k].sum(axis=0)
        residual = weights @ np.array([fit(training, grams, shape).residual for shape in shapes.values()])
        averaged += squares(grams.cross[fold == k].sum(axis=0), residual)
    assert averaged <= min(ours.loss(code) for code in shapes) * (1 + 1e-9)


def test_places_are_tested_against_the_best_place() -> None:
    grams = couple_grams(rows_from(simulate("plateau_6", couples=200, seed=12)))
    tried = breaks_to_try(grams.levels, grams.days.sum(axis=0), 6.0).hinges
    low, high = places_not_rejected(grams, tried, random_signs(np.random.default_rng(0), 199, 200))
    best = tried[int(profile(grams.total, grams, tried, jump=False).argmax())]
    assert low <= best <= high
    assert low <= 6.0 <= high
    assert low >= 3.5
    assert high <= 8.5
    assert places_not_rejected(grams, tried, np.ones((99, 200))) == (min(tried), max(tried))


def test_controls_are_those_of_the_regression(rows, grams) -> None:
    design = np.column_stack([capped(rows.exposure, 6.0), hinge(rows.exposure, 6.0), rows.controls])
    outcome = within_person(rows.outcome[:, None], rows.person)[:, 0]
    plain = np.linalg.lstsq(within_person(design, rows.person), outcome, rcond=None)[0]
    ours = held_constant(grams, resampled(grams, np.random.default_rng(0), 99), 6.0)
    assert [estimate.value for estimate in ours] == pytest.approx(plain[2:], abs=SAME)


def test_a_plateau_at_six_is_located_and_measured() -> None:
    grams = couple_grams(rows_from(simulate("plateau_6", couples=200, seed=11, scale="0-100")))
    days = grams.days.sum(axis=0)
    found = breaks_to_try(grams.levels, days, 6.0)
    sample = resampled(grams, np.random.default_rng(0), 199)
    place = locate(grams, sample, found)
    slopes = Slopes(grams, redrawn(grams.n_couples, np.random.default_rng(0), 199), 6.0)
    shapes = rivals(grams.levels, days, 6.0, found)
    assert place.low <= 6.0 <= place.high
    assert 4.0 <= place.estimate <= 8.0
    assert slopes.low.low90 > 0.0
    assert slopes.change.value == pytest.approx(slopes.high.value - slopes.low.value)
    assert total_effect(grams, sample, shapes["F3"], 6.0).value == pytest.approx(
        6 * coefficients(grams, sample, capped(grams.levels, 6.0))[0].value
    )


def test_the_sup_test_keeps_its_size_on_a_straight_line() -> None:
    hits = 0
    for seed in range(60):
        grams = couple_grams(rows_from(simulate("linear", couples=60, days=14, seed=seed)))
        breaks = breaks_to_try(grams.levels, grams.days.sum(axis=0), 6.0)
        hits += BreakTests(grams, breaks, np.random.default_rng(seed), 199).kink.p_value < 0.05
    assert hits <= 9  # 60 draws at .05 exceed nine with probability .002
