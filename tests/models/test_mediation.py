"""Mediation in trials and within persons: formulas, resamples, hidden causes and measurement error."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS

from couples_study.models.mediation import (
    Answers,
    Paths,
    missing_rows,
    paths_in_trial,
    paths_within,
    true_share,
    within_rows,
)


def trial_data(couples=300, seed=1, a=0.5, b=0.4, direct=0.2, hidden=0.0, error=0.0):
    """Mediator and outcome of both partners; ``hidden`` moves both, ``error`` is added to the mediator."""
    rng = np.random.default_rng(seed)
    arm = (np.arange(couples) % 2).astype(float)
    before = rng.normal(size=(couples, 2)) + rng.normal(size=(couples, 1))
    cause = rng.normal(size=(couples, 2))
    m = (
        a * arm[:, None]
        + 0.5 * before
        + hidden * cause
        + rng.normal(size=(couples, 2))
        + 0.5 * rng.normal(size=(couples, 1))
    )
    y = direct * arm[:, None] + b * m + 0.3 * before + hidden * cause + rng.normal(size=(couples, 2))
    return arm, m + error * rng.normal(size=m.shape), y, before[..., None]


def test_paths_are_two_least_squares():
    arm, m, y, held = trial_data(seed=2)
    y[3, 1], m[7, 0] = np.nan, np.nan
    found = paths_in_trial(arm, m, y, held, np.random.default_rng(1), 9).estimate
    there = np.isfinite(m) & np.isfinite(y)
    X = np.column_stack([np.ones(there.sum()), np.broadcast_to(arm[:, None], m.shape)[there], held[there][:, 0]])
    first, second = OLS(m[there], X).fit(), OLS(y[there], np.column_stack([X, m[there]])).fit()
    assert found.a == pytest.approx(first.params[1], abs=1e-9)
    assert found.b == pytest.approx(second.params[3], abs=1e-9)
    assert found.direct == pytest.approx(second.params[1], abs=1e-9)
    assert found.sd_m == pytest.approx(np.sqrt(first.scale), abs=1e-9)
    assert found.sd_y == pytest.approx(np.sqrt(second.scale), abs=1e-9)


def test_the_bootstrap_is_of_couples_and_covers_as_leaving_couples_out():
    arm, m, y, held = trial_data(seed=4)
    drawn = paths_in_trial(arm, m, y, held, np.random.default_rng(1), 999)
    values = []
    for c in range(len(arm)):
        keep = np.arange(len(arm)) != c
        values.append(
            float(
                paths_in_trial(arm[keep], m[keep], y[keep], held[keep], np.random.default_rng(1), 1).estimate.indirect
            )
        )
    n = len(arm)
    jackknife = np.sqrt((n - 1) / n * np.sum((np.array(values) - np.mean(values)) ** 2))
    term = drawn.term("indirect", 1.0)
    assert term.std_error == pytest.approx(jackknife, rel=0.08)
    assert abs(term.estimate - 0.2) < 3.5 * term.std_error


def test_the_residual_correlation_of_a_hidden_cause_undoes_its_mediation():
    """b is zero and a hidden cause moves both: at the residual correlation it makes, the indirect effect is gone."""
    arm, m, y, held = trial_data(couples=20_000, seed=5, b=0.0, hidden=0.7)
    found = paths_in_trial(arm, m, y, held, np.random.default_rng(1), 3).estimate
    true = 0.49 / np.sqrt((1.25 + 0.49) * (1 + 0.49))
    assert found.indirect > 0.05
    assert found.rho_of_zero == pytest.approx(true, abs=0.02)
    assert found.at(float(found.rho_of_zero)).indirect == pytest.approx(0.0, abs=1e-9)
    assert found.at(0.3).total == pytest.approx(float(found.total))


def test_an_error_of_known_size_is_taken_out_of_the_mediator():
    arm, m, y, held = trial_data(couples=20_000, seed=6, error=1.0)
    rng = np.random.default_rng(1)
    plain = paths_in_trial(arm, m, y, held, rng, 3).estimate
    errors = np.array([0.0, 1.0])
    corrected = paths_in_trial(arm, m, y, held, rng, 3, errors).estimate
    assert plain.b < 0.3
    assert corrected.b == pytest.approx(0.4, abs=0.02)
    assert true_share(arm, m, y, held, errors) == pytest.approx(1.25 / 2.25, abs=0.02)


def days(couples=60, length=20, seed=1, covary=0.06):
    """One person per couple, slopes a and b that vary together."""
    rng = np.random.default_rng(seed)
    slopes = rng.multivariate_normal([0.3, 0.3], [[0.1, covary], [covary, 0.1]], size=couples)
    x = rng.normal(size=(couples, length))
    m = slopes[:, [0]] * x + rng.normal(size=x.shape)
    y = slopes[:, [1]] * m + 0.1 * x + rng.normal(size=x.shape)
    person = np.repeat(np.arange(couples), length)
    day = np.tile(np.arange(length), couples)
    return within_rows(x.ravel(), m.ravel(), y.ravel(), day[:, None].astype(float), person, person, day)


def test_the_average_indirect_effect_holds_the_covariance_of_slopes():
    drawn, _ = paths_within(days(couples=150), np.random.default_rng(2), 30)
    term = drawn.term("indirect", 1.0)
    assert abs(term.estimate - (0.09 + 0.06)) < 3 * term.std_error
    product = float(drawn.estimate.a * drawn.estimate.b)
    assert product < 0.12 < term.estimate


def test_facts_are_turned_round_where_less_is_claimed():
    resampled = Paths(
        a=np.linspace(-0.6, -0.4, 99), b=np.full(99, 0.5), direct=np.full(99, -0.2), cov_ab=np.zeros(99),
        sd_m=np.ones(99), sd_y=np.ones(99),
    )  # fmt: skip
    middle = Paths(**{name: getattr(resampled, name)[49] for name in ("a", "b", "direct", "cov_ab", "sd_m", "sd_y")})
    from couples_study.models.mediation import Draws

    facts = Draws(estimate=middle, resampled=resampled).facts(1.0, -1.0)
    assert facts["indirect"] == pytest.approx(-0.25)
    assert 0 < facts["indirect_low95"] < facts["indirect_low90"] < facts["indirect_high90"] < facts["indirect_high95"]
    assert facts["survives_rho"] == 1.0
    assert facts["share"] == pytest.approx(0.25 / 0.45)


def some_missing(seed=5):
    """Outcomes that are the likelier missing the lower the baseline was."""
    arm, m, y, held = trial_data(couples=400, seed=seed)
    gone = np.random.default_rng(seed).random(y.shape) < 1 / (1 + np.exp(1 + 1.5 * held[..., 0]))
    return arm, m, np.where(gone, np.nan, y), held


def test_a_shift_of_missing_outcomes_is_what_imputing_it_gives():
    arm, m, y, held = some_missing()
    seed = np.random.SeedSequence(1)
    answers = Answers(arm=arm, mediator=m, outcome=y, held=held, errors=None)
    random = paths_in_trial(arm, m, y, held, np.random.default_rng(seed), 99)
    rows, facts, _ = missing_rows(answers, random, seed, 99, (1.0, 1.0))
    there = np.isfinite(y)
    first = np.broadcast_to(arm[:, None], y.shape)
    X = np.column_stack([np.ones(y.size), first.ravel(), held.ravel(), m.ravel()])
    beta = np.linalg.lstsq(X[there.ravel()], y[there], rcond=None)[0]
    for row, shift, inside in ((rows[0], -0.25, first == 1), (rows[3], -0.5, first >= 0)):
        filled = np.where(there.ravel(), y.ravel(), X @ beta + shift * inside.ravel())
        b = np.linalg.lstsq(X, filled, rcond=None)[0][3]
        assert row.estimate == pytest.approx(float(random.estimate.a) * b, abs=1e-9)
    assert [row.label for row in rows[:2]] == [
        "missing answers in the first arm 0.25 SD lower", "missing answers in the first arm 0.5 SD lower",
    ]  # fmt: skip
    assert abs(facts.get("tipping_point", 9.9)) > 0.5


def test_weights_give_the_weighted_least_squares():
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.regression.linear_model import WLS

    arm, m, y, held = some_missing(6)
    seed = np.random.SeedSequence(1)
    answers = Answers(arm=arm, mediator=m, outcome=y, held=held, errors=None)
    random = paths_in_trial(arm, m, y, held, np.random.default_rng(seed), 99)
    row = missing_rows(answers, random, seed, 99, (1.0, 1.0))[0][-1]
    there = np.isfinite(y).ravel()
    X = np.column_stack([np.ones(y.size), np.broadcast_to(arm[:, None], y.shape).ravel(), held.ravel()])
    chance = GLM(there.astype(float), X, family=Binomial()).fit().fittedvalues
    w = np.minimum(1 / chance, np.quantile((1 / chance)[there], 0.99))[there]
    a = WLS(m.ravel()[there], X[there], w).fit().params[1]
    b = WLS(y.ravel()[there], np.column_stack([X, m.ravel()])[there], w).fit().params[3]
    assert row.estimate == pytest.approx(a * b, abs=1e-8)
