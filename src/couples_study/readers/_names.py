"""Column names as the tables carry them: single, and never blank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, listed

MOST_COLUMNS = 100_000


def single_names(
    path: Path, cells: Sequence[str], source: Source, sure: bool = True
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of a header, stripped, and notes; raises `DeliveryError` where one is doubled or most are missing.

    A column without a name is called by its place, ``column 16``. The names are repeated in a message only where
    study.toml knows the header and the caller is ``sure`` that it is one: a file without a header row, or with its
    line end lost, has answers there.
    """
    names, notes = named_all(path, cells, source)
    doubled = sorted(name for name, count in Counter(names).items() if count > 1)
    if doubled:
        known = sure and source.knows(names)
        raise DeliveryError(
            f"{path}, header",
            expected="each column name once",
            found=f"{listed(map(repr, doubled))} more than once" if known else "cells more than once (no header row?)",
            do="rename one of them in the export, or add the header row if it is missing",
        )
    return names, notes


def made_single(path: Path, cells: Sequence[str], source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """As `single_names`, but a name's second and later columns get ``.2``, ``.3``, the next number that is free."""
    names, notes = named_all(path, cells, source)
    taken, counts, found, changed = set(names), Counter[str](), [], 0
    for name in names:
        counts[name] += 1
        new = name
        if counts[name] > 1:
            while (new := f"{name}.{counts[name]}") in taken:
                counts[name] += 1
            taken.add(new)
            changed += 1
        found.append(new)
    said = (f"{changed} columns of a name that stood before were numbered (.2, .3, ...)",) if changed else ()
    return tuple(found), (*notes, *said)


def named_all(path: Path, cells: Sequence[str], source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names stripped, those that are blank by their place, and notes."""
    if len(cells) > MOST_COLUMNS:
        raise DeliveryError(
            f"{path}, header",
            expected=f"at most {MOST_COLUMNS} columns",
            found=f"{len(cells)}",
            do="check the separator and the line ends; if it is right, split the export",
        )
    blank = [place for place, cell in enumerate(cells, 1) if not cell.strip()]
    names = tuple(cell.strip() or f"column {place}" for place, cell in enumerate(cells, 1))
    if len(blank) > 1 and not source.knows(names):
        raise DeliveryError(
            f"{path}, header",
            expected="a name for every column",
            found=f"{len(blank)} of {len(cells)} cells blank (no header row?)",
            do="name them in the export, or add the header row if it is missing",
        )
    return names, (f"columns without a name, called by place: {listed(blank)}",) if blank else ()


def chosen(path: Path, names: Sequence[str], columns: Sequence[str] | None) -> list[str]:
    """The columns to read, each once, in the order asked for; raises `DeliveryError` for one that is not there."""
    if columns is None:
        return list(names)
    missing = [name for name in dict.fromkeys(columns) if name not in set(names)]
    if missing:
        raise DeliveryError(
            f"{path}, header",
            expected=f"the columns {listed(missing)}",
            found="no columns of that name",
            do="mend the column names in its [[source]], or export these columns too",
        )
    return list(dict.fromkeys(columns))
