"""The stored calibration of rule R8: ten replicates of some cells run again, and the page that is written from it."""

import csv
import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from couples_study.models.threshold.facts import FactsOnDemand
from couples_study.models.threshold.findings import Findings, ground_of
from couples_study.models.threshold.rows import rows_from
from couples_study.planning.threshold_calibration import (
    BY_TEST,
    COUNTED,
    LIMITS,
    OF_SUPPORT,
    Cell,
    counts_of,
    counts_together,
)
from couples_study.planning.threshold_cells import BEYOND, COUPLES, IN_TRAPS, NOT_SIX, SIX, cells, together
from couples_study.planning.threshold_screen import Screen
from couples_study.planning.touch_rows import Days, shared_days
from couples_study.planning.touch_worlds import CURVES, TRAPS, diary_of_touch, lives_of_touch
from couples_study.verdicts.threshold_conditions import ASKED

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "threshold_calibration.csv"
KEYS = ("reading", "truth", "trap", "couples", "days", "scale")
AGAIN = (
    Cell(reading="within", truth="log", trap="none", couples=100),
    Cell(reading="within", truth="plateau_6", trap="none", couples=200),
    Cell(reading="within", truth="step_6", trap="none", couples=60),
    Cell(reading="between", truth="plateau_6", trap="none", couples=200),
    Cell(reading="necessity", truth="needed_6", trap="none", couples=200, days=182),
    Cell(reading="dose", truth="plateau_6", trap="none", couples=200, days=35),
)
WITHOUT_SUPPORT = ("count error and heaping", "own thresholds")  # rounded counts; no six in common
ONCE = (
    Cell(reading="within", truth="inverted_u", trap="touch follows the day's closeness", couples=200),
    Cell(reading="within", truth="plateau_9", trap="ceiling", couples=200),
    Cell(reading="within", truth="log", trap="unhappy couples leave", couples=200),
    Cell(reading="within", truth="linear", trap="count error", couples=200),
)


def stored() -> dict[tuple[str, ...], dict[str, str]]:
    with RESULTS.open(newline="", encoding="utf-8") as file:
        return {(*(row[name] for name in KEYS), row["first"]): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("cell", AGAIN, ids=lambda cell: f"{cell.reading}-{cell.truth}-{cell.couples}")
def test_ten_replicates_come_out_as_they_are_stored(cell) -> None:
    row = stored()[(*(str(getattr(cell, name)) for name in KEYS), "0")]
    assert counts_of(cell, 0, int(row["reps"])) == known(row)


@pytest.mark.parametrize("cell", ONCE, ids=lambda cell: f"{cell.truth}-{cell.trap}-{cell.couples}")
def test_ten_replicates_of_support_alone_come_out_as_they_are_stored(cell) -> None:
    row = stored()[(*(str(getattr(cell, name)) for name in KEYS), "0")]
    found = counts_of(cell, 0, int(row["reps"]), support_only=True)
    assert found == known(row)
    assert {name for name, count in found.items() if count is not None} == set(OF_SUPPORT)


def known(row: dict[str, str]) -> dict[str, int | None]:
    return {name: int(row[name]) if row[name] else None for name in COUNTED}


@pytest.mark.parametrize("trap", ["none", *IN_TRAPS])
def test_support_alone_is_the_whole_rules_answer(trap) -> None:
    truths = (*NOT_SIX, *SIX, *BEYOND)
    agreed, supported = 0, 0
    for couples, reps in ((60, 2), (200, 1)):
        together = [Cell(reading="within", truth=truth, trap=trap, couples=couples) for truth in truths]
        quick = counts_together(together, 900, reps, support_only=True)
        whole = counts_together(together, 900, reps)
        for cell in together:
            assert {name: quick[cell][name] for name in OF_SUPPORT} == {name: whole[cell][name] for name in OF_SUPPORT}
            agreed += reps
            supported += whole[cell]["any_supported"]
    assert agreed == 3 * len(truths)
    assert supported > 0 or trap in WITHOUT_SUPPORT


def test_cells_run_together_are_those_run_alone() -> None:
    together = [Cell(reading="within", truth=truth, trap="unhappy couples leave", couples=60) for truth in SIX]
    assert counts_together(together, 5, 2) == {cell: counts_of(cell, 5, 2) for cell in together}
    with pytest.raises(ValueError, match="but the truth"):
        counts_together([*together, Cell(reading="within", truth="log", trap="none", couples=60)], 0, 1)


@pytest.mark.parametrize("trap", ["none", "count error and heaping", "unhappy couples leave", "own thresholds"])
def test_rows_without_a_frame_are_those_of_the_frame(trap) -> None:
    lives = lives_of_touch(couples=70, days=28, seed=4, trap=TRAPS[trap])
    latent = lives.latent("plateau_9")
    ours = Days(lives, lives.answered(latent), 6.0).with_outcome(latent, "0-100")
    theirs = rows_from(diary_of_touch("plateau_9", couples=70, seed=4, scale="0-100", trap=TRAPS[trap]))
    for name in ("couple", "person", "day", "exposure", "outcome", "controls"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name
    if TRAPS[trap].error:
        assert np.array_equal(ours.partner_exposure, theirs.partner_exposure)
    assert (ours.capped, ours.dropped) == (theirs.capped, theirs.dropped)


def test_the_screen_has_the_numbers_of_the_whole_analysis() -> None:
    lives = lives_of_touch(couples=80, days=28, seed=9, trap=TRAPS["none"])
    days, seed = shared_days(lives, 6.0), np.random.SeedSequence(3)
    rows = [days.with_outcome(lives.latent(truth), "1-7") for truth in CURVES]
    screen = Screen(days.crossed, np.column_stack([one.outcome for one in rows]), 6.0, seed)
    passed, margins = screen.passes(), screen.cubic_margin()
    for at, one in enumerate(rows):
        found = Findings(ground_of(one, 6.0, seed, 99))
        facts = FactsOnDemand("R8", found, {"limit_total": 0.3})
        assert margins[at] == pytest.approx(facts["bic_margin_cubic"], abs=1e-6)
        assert screen.losses(("log",))[:, at] == pytest.approx(found.comparison.losses("F2"), rel=1e-9)
        assert screen.losses(("capped", "hinge"))[:, at] == pytest.approx(found.comparison.losses("F7"), rel=1e-9)
        assert passed[at] == all(ASKED[code].holds(facts) for code in ("beats_named", "levels_off", "beats_cubic"))
    assert passed.any()
    assert not passed.all()


def test_replicates_add_up_however_they_are_parted() -> None:
    cell = Cell(reading="within", truth="linear", trap="ceiling", couples=60)
    whole, first, second = counts_of(cell, 3, 4), counts_of(cell, 3, 1), counts_of(cell, 4, 3)
    assert whole == {name: None if name == BY_TEST else first[name] + second[name] for name in COUNTED}


def test_the_page_is_the_one_that_the_stored_results_give() -> None:
    spec = importlib.util.spec_from_file_location("threshold_table", ROOT / "tools" / "threshold_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.text() in (ROOT / "docs" / "validation.md").read_text("utf-8")


def test_no_cell_is_planned_twice_and_every_named_world_is_in_the_plan() -> None:
    planned = [one.cell for one in cells(("within", "between", "necessity", "dose"))]
    assert len(planned) == len(set(planned))
    assert {cell.truth for cell in planned if cell.reading == "within"} == set(CURVES)
    assert {cell.trap for cell in planned if cell.reading == "within"} == set(TRAPS)


def test_cells_are_run_together_where_they_differ_in_the_truth_alone() -> None:
    groups = together(cells(("within",)))
    assert sum(len(group) for group in groups) == len(list(cells(("within",))))
    for group in groups:
        assert len({(replace(one.cell, truth=""), one.bar, one.support_only) for one in group}) == 1
    asked = [group for group in groups if group[0].support_only]
    assert {one.cell.truth for group in asked for one in group} == set(NOT_SIX)
    assert len(asked) == len(IN_TRAPS) * len(COUPLES)


def test_limits_on_seven_points_are_the_cards_limits_on_a_slider() -> None:
    limits = LIMITS["0-100"]
    assert limits.total_effect == pytest.approx(5.0)
    assert (round(limits.slope_low, 2), round(limits.slope_high, 2)) == (-0.83, 0.58)


def test_unhappy_couples_leave_and_happy_days_have_more_touch() -> None:
    plain = diary_of_touch("null", couples=150, seed=1)
    leaving = diary_of_touch("null", couples=150, seed=1, trap=TRAPS["unhappy couples leave"])
    assert len(leaving) < 0.95 * len(plain)
    pulled = diary_of_touch("null", couples=150, seed=1, trap=TRAPS["touch follows the day's closeness"])
    for frame, low, high in ((plain, -0.05, 0.05), (pulled, 0.08, 0.4)):
        centred = frame[["exposure", "outcome"]] - frame.groupby("person_id")[["exposure", "outcome"]].transform("mean")
        assert low < centred["exposure"].corr(centred["outcome"]) < high
