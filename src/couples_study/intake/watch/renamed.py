"""Which column that is gone came back under another name."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from couples_study.contracts.seen import ColumnProfile

MOST_COMPARED = 60
SAME_NAME, SIMILAR_NAME = 0.8, 0.5


def renamed_columns(
    gone: Sequence[ColumnProfile], come: Sequence[ColumnProfile]
) -> list[tuple[ColumnProfile, ColumnProfile]]:
    """Pairs of a column that is gone and the new one it most likely became, each used once, surest first.

    A caption or labels in common count most, then the name; a merely similar name needs like contents. With very many
    strays only equal captions are looked at.
    """
    if len(gone) > MOST_COMPARED or len(come) > MOST_COMPARED:
        return _by_caption(gone, come)
    scores = [
        (score, i, j)
        for i, one in enumerate(gone)
        for j, other in enumerate(come)
        if (score := _likeness(one, other)) > 0
    ]
    pairs, used_gone, used_come = [], set(), set()
    for _, i, j in sorted(scores, key=lambda found: (-found[0], found[1], found[2])):
        if i not in used_gone and j not in used_come:
            pairs.append((gone[i], come[j]))
            used_gone.add(i)
            used_come.add(j)
    return pairs


def _by_caption(
    gone: Sequence[ColumnProfile], come: Sequence[ColumnProfile]
) -> list[tuple[ColumnProfile, ColumnProfile]]:
    captions: dict[str, list[ColumnProfile]] = {}
    for other in come:
        captions.setdefault(other.caption, []).append(other)
    single = {caption: found[0] for caption, found in captions.items() if caption and len(found) == 1}
    return [(one, single.pop(one.caption)) for one in gone if one.caption in single]


def _likeness(one: ColumnProfile, other: ColumnProfile) -> float:
    """How likely the second column is the first under a new name; 0 where it is not to be thought so."""
    name = SequenceMatcher(None, one.column.casefold(), other.column.casefold()).ratio()
    if one.caption and one.caption == other.caption:
        return 3 + name
    if one.labels and one.labels == other.labels and name >= SIMILAR_NAME:
        return 2 + name
    alike = _like_contents(one, other)
    if name >= SAME_NAME and alike is not False:
        return 1 + name
    return name if name >= SIMILAR_NAME and alike else 0.0


def _like_contents(one: ColumnProfile, other: ColumnProfile) -> bool | None:
    """Whether both hold the same kind of content in the same span; None where nothing can be told."""
    if None not in (one.low, one.high, other.low, other.high):
        span = max(float(one.high) - float(one.low), 1e-9)  # type: ignore[arg-type]
        ends = (abs(float(one.low) - float(other.low)), abs(float(one.high) - float(other.high)))  # type: ignore[arg-type]
        return max(ends) <= 0.15 * span
    if one.words and other.words:
        return len(one.words.keys() & other.words.keys()) >= 0.5 * len(one.words.keys() | other.words.keys())
    if (one.low is None) != (other.low is None) and one.answered and other.answered:
        return False
    return None
