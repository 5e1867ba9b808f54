"""A dated event: against dummies for every day since, worked out by hand, and with a drop and decay that are known."""

from __future__ import annotations

import numpy as np
import pytest
from tests.models.relation_data import SETTING, asked, by_couple, by_person, estimated, frames, ids

from couples_study.contracts.evidence import NotTestable
from couples_study.core.errors import StudyFileError
from couples_study.models.piecewise_change import Shape
from couples_study.models.registry import check_question

EXACT = 1e-8  # the same least squares, once demeaned and once with a dummy per person
UNIT = {"unit": "points per event", "value": 0.2}
KEYS = {"model": "piecewise_change", "outcome": "y", "predictor": "event", "knots": [7, 14], "covariates": []}


def diary(couples=80, days=28, seed=1, drop=-1.0, left=-0.5, chance=0.03, lead=0.0, quiet=()):
    """``y`` falls by ``drop`` on the day of an event and has come back to ``left`` after fourteen days, for good."""
    rng = np.random.default_rng(seed)
    table = ids(couples, days)
    event = ((rng.random(len(table)) < chance) & ~table["day"].isin(quiet).to_numpy()) * 1.0
    effect = np.zeros(len(table))
    for at in np.flatnonzero(event):
        later = np.arange(at, (at // days + 1) * days)
        effect[later] += np.interp(later - at, [0, 14], [drop, left])
        before = np.arange(max(at - 2, at // days * days), at)
        effect[before] += lead
    noise = rng.normal(size=len(table))
    return table.assign(event=event, y=by_couple(table, rng) + by_person(table, rng) + effect + noise)


def design_by_hand(table, nodes):
    """The broken line for each row from the dates alone, summed over events."""
    columns = np.zeros((len(table), len(nodes)))
    for _, one in table.groupby("person_id", sort=False):
        dates = one.loc[one["event"] == 1, "day"].to_numpy()
        for index, day in zip(one.index, one["day"], strict=True):
            for since in (day - dates)[day - dates >= 0]:
                for place in range(len(nodes)):
                    columns[index, place] += np.interp(since, nodes, np.eye(len(nodes))[place])
    return columns


def test_the_broken_line_equals_least_squares_with_a_dummy_per_person():
    table = diary(couples=90)
    table = table[np.arange(len(table)) % 7 != 3].reset_index(drop=True)  # evenings without an answer
    found = estimated(frames(table), **KEYS, **UNIT, test=["drop", "day.7", "day.14"])
    X = np.column_stack([design_by_hand(table, [0, 7, 14]),
                         np.eye(180)[table["person_id"].factorize()[0]]])  # fmt: skip
    beta = np.linalg.lstsq(X, table["y"].to_numpy(), rcond=None)[0]
    assert [t.estimate for t in found.tested] == pytest.approx(list(beta[:3]), abs=EXACT)
    with_event = table.loc[table["event"] == 1, "couple_id"].nunique()
    assert found.tested[0].df == with_event - 1 < table["couple_id"].nunique() - 1


def test_the_clustered_error_is_that_of_statsmodels():
    from statsmodels.genmod.cov_struct import Independence
    from statsmodels.genmod.generalized_estimating_equations import GEE

    table = diary(couples=90)
    found = estimated(frames(table), **KEYS, **UNIT, test=["drop"])
    values = np.column_stack([table["y"], design_by_hand(table, [0, 7, 14])])
    for rows in table.groupby("person_id").groups.values():
        values[rows] -= values[rows].mean(axis=0)
    fit = GEE(values[:, 0], values[:, 1:], groups=table["couple_id"].to_numpy(), cov_struct=Independence()).fit(
        cov_type="bias_reduced"
    )
    assert found.tested[0].std_error == pytest.approx(float(fit.bse[0]), abs=EXACT)


def test_a_known_drop_and_what_is_left_of_it_are_recovered_and_covered():
    runs = [estimated(frames(diary(couples=100, seed=s)), **KEYS, **UNIT, test=["drop", "day.14"]) for s in range(60)]
    for place, truth in enumerate((-1.0, -0.5)):
        terms = [run.tested[place] for run in runs]
        assert np.mean([t.estimate for t in terms]) == pytest.approx(truth, abs=4 * terms[0].std_error / np.sqrt(60))
        assert sum(t.conf_low < truth < t.conf_high for t in terms) >= 52  # fewer of 60 come once in 200 times


def test_the_average_leaves_the_day_itself_out():
    assert Shape(nodes=(0, 2)).weights("average") == pytest.approx([0.25, 0.75])  # days 1 (half way) and 2
    only_that_day = diary(couples=300, drop=0.0, left=0.0)
    only_that_day["y"] = only_that_day["y"] - 2.0 * only_that_day["event"]
    found = estimated(frames(only_that_day), **(KEYS | {"knots": [1, 7]}), **UNIT)
    assert found.tested[0].term == "average"
    assert abs(found.tested[0].estimate) < 3 * found.tested[0].std_error


def test_gaps_are_seen_by_the_calendar():
    away = range(10, 21)  # no answers, and no events that would not be known
    table = diary(couples=150, drop=-2.0, left=-2.0, quiet=away)
    kept = table[~table["day"].isin(away)]
    found = estimated(frames(kept), **KEYS, **UNIT, test=["day.14"])
    assert found.tested[0].estimate == pytest.approx(-2.0, abs=3 * found.tested[0].std_error)


def test_what_went_before_stands_apart():
    table = diary(couples=200, drop=0.0, left=0.0, lead=-1.0)
    found = estimated(frames(table), **KEYS, **UNIT, since=2, test=["drop"])
    before = next(t for t in found.coefficients if t.term == "before")
    assert before.estimate == pytest.approx(-1.0, abs=3 * before.std_error)
    assert abs(found.tested[0].estimate) < 3 * found.tested[0].std_error
    labels = [row.label for row in found.sensitivity]
    assert labels == ["with the 3 days before apart", "with a trend of each person's own", "without covariates"]


@pytest.mark.parametrize("wrong", [
    {"predictor": None}, {"knots": []}, {"knots": [7, 3]}, {"test": ["day.9"]}, {"unit": "SD per SD"},
])  # fmt: skip
def test_what_can_not_be_meant_is_refused(wrong):
    with pytest.raises(StudyFileError):
        check_question(asked(**(KEYS | UNIT | wrong)), SETTING, "test")


def test_too_few_events_or_days_are_not_testable():
    rare = estimated(frames(diary(chance=0.002)), **KEYS, **UNIT)
    assert isinstance(rare, NotTestable)
    assert rare.reason == "too_few_couples"
    assert estimated(frames(diary()), **(KEYS | {"knots": [7, 60], "test": ["day.60"]}), **UNIT).reason == "too_short"
