"""A fit that begins where another ended comes to the optimum that it would have found by itself."""

from __future__ import annotations

import numpy as np
import pytest
from tests.models.dyadic_data import SLOPES, diary, model


@pytest.mark.parametrize("residual", ["un@ar1", "un", "role"])
def test_like_rows_have_the_same_optimum_in_no_more_steps(residual):
    frame = diary(60, 14)
    alone = model(frame, SLOPES, residual=residual).fit()
    other = model(frame[frame["day"] > 1], SLOPES, residual=residual).fit()
    begun = model(frame, SLOPES, residual=residual).fit(like=other)
    assert begun.llf == pytest.approx(alone.llf, abs=1e-8)
    assert np.asarray(begun.params) == pytest.approx(np.asarray(alone.params), abs=1e-5)
    assert np.asarray(begun.bse) == pytest.approx(np.asarray(alone.bse), rel=1e-4)
    assert begun.convergence.evaluations <= alone.convergence.evaluations


def test_a_boundary_of_the_other_fit_is_left_where_it_is_false():
    """All couples alike in the first rows, so its slopes have no variance; the second rows have some."""
    alike = diary(60, 14)
    rng = np.random.default_rng(3)
    alike["y"] = 4.0 + 0.3 * alike["within"] + rng.normal(size=len(alike))
    other = model(alike, SLOPES, residual="role").fit()
    assert other.convergence.boundary
    frame = diary(60, 14)
    alone = model(frame, SLOPES, residual="role").fit()
    begun = model(frame, SLOPES, residual="role").fit(like=other)
    assert begun.converged
    assert begun.llf == pytest.approx(alone.llf, abs=1e-7)


def test_another_structure_is_no_start():
    frame = diary(40, 10)
    small = model(frame, ["fa", "fb"], residual="un").fit()
    alone = model(frame, SLOPES, residual="un").fit()
    begun = model(frame, SLOPES, residual="un").fit(like=small)
    assert begun.llf == alone.llf


def test_a_looser_end_is_near_the_optimum():
    frame = diary(60, 14)
    exact = model(frame, SLOPES).fit()
    loose = model(frame, SLOPES).fit(tolerance=1e-4)
    assert loose.converged
    assert 0 <= exact.llf - loose.llf < 0.01
    off = (np.asarray(loose.params) - np.asarray(exact.params)) / np.asarray(exact.bse)
    assert np.abs(off).max() < 0.05
