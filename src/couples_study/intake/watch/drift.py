"""Drift between deliveries of one source: a column renamed, a scale's range changed, a label's code moved.

Each file is compared with the one delivered before it. Findings name files and columns and count; what people answered,
and the words of labels, stay in the profiles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from couples_study.contracts.seen import ColumnProfile, FileProfile
from couples_study.contracts.watch import DriftFinding, DriftKind
from couples_study.core.columns import Glossary
from couples_study.core.errors import listed
from couples_study.intake.watch.renamed import renamed_columns
from couples_study.intake.watch.spread import range_drift

FEWEST_ROWS = 20
MORE_MISSING = 0.20
WORD_COUNT, WORD_SHARE, WORD_EXPECTED = 5, 0.05, 10
MOST_NAMES = 8
NUMBERS = re.compile(r"[0-9]+")


def drift(profiles: Sequence[FileProfile], glossary: Glossary) -> tuple[DriftFinding, ...]:
    """Every difference between a file and the one before it of the same source, in the order of delivery.

    Several sites may deliver to one source, each in a series of its own (``vienna_1.csv``, ``vienna_2.csv``): a file
    of a series is compared within it, since one site is no later delivery of the other.
    """
    sizes = Counter(map(_series, profiles))
    before: dict[tuple[str, ...], FileProfile] = {}
    found: list[DriftFinding] = []
    for profile in profiles:
        series = _series(profile)
        last = (profile.source,)
        earlier = before.get(series) if sizes[series] > 1 and _has_several(profile.source, sizes) else before.get(last)
        before[series] = before[last] = profile
        if earlier is not None and earlier.sha256 != profile.sha256:
            found.extend(_between(earlier, profile, glossary))
    return tuple(found)


def _series(profile: FileProfile) -> tuple[str, str]:
    """The source, and the file's name without its numbers."""
    return profile.source, NUMBERS.sub("#", profile.file)


def _has_several(source: str, sizes: Mapping[tuple[str, str], int]) -> bool:
    return sum(own == source and size > 1 for (own, _), size in sizes.items()) > 1


def _between(old: FileProfile, new: FileProfile, glossary: Glossary) -> Iterator[DriftFinding]:
    was, now = ({one.column: one for one in profile.columns} for profile in (old, new))
    gone = [one for name, one in was.items() if name not in now]
    come = [one for name, one in now.items() if name not in was]
    matched = renamed_columns(gone, come)
    for one, other in matched:
        yield _found(old, new, "renamed", (one.column, other.column), f"a column {one.column}", _renamed(one, other))
    taken = {one.column for pair in matched for one in pair}
    yield from _gone_and_new(old, new, [[c for c in cs if c.column not in taken] for cs in (gone, come)])
    pairs = [(was[name], now[name]) for name in now if name in was]
    for one, other in [*pairs, *matched]:
        for kind, expected, told in _column_drift(one, other, old.rows, new.rows, glossary):
            yield _found(old, new, kind, (other.column,), expected, told)


def _found(
    old: FileProfile, new: FileProfile, kind: DriftKind, columns: tuple[str, ...], expected: str, found: str
) -> DriftFinding:
    return DriftFinding(
        source=new.source, before=old.file, file=new.file, kind=kind, columns=columns, expected=expected, found=found
    )


def _renamed(one: ColumnProfile, other: ColumnProfile) -> str:
    used = f"; it fills {one.target}, so study.toml has to know the new name" if one.target and not other.target else ""
    return f"no such column, and a new column {other.column} that looks like it{used}"


def _gone_and_new(
    old: FileProfile, new: FileProfile, sides: Sequence[Sequence[ColumnProfile]]
) -> Iterator[DriftFinding]:
    """Columns of one side only: each one that fills a table on its own, all others together."""
    kinds: tuple[DriftKind, ...] = ("gone", "new")
    for kind, columns in zip(kinds, sides, strict=True):
        filling = [one for one in columns if one.target]
        for one in filling:
            words = (f"a column {one.column}, which fills {one.target}", "no such column")
            yield _found(old, new, kind, (one.column,), *(words if kind == "gone" else words[::-1]))
        others = tuple(one.column for one in columns if not one.target)
        if others:
            words = (_named(others), "none of them" if len(others) > 1 else "no such column")
            yield _found(old, new, kind, others[:MOST_NAMES], *(words if kind == "gone" else words[::-1]))


def _named(columns: tuple[str, ...]) -> str:
    """Columns that study.toml does not use, capped."""
    return f"the unused column{'s' if len(columns) > 1 else ''} {listed(columns, most=MOST_NAMES)}"


def _column_drift(
    one: ColumnProfile, other: ColumnProfile, rows_before: int, rows: int, glossary: Glossary
) -> Iterator[tuple[DriftKind, str, str]]:
    yield from _labels(one, other)
    if one.target is None and other.target is None:
        return
    target = other.target or one.target
    column = glossary.get(target) if target else None
    yield from range_drift(one, other, column)
    if column is not None and column.kind in ("code", "flag"):
        yield from _words(one, other)
    yield from _missing(one, other, rows_before, rows)


def _labels(one: ColumnProfile, other: ColumnProfile) -> Iterator[tuple[DriftKind, str, str]]:
    """Codes whose declared label changed; what is merely added is told as a range where it makes one."""
    if not one.labels or not other.labels:
        return
    codes_of = {label: code for code, label in one.labels.items()}
    moved = [label for code, label in other.labels.items() if label in codes_of and codes_of[label] != code]
    reworded = [code for code, label in other.labels.items() if one.labels.get(code, label) != label]
    if moved:
        yield (
            "code_moved",
            f"the file's own {len(one.labels)} labels at the codes they had",
            f"{len(moved)} label{'s' if len(moved) > 1 else ''} at another code",
        )
    elif reworded:
        yield (
            "code_moved",
            "each code with the label it had",
            f"{len(reworded)} code{'s' if len(reworded) > 1 else ''} with another label",
        )


def _words(one: ColumnProfile, other: ColumnProfile) -> Iterator[tuple[DriftKind, str, str]]:
    """Texts that are common in one delivery and absent from the other, by number only."""
    if not one.words or not other.words:
        return
    before, after = sum(one.words.values()), sum(other.words.values())
    come = [n for word, n in other.words.items() if word not in one.words]
    come = [n for n in come if n >= WORD_COUNT and n >= WORD_SHARE * after and before >= FEWEST_ROWS]
    gone = [n for word, n in one.words.items() if word not in other.words]
    gone = [n for n in gone if n >= WORD_SHARE * before and n / before * after >= WORD_EXPECTED]
    if come:
        yield "words_new", "the texts of the file before", _texts(len(come), "that it does not have")
    if gone:
        yield "words_gone", "the texts of the file before", _texts(len(gone), "less, all of them common there")


def _texts(n: int, which: str) -> str:
    return f"{n} text{'s' if n > 1 else ''} {which}"


def _missing(
    one: ColumnProfile, other: ColumnProfile, rows_before: int, rows: int
) -> Iterator[tuple[DriftKind, str, str]]:
    if min(rows_before, rows) < FEWEST_ROWS:
        return
    was, now = one.answered / rows_before, other.answered / rows
    pooled = (one.answered + other.answered) / (rows_before + rows)
    noise = (pooled * (1 - pooled) * (1 / rows_before + 1 / rows)) ** 0.5
    if was - now >= MORE_MISSING and was - now > 4 * noise:
        yield "more_missing", f"{_tenths(was)} of the rows filled, as before", f"{_tenths(now)} filled"


def _tenths(share: float) -> str:
    """A share in tenths, so that no small number of answers can be read off."""
    tenths = round(10 * share)
    return {0: "almost none", 10: "almost all"}.get(tenths, f"about {tenths} in 10")
