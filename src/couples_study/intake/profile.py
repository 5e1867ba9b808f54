"""What a delivered file looks like, so that the next delivery can be compared with it."""

from __future__ import annotations

import pandas as pd

from couples_study.contracts.seen import ColumnProfile, FileProfile
from couples_study.core.columns import Glossary
from couples_study.intake import coded
from couples_study.intake.records import Records

MOST_WORDS = 30
FEWEST_WITH_A_WORD = 5
WORDED = ("code", "flag")


def profile_of(records: Records, glossary: Glossary) -> FileProfile:
    """A profile of every column of the file; of columns that the study does not use, the name and caption alone."""
    cells = records.told.cells
    spellings = records.source.spellings
    targets = {one: target for target, name in records.mapping.answers.items() for one in spellings(name)}
    targets |= {name: target for target, name in records.mapping.answers.items() if target in records.mapping.shared}
    return FileProfile(
        source="",
        file=records.export.file,
        sha256=records.export.sha256,
        rows=cells.table.num_rows,
        columns=tuple(_column(records, name, targets.get(name), glossary) for name in cells.table.column_names),
    )


def _column(records: Records, name: str, target: str | None, glossary: Glossary) -> ColumnProfile:
    cells = records.told.cells
    caption = cells.captions.get(name, "")
    if target is None:
        return ColumnProfile(column=name, target=None, caption=caption, answered=0)
    counts = _counted(records, name, target)
    numbers = pd.to_numeric(pd.Series([*counts], dtype="str"), errors="coerce").dropna()
    numbers = numbers[numbers.abs() < float("inf")]
    worded = glossary[target].kind in WORDED and len(counts) <= MOST_WORDS
    return ColumnProfile(
        column=name,
        target=target,
        caption=caption,
        answered=sum(counts.values()),
        low=float(numbers.min()) if len(numbers) else None,
        high=float(numbers.max()) if len(numbers) else None,
        words={text: n for text, n in counts.items() if n >= FEWEST_WITH_A_WORD} if worded else {},
        labels=cells.labels.get(name, {}),
    )


def _counted(records: Records, name: str, target: str) -> dict[str, int]:
    """The distinct answers of a column with their counts, without blanks and missing codes, in order of the text."""
    told = records.told
    column = coded.column(told.cells, name) if records.source.partners else told.answers[target]
    counts: dict[str, int] = {}
    for text, n in zip(column.said, column.counts.tolist(), strict=True):
        if n:
            counts[text] = counts.get(text, 0) + n
    source = records.source
    missing = {
        *source.missing,
        *records.told.cells.missing.get(name, {}),
        *source.missing_in.get(target, {}),
        *source.missing_in.get(name, {}),
    }
    return {text: counts[text] for text in sorted(counts.keys() - {"", *missing})}
