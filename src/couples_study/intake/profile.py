"""What a delivered file looks like, so that the next delivery can be compared with it."""

from __future__ import annotations

import pandas as pd

from couples_study.contracts.seen import ColumnProfile, FileProfile
from couples_study.intake import coded
from couples_study.intake.records import Records

MOST_WORDS = 30
MOST_DISTINCT = 5_000


def profile_of(records: Records, source_name: str) -> FileProfile:
    """A profile of every column of the file, whether it is mapped or not."""
    cells = records.export.cells
    prefixes = tuple(records.source.prefixes.values()) or ("",)
    targets = {prefix + name: target for target, name in records.mapping.answers.items() for prefix in prefixes}
    targets |= {name: target for target, name in records.mapping.answers.items() if target in records.mapping.shared}
    return FileProfile(
        source=source_name,
        file=records.export.file,
        sha256=records.export.sha256,
        rows=cells.table.num_rows,
        columns=tuple(_column(records, name, targets.get(name)) for name in cells.table.column_names),
    )


def _column(records: Records, name: str, target: str | None) -> ColumnProfile:
    cells = records.export.cells
    column = coded.column(cells, name)
    counts = pd.Series(column.counts(), index=column.texts).groupby(level=0, sort=False).sum()
    missing = {**records.source.missing, **cells.missing.get(name, {}), **records.source.missing_in.get(target or "", {})}
    counts = counts[(counts > 0) & ~counts.index.isin(["", *missing])]
    numbers = pd.to_numeric(counts.index.to_series(), errors="coerce").dropna() if len(counts) <= MOST_DISTINCT else None
    bounded = numbers is not None and len(numbers) > 0
    return ColumnProfile(
        column=name,
        target=target,
        answered=int(counts.sum()),
        low=float(numbers.min()) if bounded and numbers is not None else None,
        high=float(numbers.max()) if bounded and numbers is not None else None,
        words={str(text): int(n) for text, n in counts.sort_index().items()} if len(counts) <= MOST_WORDS else {},
        labels=cells.labels.get(name, {}),
        caption=cells.captions.get(name, ""),
    )
