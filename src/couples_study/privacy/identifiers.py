"""Columns that tell who somebody is: found by their names and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

NAMES = {
    "an e-mail address": r"e?[\s_.\-]?mail(addr(ess)?)?|recipient[\s_]?email|correo",
    "a name": r"(first|last|full|sur|given|family|recipient)[\s_]?(first|last)?[\s_]?name|(vor|nach|familien)name",
    "a telephone number": r"(tele)?phone([\s_]?(number|no))?|mobile|handy(nummer)?|telefon(nummer)?|tel",
    "a network address": r"ip([\s_.\-]?addr(ess)?)?",
    "a place": r"(location[\s_]?)?(latitude|longitude)|lat|lng|lon|gps|address|street|zip([\s_]?code)?|postcode|plz",
    "a device": r"device([\s_]?(id|token|name))?|user[\s_]?agent|imei|push[\s_]?token|mac[\s_]?address",
    "a date of birth": r"(date[\s_]?of[\s_]?birth|birth[\s_]?date|dob|geburtsdatum)",
}
CONTENTS = {
    "an e-mail address": r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}",
    "a network address": r"(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}",
    "a telephone number": r"(?:\+|00)[1-9][\d\s()/\-]{7,18}\d",
}
MARKS = {"an e-mail address": "@", "a network address": ".:", "a telephone number": "+0"}  # one is in every such text
LONG_TEXT, MANY_SPACES = 60, 5
MANY = 0.5
_BY_NAME = {kind: re.compile(words, re.IGNORECASE) for kind, words in NAMES.items()}
_BY_CONTENT = {kind: re.compile(words) for kind, words in CONTENTS.items()}


def told_by_name(column: str) -> str | None:
    """What a column of this name usually tells of a person; None for any other."""
    return next((kind for kind, words in _BY_NAME.items() if words.fullmatch(column.strip())), None)


def told_by_content(texts: Iterable[str]) -> str | None:
    """What the distinct texts of a column tell of people: an address where one is, free text where most are long."""
    filled = [text.strip() for text in texts if text and not text.isspace()]
    letters = set("".join(filled))
    for kind, words in _BY_CONTENT.items():
        if not letters.isdisjoint(MARKS[kind]) and any(words.fullmatch(text) for text in filled):
            return kind
    if max(map(len, filled), default=0) < min(LONG_TEXT, MANY_SPACES):
        return None
    long = sum(len(text) >= LONG_TEXT or text.count(" ") >= MANY_SPACES for text in filled)
    return "free text" if filled and long >= MANY * len(filled) else None


def direct_identifiers(columns: Sequence[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """By column what it tells of people, for those that do, by name first and then by content."""
    found = {name: told_by_name(name) or told_by_content(texts) for name, texts in columns}
    return {name: kind for name, kind in found.items() if kind is not None}
