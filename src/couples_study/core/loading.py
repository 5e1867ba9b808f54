"""Names of a package that are loaded when they are first used, so that a command pays only for what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def on_demand(package: str, home: Mapping[str, str]) -> Callable[[str], Any]:
    """A module's ``__getattr__``: ``home`` says in which module each name is at home."""

    def load(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(home[name]), name)

    return load
