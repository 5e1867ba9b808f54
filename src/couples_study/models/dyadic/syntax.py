"""The same model in other programs' languages; stub until written."""

from __future__ import annotations

from typing import Any


def syntax(model: Any, program: str) -> str:
    raise NotImplementedError(program)
