"""The curves live on the raw count and are centred within persons afterwards."""

import numpy as np
import pytest
from tests.support_threshold import simulate

from couples_study.models.threshold.basis import (
    SHAPES,
    breaks_to_try,
    capped,
    code_of,
    hinge,
    natural_spline,
    number_of,
    rivals,
    step,
    within_person,
)
from couples_study.models.threshold.crossed import couple_grams
from couples_study.models.threshold.grams import fit, squares
from couples_study.models.threshold.rows import rows_from

EXACT = 1e-9  # sums of some thousand numbers of size ten, in double precision


@pytest.fixture(scope="module")
def rows():
    return rows_from(simulate("plateau_6", couples=60, days=14, seed=3))


@pytest.fixture(scope="module")
def grams(rows):
    return couple_grams(rows)


@pytest.fixture(scope="module")
def shapes(grams):
    days = grams.days.sum(axis=0)
    return rivals(grams.levels, days, 6.0, breaks_to_try(grams.levels, days, 6.0))


def test_every_basis_column_sums_to_zero_in_each_person(rows, grams, shapes) -> None:
    at = rows.exposure.astype(int)
    for shape in shapes.values():
        columns = np.hstack([shape.fixed, shape.family])[at]
        centred = within_person(columns, rows.person)
        sums = [np.bincount(rows.person, weights=column) for column in centred.T]
        assert np.allclose(sums, 0.0, atol=1e-7 * max(1.0, np.abs(columns).max(initial=0.0)))


def test_the_hinge_stays_at_the_raw_count(rows) -> None:
    centred = within_person(hinge(rows.exposure, 6.0)[:, None], rows.person)[:, 0]
    for person in np.unique(rows.person)[:20]:
        here = rows.person == person
        below = centred[here & (rows.exposure <= 6)]
        assert np.ptp(below) < EXACT if len(below) else True


def test_cross_products_are_those_of_the_demeaned_rows(rows, grams) -> None:
    indicators = (rows.exposure[:, None] == grams.levels).astype(float)
    columns = within_person(np.column_stack([indicators, rows.controls, rows.outcome]), rows.person)
    assert np.allclose(columns.T @ columns, grams.total, atol=1e-6)
    assert grams.days.sum() == len(rows)


@pytest.mark.parametrize("code", list(SHAPES))
def test_a_fit_is_least_squares_on_rows_with_person_effects(code, rows, grams, shapes) -> None:
    shape = shapes[code]
    found = fit(grams.total, grams, shape)
    at = rows.exposure.astype(int)
    members = shape.family.T if shape.family.shape[1] else [None]
    outcome = within_person(rows.outcome[:, None], rows.person)[:, 0]
    best = np.inf
    for member in members:
        levels = shape.fixed if member is None else np.column_stack([shape.fixed, member])
        design = within_person(np.column_stack([levels[at], rows.controls]), rows.person)
        solution = np.linalg.lstsq(design, outcome, rcond=None)[0]
        best = min(best, ((outcome - design @ solution) ** 2).sum())
    assert squares(grams.total, found.residual) == pytest.approx(best, rel=1e-9)


def test_shapes_are_what_their_names_say() -> None:
    x = np.arange(13.0)
    assert np.array_equal(capped(x, 6.0), np.minimum(x, 6))
    assert np.array_equal(hinge(x, 6.0), np.r_[np.zeros(7), np.arange(1.0, 7.0)])
    assert np.array_equal(step(x, 5.5), step(x, 6.0))
    assert all(code_of(number_of(code)) == code for code in SHAPES)


def test_the_spline_is_straight_outside_its_knots_and_smooth_inside() -> None:
    knots = np.array([1.0, 3.0, 5.0, 8.0, 13.0])
    fine = np.linspace(0.0, 20.0, 2001)
    columns = natural_spline(fine, knots)
    assert columns.shape == (2001, 4)
    bend = np.diff(columns, 2, axis=0)
    assert np.allclose(bend[fine[1:-1] < 0.95], 0.0, atol=1e-9)
    assert np.allclose(bend[fine[1:-1] > 13.05], 0.0, atol=1e-9)
    assert np.abs(np.diff(bend, axis=0)).max() < 1e-4


def test_breaks_are_sought_only_where_days_lie_on_both_sides() -> None:
    levels = np.arange(26.0)
    days = np.where((levels >= 2) & (levels <= 9), 100, 0)
    found = breaks_to_try(levels, days, 6.0)
    assert min(found.hinges) == 2.5
    assert max(found.hinges) == 8.5
    assert (min(found.steps), max(found.steps)) == (3.0, 9.0)
