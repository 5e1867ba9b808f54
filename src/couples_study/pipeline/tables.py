"""Tables to files: Parquet for validated tables, CSV for what is held."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from couples_study.intake import Intake
from couples_study.intake.as_arrow import arrow_schema, arrow_stretch
from couples_study.intake.assemble import Table
from couples_study.privacy.spreadsheet import without_formulas
from couples_study.tables import GRAINS

ROWS_AT_A_TIME = 2**18
BATCH = 2**17  # values that Parquet takes at a time
Content = bytes | Callable[[Path], None]


def table_files(intake: Intake) -> dict[str, Content]:
    """``data/<table>.parquet`` for every table, and ``quarantine/<source>.csv`` where rows are held."""
    files: dict[str, Content] = {
        f"data/{name}.parquet": partial(_write_parquet, table) for name, table in intake.tables.plans.items()
    }
    files |= {
        f"quarantine/{name}.csv": without_formulas(rows).to_csv(index=False, lineterminator="\n").encode()
        for name, rows in intake.held.items()
    }
    return files


def _write_parquet(table: Table, path: Path) -> None:
    """The table in stretches of rows, so that it never has to be in memory as a whole.

    Columns of codes are written as the values they stand for, and read back as those: the types that Arrow would add
    to the file (``store_schema``) are those of the codes, so they stay out.
    """
    schema = arrow_schema(table)
    first = arrow_stretch(table, 0, min(ROWS_AT_A_TIME, len(table)), schema)
    kinds = first.schema.with_metadata(schema.metadata)
    keys = [name for name in GRAINS[table.name].keys if name in kinds.names]
    with pq.ParquetWriter(
        path, kinds, compression="zstd", store_schema=False, write_statistics=keys, write_batch_size=BATCH
    ) as writer:
        writer.write_table(first.cast(kinds))
        for start in range(ROWS_AT_A_TIME, len(table), ROWS_AT_A_TIME):
            stretch = arrow_stretch(table, start, min(start + ROWS_AT_A_TIME, len(table)), schema)
            writer.write_table(stretch.cast(kinds))
