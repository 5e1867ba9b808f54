"""Tables to bytes: Parquet for validated tables, CSV for what is held."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pandas as pd

from couples_study.intake import Intake


def table_files(intake: Intake) -> dict[str, bytes]:
    """``data/<table>.parquet`` for every table that came from a source, and ``quarantine/<source>.csv`` where rows are held."""
    files = {f"data/{name}.parquet": _parquet(table) for name, table in intake.tables.items()}
    files |= {f"quarantine/{name}.csv": rows.to_csv(index=False, lineterminator="\n").encode() for name, rows in intake.held.items()}
    return files


def _parquet(table: pd.DataFrame) -> bytes:
    sink = io.BytesIO()
    table.to_parquet(sink, engine="pyarrow", compression="zstd", index=False)
    return sink.getvalue()


def names_of(files: Mapping[str, bytes], folder: str) -> list[str]:
    """The file names below one folder of OUT."""
    return [name for name in files if name.startswith(f"{folder}/")]
