"""The stored calibration of rule R8: ten replicates of some cells run again, and the page that is written from it."""

import csv
import importlib.util
from pathlib import Path

import pytest

from couples_study.planning.threshold_calibration import COUNTED, LIMITS, Cell, counts_of
from couples_study.planning.threshold_cells import cells
from couples_study.planning.touch_worlds import CURVES, TRAPS, diary_of_touch

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


def stored() -> dict[tuple[str, ...], dict[str, str]]:
    with RESULTS.open(newline="", encoding="utf-8") as file:
        return {(*(row[name] for name in KEYS), row["first"]): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("cell", AGAIN, ids=lambda cell: f"{cell.reading}-{cell.truth}-{cell.couples}")
def test_ten_replicates_come_out_as_they_are_stored(cell) -> None:
    row = stored()[(*(str(getattr(cell, name)) for name in KEYS), "0")]
    assert counts_of(cell, 0, int(row["reps"])) == {name: int(row[name]) for name in COUNTED}


def test_replicates_add_up_however_they_are_parted() -> None:
    cell = Cell(reading="within", truth="linear", trap="ceiling", couples=60)
    whole, first, second = counts_of(cell, 3, 4), counts_of(cell, 3, 1), counts_of(cell, 4, 3)
    assert whole == {name: first[name] + second[name] for name in COUNTED}


def test_the_page_is_the_one_that_the_stored_results_give() -> None:
    spec = importlib.util.spec_from_file_location("threshold_table", ROOT / "tools" / "threshold_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "validation.md").read_text("utf-8").endswith(module.text())


def test_no_cell_is_planned_twice_and_every_named_world_is_in_the_plan() -> None:
    planned = [cell for cell, _ in cells(("within", "between", "necessity", "dose"))]
    assert len(planned) == len(set(planned))
    assert {cell.truth for cell in planned if cell.reading == "within"} == set(CURVES)
    assert {cell.trap for cell in planned if cell.reading == "within"} == set(TRAPS)


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
