"""The built-in claims: entries in the grammar of a hypothesis, one file each, found by their folder."""

from __future__ import annotations

import sys
import tomllib
from functools import cache
from importlib.resources import files
from types import ModuleType

from couples_study.contracts.base import Strict, parsed
from couples_study.contracts.hypothesis import Claim, Correction
from couples_study.contracts.tension import Tension
from couples_study.core.discover import tomls_of
from couples_study.core.errors import EntryError, UsageError, listed, nearest

FAMILIES = "families.toml"
CONTRADICTIONS = "contradictions.toml"
DATA = (FAMILIES, CONTRADICTIONS)
WORDS = {"holm": "Holm", "benjamini_hochberg": "Benjamini and Hochberg, q = .10"}


@cache
def claims() -> dict[str, Claim]:
    """Every claim by id, in the order of their numbers.

    Examples
    --------
    >>> cs.claims()["C60"].statement
    'Six welcome touches a day are the minimum for staying connected.'
    """
    found: dict[str, Claim] = {}
    for path, data in tomls_of("couples_study.claims").items():
        if path in DATA:
            continue
        claim = parsed(Claim, data, f"claims/{path}")
        stem = path.rsplit("/", 1)[-1]
        if not stem.startswith(f"{claim.id}_") or claim.id in found:
            raise EntryError(f"claims/{path}", expected=f"a file {claim.id}_<slug>.toml, once", found=stem)
        found[claim.id] = claim
    return dict(sorted(found.items(), key=lambda item: int(item[0][1:])))


@cache
def themes() -> dict[str, str]:
    """The theme of every claim by id: the folder of its entry, in words."""
    found = {path.rsplit("/", 1)[-1].split("_", 1)[0]: path for path in tomls_of(__name__) if path not in DATA}
    return {id_: path.split("/", 1)[0].replace("_", " ") for id_, path in found.items()}


class Family(Strict):
    """A multiplicity set fixed beforehand: every member counts, whether this version can test it or not."""

    members: tuple[str, ...]
    correction: Correction

    def words(self) -> str:
        """The correction, and how many members it counts."""
        return f"{WORDS[self.correction]}, {len(self.members)} members"


@cache
def families() -> dict[str, Family]:
    """The multiplicity sets by name."""
    text = (files("couples_study.claims") / FAMILIES).read_text("utf-8")
    return {name: parsed(Family, row, f"claims/{FAMILIES}, {name}") for name, row in tomllib.loads(text).items()}


@cache
def contradictions() -> tuple[Tension, ...]:
    """Claims of the guide that can not both hold."""
    text = (files("couples_study.claims") / CONTRADICTIONS).read_text("utf-8")
    return tuple(parsed(Tension, row, f"claims/{CONTRADICTIONS}") for row in tomllib.loads(text)["pair"])


def chosen(ids: str | tuple[str, ...]) -> tuple[Claim, ...]:
    """The claims asked for, ``"all"`` or by id; raises `UsageError` for one that is not there."""
    if not ids:
        return ()  # nobody waits for entries that are not asked for
    known = claims()
    if ids == "all":
        return tuple(known.values())
    for one in ids:
        if one not in known:
            guess = nearest(one, known)
            raise UsageError(
                f"claim {one!r}",
                expected=f"one of {listed(known)}",
                found="no claim of that id in this version",
                do=f"did you mean {guess}? " * bool(guess) + "`couples-study claims` lists them",
            )
    return tuple(known[one] for one in dict.fromkeys(ids))


class _CallableModule(ModuleType):
    """This package is a folder of entries and, as `couples_study.claims`, the call that lists them."""

    def __call__(self) -> dict[str, Claim]:
        return claims()


sys.modules[__name__].__class__ = _CallableModule
