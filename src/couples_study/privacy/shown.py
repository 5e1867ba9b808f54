"""Ids as they may stand on a page: a pseudonym as it is; for what looks like a person, a place in the roster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# Most ids by far, so they are looked at first: letters with digits, a short number, one or two letters.
_PSEUDONYM = r"(?=.*[A-Za-z])(?=.*[0-9])[A-Za-z0-9._\-]{1,40}|[1-9][0-9_\-]{0,8}|0[0-9_\-]{0,6}|[A-Za-z]{1,2}"
_IS_PSEUDONYM = re.compile(_PSEUDONYM)
_ARE_PSEUDONYMS = re.compile(rf"(?:(?:{_PSEUDONYM})\n)*")
_NUMBER_MARKS = re.compile(r"[\s()./\-]")
_PHONE = re.compile(r"(?:\+\d{7,15}|0\d{7,14}|\d{10,15})")
_WORDS = re.compile(r"[^\W\d_]{2,}(?:[\s._'\-]+[^\W\d_]{2,})+")
_WORD = re.compile(r"[^\W\d_][^\W\d_A-Z]{2,}")
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,7}")
LONGEST = 40


def looks_personal(identifier: str) -> bool:
    """Whether an id may tell who someone is: an e-mail or network address, a phone number, a name, or a long text."""
    if _IS_PSEUDONYM.fullmatch(identifier):
        return False
    text = identifier.strip()
    if not text or len(text) > LONGEST or not text.isprintable() or "@" in text or re.search(r"\s", text):
        return True
    shapes = (_WORDS, _WORD, _ADDRESS)
    if any(shape.fullmatch(text) for shape in shapes) or _PHONE.fullmatch(_NUMBER_MARKS.sub("", text)):
        return True
    parts = [part for part in text.split("/") if part != text]
    return any(part == "" or looks_personal(part) for part in parts)


def personal_among(identifiers: Iterable[str]) -> set[str]:
    """The ids that look personal. Where all are pseudonyms, as in most studies, one look at all of them tells it."""
    distinct = set(identifiers)
    lines = "".join(f"{one}\n" for one in distinct)
    if lines.count("\n") == len(distinct) and _ARE_PSEUDONYMS.fullmatch(lines):
        return set()
    return {one for one in distinct if looks_personal(one)}


def shown_couples(couples: Sequence[str]) -> list[str]:
    """One name per couple of the roster, in its order: the pseudonym, or ``couple 12``."""
    personal = personal_among(couples)
    return [f"couple {n}" if one in personal else one for n, one in enumerate(couples, 1)]


def shown_people(people: Sequence[str], couples: Sequence[str], places: Sequence[int]) -> list[str]:
    """One name per person: the pseudonym, or the shown couple with the person's place in it, as ``couple 12, B``.

    An id that begins with its couple (``C12/a``) is shown without it, since the couple always stands beside it.
    """
    own = [person.removeprefix(f"{couple}/") for person, couple in zip(people, couples, strict=True)]
    personal = personal_among(own)
    if not personal:
        return own
    return [
        f"{couple}, {chr(ord('A') + min(place, 25))}" if person in personal else person
        for person, couple, place in zip(own, couples, places, strict=True)
    ]
