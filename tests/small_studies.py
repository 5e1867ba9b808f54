"""Small studies for tests: a folder with study.toml and exports, and what intake makes of them."""

from __future__ import annotations

from pathlib import Path

from couples_study import load_study

HEAD = """
[study]
id = "small"
title = "A small study"
time_zone = "Europe/Vienna"
claims = []
"""
DYADS = """
[dyads]
type = "distinguishable"
by = "sex"
labels = { f = "woman", m = "man" }
"""
PEOPLE = """
[[source]]
reader = "csv"
files = "people.csv"
table = "people"
keys = { couple = "dyad", person = "pid" }
"""
DIARY = """
[[source]]
reader = "csv"
files = "diary.csv"
table = "diary_days"
keys = { couple = "dyad", person = "pid", day = "day" }
missing = { -99 = "refused", -88 = "not_applicable" }
columns = { stress_day = "stress", touch_received_n = "touch", conflict_today = "conflict" }
recode = { conflict_today = { yes = 1, no = 0 } }
"""
PEOPLE_CSV = "dyad,pid,sex,age\n1,a,f,30\n1,b,m,31\n2,c,f,40\n2,d,m,41\n"
DIARY_CSV = (
    "dyad,pid,day,stress,touch,conflict\n"
    "1,a,0,10,1,no\n1,b,0,20,2,no\n1,a,1,30,3,yes\n1,b,1,40,4,no\n2,c,0,50,5,no\n2,d,0,60,6,yes\n"
)
TOML = HEAD + DYADS + PEOPLE + DIARY
FILES: dict[str, str | bytes] = {"people.csv": PEOPLE_CSV, "diary.csv": DIARY_CSV}


def write_study(folder: Path, toml: str = TOML, files: dict[str, str | bytes] | None = None) -> Path:
    """``folder`` with study.toml and these files (text as UTF-8, bytes as they are)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(toml, "utf-8")
    for name, content in (FILES if files is None else files).items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def taken_in(folder: Path, toml: str = TOML, files: dict[str, str | bytes] | None = None):
    """What intake makes of a study: tables, held rows and ledger, reconciled."""
    intake = load_study(write_study(folder, toml, files)).intake
    reconciled(intake)
    return intake


def reconciled(intake) -> None:
    """Every record that was read is accepted or held, and every held one is in the quarantine once."""
    for entry in intake.ledger.sources:
        assert entry.rows_read == entry.rows_accepted + entry.rows_held
        assert entry.rows_held == sum(entry.held_by_reason.values())
    assert intake.ledger.rows_held == sum(len(rows) for rows in intake.held.values())


def held(intake, source: str = "diary") -> list[tuple[int, str]]:
    """(row, reason) of what is held in one source."""
    if source not in intake.held:
        return []
    rows = intake.held[source]
    return list(zip(rows["_row"].tolist(), rows["_reason"], strict=True))
