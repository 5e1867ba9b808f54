"""Growth: recovery of gains with dropout that depends on earlier answers, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from tests.models.weekly_data import SETTING

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.core.errors import StudyFileError
from couples_study.models import growth
from couples_study.models.clustered import gee
from couples_study.models.terms import contrast
from couples_study.planning.scenarios import scenarios
from couples_study.planning.trials import run_trial

FOUNDATION = "gain.2[emotional_first] - gain.1[physical_first] - gain.2[wait_list] + gain.1[wait_list]"
KEYS = {
    "id": "T", "statement": "A test.", "model": "growth", "outcome": "phys", "arm": "arm", "begins": 1,
    "knots": [6, 12], "at": 16, "test": [FOUNDATION],
    "smallest_effect": {"value": 0.25, "unit": "SD per arm", "why": "a test"},
}  # fmt: skip


def asked(**keys):
    return Hypothesis.model_validate({**KEYS, **keys})


@pytest.fixture(scope="module")
def found():
    weekly = run_trial(scenarios()["trial_emotional_best"], 240, 3).weekly()
    return growth.curves("T", asked(), weekly, SETTING)


def test_the_foundation_is_recovered(found):
    (term,) = found.tested
    assert abs(term.estimate - 0.48) < 3 * term.std_error
    assert term.df > 100


def test_gains_of_all_arms_are_there_in_the_modules(found):
    gains = {term.name: term for term in found.coefficients}
    assert gains["gain.2[emotional_first]"].estimate > gains["gain.1[emotional_first]"].estimate
    assert abs(gains["gain.2[wait_list]"].estimate) < 4 * gains["gain.2[wait_list]"].std_error
    assert len([name for name in gains if name.startswith("gain")]) == 12


def test_robust_errors_stand_beside_it(found):
    assert isinstance(found, Evidence)
    row = found.sensitivity[0]
    assert row.estimate == pytest.approx(found.tested[0].estimate)
    assert row.std_error == pytest.approx(found.tested[0].std_error, rel=0.4)


def test_missing_answers_stand_beside_it(found):
    """The marginal model is the package's GEE on the same rows, a shift is what imputing it gives, and so on."""
    weekly = run_trial(scenarios()["trial_emotional_best"], 240, 3).weekly()
    question, (marginal, quarter, half, weighted) = asked(), found.sensitivity[1:]
    rows = growth.rows_of(question, weekly)
    names = list(rows.X.columns)
    along = contrast(FOUNDATION, names, "test") / weekly.baseline_sd("phys")
    fit = gee(rows.y, rows.X.to_numpy(), names, rows.couple)
    assert marginal.estimate == pytest.approx(float(along @ fit.params), abs=1e-9)
    assert marginal.std_error == pytest.approx(float(np.sqrt(along @ fit.cov @ along)), rel=1e-6)
    told, weeks = growth.told_until(question, weekly)
    couple, slot, place = (one.ravel() for one in np.indices(told.shape))
    X = growth.columns_of(question, weekly, (couple, slot, weeks[place].astype(float)), 16.0).to_numpy()
    gone = ~np.isfinite(told.ravel())
    for row, shift in ((quarter, -0.25), (half, -0.5)):
        filled = np.where(gone, X @ fit.params + shift * weekly.baseline_sd("phys"), told.ravel())
        again = np.linalg.lstsq(X, filled, rcond=None)[0]
        assert row.estimate == pytest.approx(float(along @ again), abs=1e-9)
    assert abs(weighted.estimate - marginal.estimate) < marginal.std_error
    assert weighted.estimate != pytest.approx(marginal.estimate, abs=1e-4)


def test_an_arm_that_is_not_there_is_not_testable():
    weekly = run_trial(scenarios()["trial_null"], 80, 3).weekly()
    found = growth.curves("T", asked(test=["gain.1[guided]"]), weekly, SETTING)
    assert isinstance(found, NotTestable)
    assert found.reason == "needs_arms"


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"knots": []}, "knots"),
        ({"knots": [6, 3]}, "knots"),
        ({"test": ["slope.1[a]"]}, "gain"),
        ({"arm": None}, "arm"),
    ],
)
def test_questions_that_can_not_be_meant_are_refused(keys, word):
    with pytest.raises(StudyFileError, match=word):
        growth.check(asked(**keys), SETTING, "test")


def test_ramps_rise_over_their_own_piece():
    weekly = run_trial(scenarios()["trial_null"], 80, 3, complete=True).weekly()
    rows = growth.rows_of(asked(), weekly)
    one = rows.X["gain.2[wait_list]"].to_numpy()
    inside = weekly.arm[rows.couple] == weekly.arms.index("wait_list")
    np.testing.assert_allclose(one[inside & (rows.week <= 6)], 0)
    np.testing.assert_allclose(one[inside & (rows.week == 9)], 0.5)
    np.testing.assert_allclose(one[inside & (rows.week >= 12)], 1)
