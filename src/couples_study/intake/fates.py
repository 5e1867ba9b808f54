"""What became of every record that came: used, held, or kept out under which rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from couples_study.contracts.seen import HELD, USED
from couples_study.intake.records import Records


def fates_of(by_source: Sequence[Sequence[Records]], names: Sequence[str]) -> pd.DataFrame:
    """One row per record, in the order of delivery, with whose it is, of when, and its outcome."""
    files = [(name, records) for name, own in zip(names, by_source, strict=True) for records in own]
    if not files:
        return pd.DataFrame()
    sizes = [len(records) for _, records in files]
    return pd.DataFrame(
        {
            "table": _repeated([records.source.table for _, records in files], sizes),
            "source": _repeated([name for name, _ in files], sizes),
            "file": _repeated([records.export.file for _, records in files], sizes),
            "row": np.concatenate([records.row for _, records in files]),
            **{name: _of_whos([r for _, r in files], name) for name in ("couple_id", "person_id", "role")},
            "day": _stacked([(r.time, len(r)) for _, r in files], np.nan, "float64"),
            "date": _stacked([(r.date, len(r)) for _, r in files], "NaT", "datetime64[s]"),
            "entered": _stacked([(r.entered, len(r)) for _, r in files], "NaT", "datetime64[s]"),
            "entry_late": _stacked([(r.late, len(r)) for _, r in files], False, "bool"),
            "outcome": _outcomes([records for _, records in files]),
        },
        copy=False,
    )


def _repeated(words: list[str], sizes: list[int]) -> pd.Categorical:
    codes, distinct = pd.factorize(pd.Series(words, dtype="str"))
    return pd.Categorical.from_codes(np.repeat(codes, sizes), categories=pd.Index(distinct, dtype="str"))


def _of_whos(files: list[Records], name: str) -> pd.Categorical:
    codes, distinct = pd.factorize(pd.concat([records.whos[name] for records in files]).astype("str"))
    first = np.cumsum([0, *(len(records.whos) for records in files)])
    codes = codes.astype(np.int32)
    rows = np.concatenate([codes[start:][records.who] for start, records in zip(first, files, strict=False)])
    return pd.Categorical.from_codes(rows, categories=pd.Index(distinct, dtype="str"))


def _stacked(parts: list[tuple[np.ndarray | None, int]], default: object, kind: str) -> np.ndarray:
    if all(part is None for part, _ in parts):
        return np.broadcast_to(np.array(default, dtype=kind), sum(n for _, n in parts))  # one value, told once
    whole = [np.full(n, default, dtype=kind) if part is None else part.astype(kind, copy=False) for part, n in parts]
    return np.concatenate(whole)


def _outcomes(files: list[Records]) -> pd.Categorical:
    rules = list(dict.fromkeys(rule for records in files for rule in records.rules[1:]))
    words = [USED, HELD, *rules]
    parts = []
    for records in files:
        codes = np.array([0, *(words.index(rule) for rule in records.rules[1:])], dtype=np.int16)[records.rule]
        parts.append(np.where(records.is_held, np.int16(1), codes))
    return pd.Categorical.from_codes(np.concatenate(parts), categories=pd.Index(words, dtype="str"))
