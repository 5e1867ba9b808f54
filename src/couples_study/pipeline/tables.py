"""Tables to files: Parquet for validated tables, CSV for what is held."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from couples_study.intake import Intake
from couples_study.intake.assemble import Table

ROWS_AT_A_TIME = 2**18
Content = bytes | Callable[[Path], None]


def table_files(intake: Intake) -> dict[str, Content]:
    """``data/<table>.parquet`` for every table, and ``quarantine/<source>.csv`` where rows are held."""
    files: dict[str, Content] = {
        f"data/{name}.parquet": partial(_write_parquet, table) for name, table in intake.tables.plans.items()
    }
    files |= {
        f"quarantine/{name}.csv": rows.to_csv(index=False, lineterminator="\n").encode()
        for name, rows in intake.held.items()
    }
    return files


def _write_parquet(table: Table, path: Path) -> None:
    """The table in stretches of rows, so that it never has to be in memory as a whole."""
    part = pa.Table.from_pandas(table.frame(0, ROWS_AT_A_TIME), preserve_index=False)
    with ThreadPoolExecutor(1) as beside, pq.ParquetWriter(path, part.schema, compression="zstd") as writer:
        written = beside.submit(writer.write_table, part)
        for start in range(ROWS_AT_A_TIME, len(table), ROWS_AT_A_TIME):
            frame = table.frame(start, min(start + ROWS_AT_A_TIME, len(table)))
            part = pa.Table.from_pandas(frame, schema=writer.schema, preserve_index=False)
            written.result()
            written = beside.submit(writer.write_table, part)
        written.result()
