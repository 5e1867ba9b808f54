"""The demo study against its list of injected faults, and the ledgers of all studies there are."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from tests.shared_data import REPOSITORY, needs_shared
from tests.small_studies import reconciled

from couples_study import load_study
from couples_study.measures import panel_of

DEMO = REPOSITORY / "data" / "raw" / "demo"
BARKALIFA = REPOSITORY / "tests" / "real" / "barkalifa"
STUDIES = [pytest.param(DEMO, id="demo"), "fair", pytest.param(BARKALIFA, id="barkalifa", marks=needs_shared)]


@pytest.fixture(scope="module")
def demo():
    return load_study(DEMO)


@pytest.fixture(scope="module")
def barkalifa():
    return load_study(BARKALIFA)


@pytest.fixture(scope="module")
def faults():
    return json.loads((DEMO / "truth.json").read_text("utf-8"))["faults"]


@pytest.fixture(scope="module")
def exports():
    return {path.name: pd.read_csv(path, dtype="str", keep_default_na=False) for path in DEMO.glob("*.csv")}


def expected(faults, reasons):
    return Counter((one["file"], one["row"], one["expected"]) for one in faults if one["expected"] in reasons)


def test_every_fault_is_held_under_its_reason_and_nothing_else_is(demo, faults):
    held = pd.concat(demo.intake.held.values())
    found = Counter(zip(held["_file"], held["_row"].tolist(), held["_reason"], strict=True))
    assert found == expected(faults, {one["expected"] for one in faults} - {"accepted", "late_entry"})
    assert {"duplicate_conflicting", "duplicate_identical", "not_a_number", "out_of_range", "person_not_in_people",
            "unknown_label"} <= set(held["_reason"])  # fmt: skip


def test_held_records_are_the_rows_of_the_export(demo, exports):
    for rows in demo.intake.held.values():
        raw = exports[rows["_file"].iloc[0]]
        whole = raw.iloc[rows["_row"].to_numpy() - 1].reset_index(drop=True)
        assert rows[list(raw.columns)].reset_index(drop=True).equals(whole)


def places(demo, exports, faults, what):
    """(person, evening) of the diary rows that truth.json names under ``what``, read by hand from the export."""
    rows = exports["diary.csv"].iloc[
        [one["row"] - 1 for one in faults if one["expected"] == what and one["file"] == "diary.csv"]
    ]
    stamps = pd.to_datetime(rows["submitted_at"])
    return set(zip(rows["dyad"] + "/" + rows["pid"], stamps, strict=True))


def test_late_entries_are_excluded_by_name_and_missing_codes_are_not(demo, exports, faults):
    table = demo.table("diary_days")
    there = set(zip(table["person_id"], table["date"], strict=True))
    late = places(demo, exports, faults, "late_entry")
    assert demo.ledger.tables["diary_days"].exclusions == {"late_entry": len(late)}
    assert not {(who, (at - pd.Timedelta(days=1)).normalize()) for who, at in late} & there
    kept = places(demo, exports, faults, "accepted")
    evenings = {(who, (at - pd.Timedelta(hours=4)).normalize()) for who, at in kept}
    assert kept
    assert evenings <= there


def test_missing_codes_are_counted_by_kind(demo, faults):
    kinds = Counter(one["kind"] for one in faults)
    counted = next(one for one in demo.ledger.sources if one.table == "diary_days").missing_codes
    assert counted == {
        "stress_day": {"not_applicable": kinds["missing_code_-88"], "refused": kinds["missing_code_-99"]}
    }


def test_entries_after_midnight_belong_to_the_evening_before(demo, exports):
    diary = exports["diary.csv"].drop(demo.intake.held["diary"]["_row"].to_numpy() - 1)
    stamps = pd.to_datetime(diary["submitted_at"])
    night = diary[stamps.dt.hour < 4]
    evenings = set(
        zip(night["dyad"] + "/" + night["pid"], stamps[night.index].dt.normalize() - pd.Timedelta(days=1), strict=True)
    )
    table = demo.table("diary_days")
    assert len(evenings) > 50
    assert evenings <= set(zip(table["person_id"], table["date"], strict=True))


@pytest.mark.parametrize("study", STUDIES)
def test_every_record_is_in_a_table_excluded_or_held(study):
    intake = load_study(study).intake
    reconciled(intake)
    for name in {entry.table for entry in intake.ledger.sources}:
        accepted = [entry.rows_accepted for entry in intake.ledger.sources if entry.table == name]
        told = intake.ledger.tables[name]
        kept = told.rows + sum(told.exclusions.values())
        assert kept >= max(accepted)
        if name != "couples":  # couples come from every export that names them
            assert kept <= sum(accepted)  # two sources may tell of one evening
            assert kept == sum(accepted) or len(accepted) > 1
        assert told.rows == len(intake.tables[name])


@needs_shared
def test_wide_couple_days_become_person_days(barkalifa):
    entry = barkalifa.ledger.sources[0]
    assert (entry.export_rows_read, entry.rows_read) == (2765, 5530)
    raw = pd.read_csv(BARKALIFA / "../../../../shared/data/barkalifa_diary/diary.csv")
    for role, prefix in (("man", "M_"), ("woman", "W_")):
        days = barkalifa.table("diary_days")
        own = days[days["role"].eq(role)].sort_values(["couple_id", "day"])
        there = raw.sort_values(["ID", "DIARYDAY"]).dropna(subset=[f"{prefix}Anx.", f"{prefix}Con."], how="all")
        assert own["anxiety"].to_numpy() == pytest.approx(there[f"{prefix}Anx."].to_numpy(), nan_ok=True)
        assert own["contentment"].to_numpy() == pytest.approx(there[f"{prefix}Con."].to_numpy(), nan_ok=True)


@needs_shared
def test_a_gap_in_the_diary_is_a_gap_in_every_lag(barkalifa):
    """2,649 pairs of consecutive days; 36 more if the row above passed for yesterday."""
    frame = barkalifa.frame("person_days").query("role == 'woman'").sort_values(["couple_id", "day"])
    panel = panel_of(barkalifa.frame("person_days"))
    yesterday = panel.value("anxiety", lag=1)[panel.frame["role"].eq("woman")]
    by_calendar = np.isfinite(yesterday) & panel.frame.loc[panel.frame["role"].eq("woman"), "anxiety"].notna()
    by_row = frame.groupby("couple_id")["anxiety"].shift().notna() & frame["anxiety"].notna()
    assert (int(by_calendar.sum()), int(by_row.sum())) == (2649, 2685)
