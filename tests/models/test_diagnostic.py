"""Signs and whom they tell: the area by every pair, the model of the signs by brute force, and known truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special, stats
from tests.models.list_data import ITEMS, SETTING, people_of
from tests.models.relation_data import asked, estimated

from couples_study.core.errors import StudyFileError
from couples_study.models import diagnostic
from couples_study.models.checklist import two_parameters
from couples_study.models.diagnostic import area_under

KEYS = {
    "model": "diagnostic", "rule": "R13", "outcome": "lost", "items": ITEMS, "stated": 0.7, "cut": 4, "causal": False,
    "tolerance": {"refuted": 0.6}, "unit": "area", "value": 0.05,
}  # fmt: skip
SLOPES = np.linspace(0.8, 2.2, 8)
PLACES = np.linspace(-0.5, 1.5, 8)


def signs(couples=200, told=0.75, seed=1, alike=0.4):
    """Signs of a trouble that partners share in part, and a criterion that goes with it by ``told``."""
    rng = np.random.default_rng(seed)
    trouble = np.sqrt(alike) * rng.normal(size=(couples, 1)) + np.sqrt(1 - alike) * rng.normal(size=(couples, 2))
    ticks = rng.random((couples, 2, 8)) < special.expit(SLOPES * (trouble[:, :, None] - PLACES))
    criterion = told * trouble + np.sqrt(1 - told**2) * rng.normal(size=trouble.shape)
    return people_of(ticks.astype(float), lost=(criterion > stats.norm.isf(0.25)).ravel().astype(float))


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(2)
    score, lost, couple = rng.integers(0, 6, 60), rng.random(60) < 0.4, np.repeat(np.arange(30), 2)
    area, error = area_under(score, lost, couple)
    pairs = [(p > n) + 0.5 * (p == n) for p in score[lost] for n in score[~lost]]
    assert area == pytest.approx(np.mean(pairs), abs=1e-12)
    positive = np.array([np.mean([(p > n) + 0.5 * (p == n) for n in score[~lost]]) for p in score[lost]])
    negative = np.array([np.mean([(p > n) + 0.5 * (p == n) for p in score[lost]]) for n in score[~lost]])
    total = 0.0
    for one in range(30):  # Obuchowski's S10, S01 and S11 in one: each couple's sum
        a = ((positive - area)[couple[lost] == one]).sum() / lost.sum()
        b = ((negative - area)[couple[~lost] == one]).sum() / (~lost).sum()
        total += (a + b) ** 2
    assert error == pytest.approx(np.sqrt(total * 30 / 29), rel=1e-12)


def test_the_error_is_that_of_resampled_couples():
    people = signs().people
    score, lost = people[list(ITEMS)].sum(axis=1).to_numpy(), people["lost"].to_numpy() == 1
    couple = np.repeat(np.arange(200), 2)
    _, error = area_under(score, lost, couple)
    rng = np.random.default_rng(3)
    drawn = []
    for _ in range(400):
        rows = (2 * rng.integers(0, 200, 200)[:, None] + [0, 1]).ravel()
        drawn.append(area_under(score[rows], lost[rows], np.repeat(np.arange(200), 2))[0])
    assert error == pytest.approx(np.std(drawn, ddof=1), rel=0.12)  # 400 draws: an error of 3.5% of its own


def test_the_interval_holds_the_truth():
    truth = []
    for seed in range(1000, 1010):
        people = signs(couples=5000, seed=seed).people
        truth.append(area_under(people[list(ITEMS)].sum(axis=1).to_numpy(), people["lost"].to_numpy() == 1,
                                np.repeat(np.arange(5000), 2))[0])  # fmt: skip
    inside = 0
    for seed in range(200):
        people = signs(couples=70, seed=seed).people
        found = diagnostic._area(
            people[list(ITEMS)].sum(axis=1).to_numpy(), people["lost"].to_numpy() == 1, np.repeat(np.arange(70), 2), "a"
        )
        inside += found.conf_low <= np.mean(truth) <= found.conf_high
    assert inside / 200 >= 0.90  # three standard errors below .95


def test_the_model_of_the_signs_is_that_of_another_integral_and_optimiser():
    """Four signs, the trouble on a grid of 401 points, slopes by a search that knows no derivatives."""
    people = signs(couples=120).people
    answers = people[list(ITEMS[:4])].to_numpy()
    found = two_parameters(answers, np.repeat(np.arange(120), 2))
    grid = np.linspace(-6, 6, 401)
    weight = stats.norm.pdf(grid) * (grid[1] - grid[0])

    def minus(values):
        yes = special.expit(values[:4] * (grid[:, None] - values[4:]))
        chance = np.prod(np.where(answers[:, None, :] == 1, yes, 1 - yes), axis=2)
        return -np.log(chance @ weight).sum()

    start = np.concatenate([found.slope * 0.9, found.place + 0.05])
    other = optimize.minimize(minus, start, method="Powell", options={"xtol": 1e-7, "ftol": 1e-12, "maxiter": 10000})
    assert found.log_likelihood == pytest.approx(-other.fun, abs=1e-4)
    assert found.slope == pytest.approx(other.x[:4], abs=5e-3)
    assert found.place == pytest.approx(other.x[4:], abs=5e-3)


def test_slopes_and_places_are_found_with_honest_errors():
    z = []
    for seed in range(12):
        answers = signs(couples=300, seed=seed, alike=0.6).people[list(ITEMS)].to_numpy()
        found = two_parameters(answers, np.repeat(np.arange(300), 2))
        z.append(
            np.concatenate([(found.slope - SLOPES) / found.slope_error, (found.place - PLACES) / found.place_error])
        )
    assert abs(np.mean(z)) < 0.35
    assert 0.8 < np.std(z) < 1.25  # 192 numbers, some of them of one study


def test_signs_that_tell_are_told_from_signs_that_do_not():
    tell = estimated(signs(), SETTING, **KEYS)
    assert tell.tested[0].conf_low > 0.7
    assert {"sensitivity", "specificity", "slope.i7", "place.i0"} <= {term.term for term in tell.coefficients}
    people = signs().people
    lost = people["lost"] == 1
    many = people[list(ITEMS)].sum(axis=1) >= 4
    assert tell.facts["sensitivity"] == pytest.approx(many[lost].mean())
    assert tell.facts["specificity"] == pytest.approx(1 - many[~lost].mean())
    assert estimated(signs(told=0.0), SETTING, **KEYS).tested[0].conf_high < 0.6
    assert len(tell.sensitivity) == 8


def test_a_sign_that_is_always_there_is_said_to_be_unscored():
    data = signs()
    data.people["i0"] = 1.0
    found = estimated(people_of(data.people[list(ITEMS)].to_numpy().reshape(200, 2, 8), lost=data.people["lost"]),
                      SETTING, **KEYS)  # fmt: skip
    assert any(one.code == "signs_not_scored" for one in found.concerns)
    assert found.tested[0].conf_low > 0.6


def test_too_few_on_one_side_are_no_answer():
    data = signs(couples=60)
    ticks = data.people[list(ITEMS)].to_numpy().reshape(60, 2, 8)
    lost = np.zeros(120)
    lost[:20] = 1.0
    assert estimated(people_of(ticks, lost=lost), SETTING, **KEYS).reason == "too_few_couples"


@pytest.mark.parametrize(("more", "word"), [
    ({"stated": None}, "stated"), ({"items": ("i0",)}, "three"), ({"outcome": "i0"}, "none of the signs"),
    ({"rule": "R2"}, "R13"), ({"tolerance": {"refuted": 0.9}}, "refuted"),
])  # fmt: skip
def test_what_is_missing_is_named(more, word):
    with pytest.raises(StudyFileError, match=word):
        diagnostic.check(asked(**{**KEYS, **more}), SETTING, "here")
