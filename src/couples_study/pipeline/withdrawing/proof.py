"""The proof of a withdrawal, which names nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a withdrawal did: what went, which verdicts moved, and where an id still stands."""

    pseudonym: str
    scope: str
    files: tuple[str, ...]
    rows: int
    cells: int
    rebuilt: tuple[str, ...]
    broken: tuple[str, ...]
    moved: tuple[str, ...]
    searched_for: int
    left: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether everything was made again and no id was found."""
        return not self.left and not self.broken

    def text(self) -> str:
        """The proof in words; it names nobody."""
        return "".join(f"{line}\n" for line in _lines(self))


def _lines(proof: Proof) -> Iterator[str]:
    whose = "one person" if proof.scope == "person" else "a couple"
    yield f"withdrawn: {proof.pseudonym} ({whose})"
    yield f"raw data: {proof.rows} rows and {proof.cells} cells left {_named(proof.files)}"
    yield f"made again: {_named(proof.rebuilt)}"
    for line in proof.broken:
        yield f"could not be made again: {line}"
    yield f"verdicts that moved: {_named(proof.moved)}"
    if not proof.searched_for:
        yield "search: the ids are too short or too plain to look for in bytes; no row of the delivery has them"
    elif proof.left:
        yield f"search: an id still stands in {_named(proof.left)}"
        yield "  in somebody else's rows, or in what is no export of study.toml: look there, and erase it yourself"
    else:
        yield "search: no id of theirs is in any file of these folders, unpacked"


def _named(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
