"""Parts to text: valid TOML, one line per key, and behind each unsure line why it is."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from couples_study.steps.draft.forms import Draft, Line, Part, Unsure

BARE = re.compile(r"[A-Za-z0-9_-]+")
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
MARK = "# UNSURE: "


def written(head: Sequence[str], parts: Sequence[Part]) -> Draft:
    """The whole text, and its unsure lines by number."""
    lines = [words if words.startswith("#:") else f"# {FORBIDDEN.sub(' ', words)}".rstrip() for words in head]
    unsure: list[Unsure] = []
    for part in parts:
        lines += ["", part.heading] if part.heading else [""]
        for line in part.lines:
            lines += _lines(line)
            if line.why:
                unsure.append(Unsure(line=len(lines), where=part.heading, key=line.key, why=_one_line(line.why)))
    return Draft(text="\n".join(lines) + "\n", unsure=tuple(unsure))


def _lines(line: Line) -> list[str]:
    if not line.key:
        words = f"# {_one_line(line.note)}" if line.note else ""
        return [f"{words}  {MARK}{_one_line(line.why)}".strip() if line.why else words]
    said = f"{toml_key(line.key)} = {toml(line.value)}"
    if line.why:
        said += f"  {MARK}{_one_line(line.why)}"
    elif line.note:
        said += f"  # {_one_line(line.note)}"
    return [said]


def toml_key(name: str) -> str:
    """A key, quoted where TOML asks for it."""
    return name if BARE.fullmatch(name) else toml(name)


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(str(key))} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return _array([toml(one) for one in value])
    return repr(value)


def _array(items: Sequence[str]) -> str:
    return "[" + ", ".join(items) + "]"


def _one_line(words: str) -> str:
    """Nothing that ends a comment or that TOML forbids in one."""
    return re.sub(r"[\x00-\x1f\x7f\u2028\u2029\u0085\s]+", " ", words).strip()
