"""The words by which exports name things, and how alike two names are."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

EXACT, PART, WEAK, NOT = 3, 2, 1, 0
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def words() -> dict[str, dict[str, Any]]:
    """The shipped lists, read once."""
    return tomllib.loads((files("couples_study.steps.draft") / "words.toml").read_text("utf-8"))


def plain(name: str) -> str:
    """A name with nothing but small letters and digits, accents taken off."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or name
    return re.sub(r"[\W_]", "", letters).lower()


def parts(name: str) -> tuple[str, ...]:
    """The parts of a name, at punctuation and where small letters turn to capitals."""
    pieces = re.split(r"[\W_]+", CAMEL.sub("_", name))
    return tuple(plain(piece) for piece in pieces if piece)


def called(name: str, what: str) -> int:
    """How surely ``name`` is a ``what`` of words.toml: `EXACT`, `PART`, `WEAK` or `NOT`."""
    known = words()[what]
    if plain(name) in known["names"]:
        return EXACT
    if set(parts(name)) & set(known["names"]) and len(parts(name)) <= 3:
        return PART
    return WEAK if plain(name) in known["weak"] else NOT


def rank(name: str, what: str) -> int:
    """The place of ``name`` in a list that is ordered by preference; a large number where it is not in it."""
    known = words()[what]["names"]
    return known.index(plain(name)) if plain(name) in known else len(known)


def role_of(word: str) -> str | None:
    """``woman`` or ``man`` where the word means one of them."""
    for role, known in words()["roles"].items():
        if plain(word) in known:
            return str(role)
    return None


def own_name(name: str) -> str:
    """A name that study.toml and a hypothesis can use: letters, digits and underscores, a letter first."""
    found = re.sub(r"_+", "_", re.sub(r"\W", "_", name, flags=re.ASCII)).strip("_")
    return found if found[:1].isalpha() else f"m_{found}".rstrip("_")
