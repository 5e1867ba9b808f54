"""How verdicts stand to a known truth, and what is said of it."""

from __future__ import annotations

from collections import Counter

import pytest

from couples_study.core.errors import UsageError
from couples_study.pipeline.calibrate import Asked, run_calibrate
from couples_study.planning.calibration import EFFECTS, calibration_table, cells, standing
from couples_study.planning.designs import Design, Subject
from couples_study.planning.tally import Tally
from couples_study.report.calibration_page import calibration_page
from couples_study.report.power_words import in_time


def stands(claim: str, world: str, times: float | None = None) -> dict[str, str]:
    design = Design(subject=Subject(id=claim), world=world, couples=40, days=7, times=times)
    return {outcome: standing(design, outcome) for outcome in ("supported", "contradicted", "inconclusive", "failed")}


@pytest.mark.parametrize(
    ("claim", "world", "times", "supported", "contradicted"),
    [
        ("C10", "claim_true", None, "right", "wrong"),
        ("C10", "claim_true", 1.0, "right", "wrong"),
        ("C10", "claim_true", 0.5, "right", "right"),
        ("C10", "claim_true", 0.0, "wrong", "right"),
        ("C10", "claim_mood", None, "wrong", "right"),
        ("C10", "claim_trend", 2.0, "right", "wrong"),
        ("C109", "claim_true", None, "right", "wrong"),
        ("C109", "claim_false", None, "wrong", "right"),
        ("C01", "claim_false", None, "wrong", "right"),
        ("C12", "reverse_only", None, "wrong", "right"),
    ],
)
def test_verdicts_are_right_or_wrong_by_what_is_true(claim, world, times, supported, contradicted):
    found = stands(claim, world, times)
    assert (found["supported"], found["contradicted"]) == (supported, contradicted)
    assert found["inconclusive"] == found["failed"] == "silent"


def test_cells_are_each_claims_own_worlds_and_sizes_where_a_world_leaves_them_open():
    own = cells(("C10", "C01"), ("own",), 40, 7)
    assert [(one.subject.id, one.world) for one in own] == [
        ("C10", "claim_true"), ("C10", "claim_false"), ("C10", "claim_mood"),
        ("C01", "claim_true"), ("C01", "claim_false"), ("C01", "claim_acquiescence"),
    ]  # fmt: skip
    sizes = Counter((one.subject.id, one.world) for one in cells(("C10", "C01"), ("own",), 40, 7, EFFECTS))
    assert sizes["C10", "claim_true"] == len(EFFECTS)
    assert sizes["C10", "claim_mood"] == sizes["C01", "claim_true"] == 1
    assert {one.world for one in cells(("C10",), ("misspecified",), 40, 7)} == {
        "claim_skewed", "claim_uneven", "claim_trend",
    }  # fmt: skip


def test_words_that_are_no_world_are_refused():
    with pytest.raises(UsageError, match="--scenarios claim_ture"):
        cells(("C10",), ("claim_ture",), 40, 7)


def test_the_page_says_what_the_table_says_and_marks_what_is_wrong_too_often():
    designs = cells(("C10",), ("own",), 40, 7)
    found = [Tally(most=40), Tally(most=40), Tally(most=40)]
    for tally, letters in zip(found, ("s" * 40, "c" * 30 + "i" * 10, "s" * 20 + "c" * 18 + "f" * 2), strict=True):
        tally.add(letters)
    table = calibration_table(designs, found)
    assert table["right"].tolist() == [1.0, 0.75, 0.45]
    assert table["wrong"].tolist() == [0.0, 0.0, 0.5]
    page = calibration_page(table, "1.0")
    assert page.count("<b>50%</b>") == 1
    assert "2 analyses could not be fitted" in page
    assert "<script" not in page


def test_the_time_is_said_before_anything_is_run_and_files_are_the_same_again(tmp_path):
    said: list[str] = []
    asked = Asked(claims=("C04",), couples=40, days=6, reps=2)
    first = run_calibrate(asked, tmp_path, say=said.append)
    bytes_of = [path.read_bytes() for path in first.written]
    assert [path.name for path in first.written] == ["calibration.csv", "calibration.html"]
    assert "3 designs x 2 replicates, 6 still to run" in said[0]
    again = run_calibrate(asked, tmp_path, say=said.append)
    assert "0 still to run" in said[1]
    assert [path.read_bytes() for path in again.written] == bytes_of


def test_time_is_said_as_people_say_it():
    assert [in_time(s) for s in (0.2, 80, 600, 7000, 400000)] == [
        "about 1 s", "about 80 s", "about 10 min", "about 1 h 57 min", "about 4 days 15 h",
    ]  # fmt: skip
