"""How soon an event comes: against a likelihood written out by hand, and with a hazard ratio that is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from tests.models.relation_data import SETTING, asked, by_couple, estimated, frames, ids

from couples_study.contracts.evidence import NotTestable
from couples_study.core.errors import StudyFileError
from couples_study.models.registry import check_question

EXACT = 2e-5  # the optimiser stops when the log-likelihood's gradient is below 1e-7; estimates then agree to this
UNIT = {"unit": "log hazard ratio per point", "value": 0.2}


def waves(couples=150, count=6, ratio=0.5, seed=1, hazard=0.12, frailty=0.0):
    """Waves of people with ``x`` at each wave; the hazard until the next one is exp(ratio * x) times as large."""
    rng = np.random.default_rng(seed)
    table = ids(couples, count).rename(columns={"day": "wave"})
    x = 0.6 * by_couple(table, rng) + 0.8 * rng.normal(size=len(table))
    risk = -np.log1p(-hazard) * np.exp(ratio * x + frailty * by_couple(table, rng))
    came = (rng.random(len(table)) < -np.expm1(-risk)).reshape(-1, count)
    first = np.where(came.any(axis=1), came.argmax(axis=1), count)  # the wave before the event
    event = (np.arange(count) > first[:, None]).ravel().astype(float)
    event[np.repeat(rng.random(len(first)) < 0.08, count)] = 1.0  # had it at the start
    return table.assign(x=x, event=event)


def by_hand(table):
    """Rows at risk by a plain loop: (couple, step, width, event, row of the table)."""
    rows = []
    for _, one in table.groupby("person_id", sort=False):
        told = [(t.wave, t.event, t.Index) for t in one.itertuples() if np.isfinite(t.event)]
        for (start, state, index), (stop, after, _) in pairwise(told):
            if state == 1:
                break
            rows.append((one["couple_id"].iloc[0], start + 1, stop - start, after, index))
    return rows


def fitted_by_hand(rows, X):
    """Maximum of the complementary log-log likelihood with a baseline for each step; couple sandwich."""
    couple = pd.factorize(pd.Series([r[0] for r in rows]))[0]
    step, width, event = (np.array([r[i] for r in rows]) for i in (1, 2, 3))
    D = np.column_stack([np.eye(step.max())[step - 1], X])
    offset = np.log(width)

    def parts(beta):
        rate = np.exp(D @ beta + offset)
        h = -np.expm1(-rate)
        return rate, h

    def loss(beta):
        rate, h = parts(beta)
        return -(event * np.log(h) - (1 - event) * rate).sum()

    def score(beta):
        rate, h = parts(beta)
        return D * ((event / h - 1) * rate)[:, None]

    start = np.r_[np.full(step.max(), -2.0), np.zeros(D.shape[1] - step.max())]
    best = optimize.minimize(loss, start, jac=lambda b: -score(b).sum(axis=0), method="BFGS", options={"gtol": 1e-7})
    rate, h = parts(best.x)
    bend = event * (rate * (1 - h) / h - rate**2 * (1 - h) / h**2) - (1 - event) * rate  # of the log-likelihood, seen
    bread = np.linalg.inv(D.T @ (D * -bend[:, None]))
    sums = np.zeros((couple.max() + 1, D.shape[1]))
    np.add.at(sums, couple, score(best.x))
    g, (n, k) = len(sums), D.shape
    cov = bread @ sums.T @ sums @ bread * g / (g - 1) * (n - 1) / (n - k)
    return best.x[step.max() :], np.sqrt(np.diag(cov))[step.max() :]


def test_the_hazard_ratio_equals_one_worked_out_by_hand():
    table = waves(couples=80)
    table.loc[table.index % 17 == 5, "event"] = np.nan  # waves that were skipped
    found = estimated(frames(table, time="wave"), model="hazard", outcome="event", predictor="x", **UNIT)
    rows = by_hand(table)
    (beta,), (error,) = fitted_by_hand(rows, table["x"].to_numpy()[[r[4] for r in rows]])
    assert found.facts["events"] == sum(r[3] for r in rows)
    assert found.counts.n_obs == len(rows)
    assert found.tested[0].estimate == pytest.approx(beta, abs=EXACT)
    assert found.tested[0].std_error == pytest.approx(error, abs=EXACT)
    assert found.tested[0].df == found.counts.couples - 1 == len({r[0] for r in rows}) - 1


def test_a_known_ratio_is_recovered_and_an_interval_covers_it():
    runs = [estimated(frames(waves(couples=120, seed=s, frailty=0.4), time="wave"), model="hazard", outcome="event",
                      predictor="x", **UNIT).tested[0] for s in range(60)]  # fmt: skip
    covered = sum(term.conf_low < 0.5 < term.conf_high for term in runs)
    assert covered >= 52  # 95% of 60 are 57; fewer than 52 come once in 200 times
    # a frailty of couples that is not in the model draws the ratio towards 1, by a few hundredths here
    assert 0.44 < np.mean([term.estimate for term in runs]) < 0.52


def test_skipped_waves_do_not_bend_the_ratio():
    table = waves(couples=600, seed=4)
    rng = np.random.default_rng(5)
    holes = table.assign(event=table["event"].where(rng.random(len(table)) > 0.3))
    whole, fewer = (estimated(frames(t, time="wave"), model="hazard", outcome="event", predictor="x", **UNIT).tested[0]
                    for t in (table, holes))  # fmt: skip
    assert fewer.estimate == pytest.approx(whole.estimate, abs=3 * fewer.std_error)


def test_those_in_the_lowest_quarter_are_set_against_the_others_and_doublings_counted():
    table = waves(couples=200, ratio=-0.6)
    low = estimated(frames(table, time="wave"), model="hazard", outcome="event", predictor="x", stated=0.25,
                    unit="log hazard ratio per lowest quarter", value=0.223)  # fmt: skip
    assert low.tested[0].estimate > 0
    rows = by_hand(table)
    x = table["x"].to_numpy()[[r[4] for r in rows]]
    (beta,), _ = fitted_by_hand(rows, (x <= np.quantile(x, 0.25)) * 1.0)
    assert low.tested[0].estimate == pytest.approx(beta, abs=EXACT)
    months = table.assign(x=2.0 ** (2 * table["x"]))
    twice = estimated(frames(months, time="wave"), model="hazard", outcome="event", predictor="x",
                      unit="log hazard ratio per doubling", value=0.223)  # fmt: skip
    plain = estimated(frames(table, time="wave"), model="hazard", outcome="event", predictor="x", **UNIT)
    assert twice.tested[0].estimate == pytest.approx(plain.tested[0].estimate / 2, abs=EXACT)


def test_arms_are_compared():
    table = waves(couples=300, ratio=0.0, seed=7)
    taught = table["couple_id"] < "c150"
    rng = np.random.default_rng(8)
    undone = (
        np.repeat(rng.random(600) < 0.5, 6) & taught & table["event"].groupby(table["person_id"]).transform("min").eq(0)
    )
    table = table.assign(event=np.where(undone, 0.0, table["event"]), group=np.where(taught, "taught", "not"))
    found = estimated(frames(table, time="wave"), model="hazard", outcome="event", arm="group",
                      contrast=["taught", "not"], unit="log hazard ratio per arm", value=0.223)  # fmt: skip
    assert found.tested[0].conf_high < 0
    assert found.facts["hazard_ratio"] == pytest.approx(np.exp(found.tested[0].estimate))


def repairs(couples=120, days=28, seed=1, ratio=0.4):
    """Hours until a conflict is mended, by the touches of the three days before, against the person's own usual."""
    rng = np.random.default_rng(seed)
    table = ids(couples, days)
    x = by_couple(table, rng) + rng.normal(size=len(table))
    lagged = pd.DataFrame({"p": table["person_id"], "x": x}).groupby("p")["x"]
    before = pd.concat([lagged.shift(back) for back in (1, 2, 3)], axis=1).mean(axis=1)
    hours = rng.exponential(size=len(table)) * 8 / np.exp(ratio * before.fillna(0.0))
    return table.assign(x=x, hours=np.where(rng.random(len(table)) < 0.4, np.minimum(hours, 168), np.nan))


def test_what_mends_sooner_is_told_by_the_hour():
    table = repairs(couples=300)
    keys = {"model": "hazard", "outcome": "hours", "predictor": "x", "knots": [2, 6, 12, 24, 48], "lag": 1, "window": 3}
    found = estimated(frames(table), **keys, **UNIT)
    assert found.tested[0].estimate == pytest.approx(0.4, abs=3 * found.tested[0].std_error)
    assert found.tested[0].std_error < 0.05
    ended = table["hours"].notna()
    assert found.facts["events"] <= ended.sum()
    missing = estimated(frames(table[table.index % 5 != 0]), **keys, **UNIT)
    assert missing.facts["at_risk"] < found.facts["at_risk"]


def test_stretches_of_time_are_what_was_not_yet_ended():
    table = repairs(couples=40, days=5).assign(hours=np.nan)
    table.loc[:, "hours"] = np.resize([1.0, 2.0, 7.0, 100.0], len(table))
    found = estimated(frames(table), model="hazard", outcome="hours", predictor="x", knots=[2, 10], **UNIT)
    n = len(table) // 4
    assert found.facts["at_risk"] == 4 * n + 2 * n
    assert found.facts["events"] == 3 * n


@pytest.mark.parametrize("wrong", [
    {"predictor": None}, {"arm": "group"}, {"knots": [6, 2]}, {"window": 3}, {"stated": 1.5},
    {"unit": "SD per SD"}, {"contrast": ["a", "b"]},
])  # fmt: skip
def test_what_can_not_be_meant_is_refused(wrong):
    question = asked(**({"model": "hazard", "outcome": "event", "predictor": "x"} | UNIT | wrong))
    with pytest.raises(StudyFileError):
        check_question(question, SETTING, "test")


def test_too_few_events_or_arms_are_not_testable():
    few = waves(couples=60, hazard=0.005, ratio=0.0)
    found = estimated(frames(few, time="wave"), model="hazard", outcome="event", predictor="x", **UNIT)
    assert isinstance(found, NotTestable)
    assert found.reason == "too_few_events"
    table = waves(couples=60).assign(group="not")
    found = estimated(frames(table, time="wave"), model="hazard", outcome="event", arm="group",
                      contrast=["taught", "not"], unit="log hazard ratio per arm")  # fmt: skip
    assert found.reason == "needs_arms"


def test_other_ways_of_asking_stand_beside():
    table = waves(couples=200)
    table = table.assign(w=np.random.default_rng(2).normal(size=len(table)))
    found = estimated(
        frames(table, time="wave"), model="hazard", outcome="event", predictor="x", covariates=["w"], **UNIT
    )
    assert [row.label for row in found.sensitivity] == [
        "without covariates", "as the other partner tells it", "a wave earlier",
    ]  # fmt: skip
    assert {concern.code for concern in found.concerns} == {"under_way"}
    assert found.figure.frames["bins"]["n"].sum() == found.facts["at_risk"]
