"""The words for terms in ``test``: a term, a term of one role, and signed sums of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from couples_study.core.errors import StudyFileError, listed, nearest

PIECE = re.compile(r"\s*([+-]?)\s*([^\s+\-][^\s+]*?)\s*(?=[+-]|$)")


def pieces_of(words: str, where: str) -> list[tuple[float, str]]:
    """``"a - b"`` as ``[(1.0, "a"), (-1.0, "b")]``."""
    found, position = [], 0
    while position < len(words):
        match = PIECE.match(words, position)
        if match is None or match.end() == position:
            raise StudyFileError(where, expected='terms joined by + or -, such as "a - b"', found=repr(words), do="mend test")
        found.append((-1.0 if match[1] == "-" else 1.0, match[2]))
        position = match.end()
    return found


def contrast(words: str, names: Sequence[str], where: str) -> np.ndarray:
    """The weights of ``words`` over the model's coefficients ``names``, shape (len(names),)."""
    weights = np.zeros(len(names))
    for sign, name in pieces_of(words, where):
        if name not in names:
            guess = nearest(name, names)
            raise StudyFileError(
                where, expected=f"test = terms of this model: {listed(names, most=30)}", found=repr(name),
                do=f"did you mean {guess!r}?" if guess else "name one of them",
            )
        weights[list(names).index(name)] += sign
    return weights


def split(name: str) -> tuple[str, str | None]:
    """``"partner.within[woman]"`` as ``("partner.within", "woman")``."""
    match = re.fullmatch(r"(.+)\[(.+)\]", name)
    return (match[1], match[2]) if match else (name, None)
