"""The chance of each verdict: counted as it comes, with the interval that the number of replicates leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import couples_study as cs
from couples_study.core.errors import UsageError
from couples_study.core.seeds import child
from couples_study.planning.attrition import leavers
from couples_study.planning.designs import Design, Subject, outcome_of, outcomes, require_possible
from couples_study.planning.power import COLUMNS, designs_of, wanted_verdict
from couples_study.planning.tally import OUTCOMES, Tally, wilson

C10 = Subject(id="C10")


def test_the_interval_is_wilsons():
    for part, whole in ((0, 20), (1, 20), (13, 40), (40, 40), (87, 1000)):
        assert wilson(part, whole) == pytest.approx(proportion_confint(part, whole, method="wilson"), abs=1e-12)
    assert wilson(0, 0) == (0.0, 1.0)


def test_counting_stops_at_a_look_once_every_interval_is_narrow_enough():
    tally = Tally(most=1000, precision=0.05)
    tally.add("s" * 90 + "i" * 10)
    assert not tally.complete
    tally.add("s" * 900)
    assert tally.done == 150
    assert tally.counts["supported"] == 140


def test_what_comes_after_the_last_replicate_asked_for_is_not_counted():
    tally = Tally(most=20)
    tally.add("sscinf" * 10)
    assert (tally.done, tally.complete) == (20, True)
    assert tally.counts["failed"] == 3


def test_the_table_has_a_row_for_every_outcome_and_shares_add_up():
    table = cs.power("C10", couples=(40,), days=(6,), reps=4, seed=3)
    assert list(table.columns) == list(COLUMNS)
    assert table["verdict"].tolist() == list(OUTCOMES)
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc[table["wanted"], "verdict"].tolist() == ["supported"]
    pd.testing.assert_frame_equal(table, cs.power("C10", couples=(40,), days=(6,), reps=4, seed=3))


def test_a_replicate_depends_on_its_number_alone():
    design = Design(subject=C10, world="claim_true", couples=40, days=6)
    whole = outcomes(design, 0, 6, 5)
    assert whole == outcomes(design, 0, 2, 5) + outcomes(design, 2, 4, 5)


def test_a_scenario_of_the_generator_will_do_too():
    design = Design(subject=Subject(id="C12"), world="cycle_true", couples=60, days=14, attrition=0.1)
    assert outcome_of(design, 0, 1) in "sci"


def test_a_fit_that_breaks_down_is_counted_as_failed(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise np.linalg.LinAlgError

    monkeypatch.setattr("couples_study.models.apim.fit_mixed", broken)
    table = cs.power("C10", couples=(40,), days=(6,), reps=2)
    assert table.set_index("verdict")["n"]["failed"] == 2


def test_couples_who_leave_leave_for_good_and_more_leave_where_more_are_said_to():
    days = pd.DataFrame({"couple_id": np.repeat(["a", "b", "c", "d", "e", "f"], 10), "day": np.tile(np.arange(10), 6)})
    tables = {"couples": pd.DataFrame({"couple_id": list("abcdef")}), "diary_days": days}
    counts = [leavers(share, child(1, "x"))(tables)["diary_days"].groupby("couple_id")["day"].agg(["max", "size"])
              for share in (0.0, 0.4, 0.9)]  # fmt: skip
    assert all((one["max"] == one["size"] - 1).all() for one in counts)
    assert (counts[0]["size"] == 10).all()
    assert (counts[1]["size"] >= counts[2]["size"]).all()
    assert counts[1]["size"].sum() < 60


def test_what_is_wanted_is_the_verdict_that_is_right_there():
    def wanted(claim: str, world: str, times: float | None = None) -> str:
        return wanted_verdict(Design(subject=Subject(id=claim), world=world, couples=40, days=7, times=times))

    assert wanted("C10", "claim_true") == "supported"
    assert wanted("C10", "claim_mood") == "contradicted"
    assert wanted("C10", "claim_mood", 1.0) == "supported"
    assert wanted("C109", "claim_true") == "supported"
    assert wanted("C109", "claim_false") == "contradicted"
    assert wanted("C12", "reverse_only") == "contradicted"


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (Design(subject=C10, world="nowhere", couples=40, days=7), "--scenario nowhere"),
        (Design(subject=Subject(id="C60"), world="claim_true", couples=40, days=7), "--scenario claim_true"),
        (Design(subject=Subject(id="C12"), world="cycle_true", couples=40, days=7, times=1.0), "--times"),
        (Design(subject=Subject(id="C01"), world="claim_true", couples=40, days=7, times=1.0), "--times"),
    ],
)
def test_what_can_not_be_drawn_is_refused(design, words):
    with pytest.raises(UsageError, match=words):
        require_possible(design)


def test_designs_are_every_combination():
    found = designs_of([C10], (40, 60), (7, 14), (0.0, 0.2), (1.0, 2.0))
    assert len({(d.couples, d.days, d.attrition, d.times) for d in found}) == 16
    assert {d.world for d in found} == {"claim_true"}


@pytest.mark.parametrize("world", ["claim_skewed", "claim_uneven", "claim_trend"])
def test_misspecified_worlds_can_hold_the_effect_or_none(world):
    none = Design(subject=C10, world=world, couples=60, days=10)
    there = Design(subject=C10, world=world, couples=60, days=10, times=4.0)
    assert wanted_verdict(none) == "contradicted"
    assert "s" in outcomes(there, 0, 2, 1)
