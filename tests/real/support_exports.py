"""Third-party exports taken in whole, by their study files under ``tests/real/exports``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from tests.shared_data import REPOSITORY, SHARED

from couples_study import load_study
from couples_study.pipeline.run import run_intake

EXPORTS = REPOSITORY / "tests" / "real" / "exports"


@dataclass(frozen=True)
class Taken:
    """What the intake command wrote for a study: its ledger, tables, held rows by source, and the page."""

    ledger: dict
    tables: dict[str, pd.DataFrame]
    held: dict[str, pd.DataFrame]
    page: str

    def source(self, number: int = 0) -> dict:
        return self.ledger["sources"][number]


@cache
def taken(name: str) -> Taken:
    """The files that ``couples-study intake`` writes for such a study, read back; written once."""
    with TemporaryDirectory() as folder:
        out = Path(folder)
        run_intake(str(EXPORTS / name), out)
        return Taken(
            ledger=json.loads((out / "ledger.json").read_text("utf-8")),
            tables={path.stem: pd.read_parquet(path) for path in (out / "data").glob("*.parquet")},
            held={path.stem: pd.read_csv(path, dtype="str") for path in (out / "quarantine").glob("*.csv")},
            page=(out / "intake.html").read_text("utf-8"),
        )


@cache
def study(name: str):
    """The same study as a notebook has it."""
    return load_study(EXPORTS / name)


def copied(name: str) -> str:
    """The text of such a study file, fit for a folder elsewhere."""
    text = (EXPORTS / name / "study.toml").read_text("utf-8")
    return text.replace("../../../../../shared", str(SHARED))


def row(table: pd.DataFrame, **where) -> dict:
    """The one row of a table in which these columns have these values, without its blanks."""
    found = table
    for column, value in where.items():
        found = found[found[column].eq(value)]
    assert len(found) == 1, where
    return found.iloc[0].dropna().to_dict()
