"""How alike an export's column and one of the glossary are: by name, by wording, and by the answers' bounds."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from couples_study.core.columns import Column
from couples_study.steps.draft.look import Look
from couples_study.steps.draft.words import parts, plain

ENDINGS = ("_day", "_today", "_n", "_min", "_minutes", "_hours")
ALIKE = 0.9
YES = dict.fromkeys(("yes", "ja", "si", "oui", "sim", "true"), 1) | dict.fromkeys(
    ("no", "nein", "nee", "non", "nao", "false"), 0
)


def fits(column: Column, look: Look) -> bool:
    """Whether the answers could be on the column's scale, and use enough of it to be meant."""
    if column.kind == "flag" and look.words:
        return all(plain(word) in YES for word in look.words)
    if not look.numeric:
        return column.kind in ("code", "text") and bool(look.words)
    if column.low is None or column.high is None:
        return column.kind in ("number", "count")
    if look.low < column.low or look.high > column.high or (column.kind in ("count", "flag") and not look.whole):
        return False
    points = column.unit.startswith("points")
    return not points or (look.high - column.low) * 4 >= column.high - column.low


def nearest_column(look: Look, name: str, table: str, columns: Iterable[Column]) -> Column | None:
    """The column that the name or wording is most like, among those that the answers could fill; None if none is."""
    homes = {table, "people"} if table in ("survey_waves", "couples", "people") else {table}
    best: tuple[float, Column] | None = None
    for column in columns:
        if column.table not in homes or column.kind not in ("number", "count", "flag") or not fits(column, look):
            continue
        score = _likeness(column, look, name)
        if score >= ALIKE and (best is None or score > best[0]):
            best = score, column
    return best[1] if best else None


def _likeness(column: Column, look: Look, name: str) -> float:
    short = column.name
    for ending in ENDINGS:
        short = short.removesuffix(ending)
    mine = plain(name)
    if mine in (plain(column.name), plain(short), plain(column.label)):
        return 1.0
    if _abbreviates(name, column.name) or _same_words(name, column.label):
        return 0.97
    if len(column.label.split()) > 1 and plain(column.label) in plain(look.caption):
        return 0.95
    if len(mine) < 6 or len(parts(name)[-1]) == 1 or mine[-1:].isdigit():
        return 0.0
    return SequenceMatcher(None, mine, plain(column.name)).ratio()


def _abbreviates(name: str, ours: str) -> bool:
    """Part by part the beginning of our name: ``touch_rec``, ``resent_a`` (a letter counts as an item's number)."""
    mine, full = list(parts(name)), ours.split("_")
    if len(mine) > 1 and len(mine[-1]) == 1 and mine[-1] in "abcdef":
        mine[-1] = str("abcdef".index(mine[-1]) + 1)
    rest = full[len(mine) :]
    if len(mine) < 2 or len(mine) > len(full) or any(f"_{part}" not in ENDINGS for part in rest):
        return False
    begins = [one == other or (len(one) >= 3 and other.startswith(one)) for one, other in zip(mine, full, strict=False)]
    return all(begins)


def _same_words(name: str, label: str) -> bool:
    """The words of our label in any order, little ones left out: ``children_home`` and "Children at home"."""
    words = {plain(word) for word in label.split()} - {"", "at", "of", "the", "a", "to"}
    return len(words) > 1 and set(parts(name)) == words
