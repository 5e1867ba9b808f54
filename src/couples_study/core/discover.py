"""Finding entries by their folder: a new file is a new entry, and nothing has to be registered."""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import ModuleType
from typing import Any

from couples_study.core.errors import EntryError


def modules_of(package: str) -> list[ModuleType]:
    """Every public module directly inside ``package``, imported, in the order of their names."""
    path = importlib.import_module(package).__path__
    names = sorted(info.name for info in pkgutil.iter_modules(path) if not info.name.startswith("_"))
    return [importlib.import_module(f"{package}.{name}") for name in names]


def tomls_of(package: str) -> dict[str, dict[str, Any]]:
    """Every TOML file below ``package``, parsed, by its path relative to the package, sorted."""
    found: dict[str, dict[str, Any]] = {}
    for name, entry in _walk(files(package), ""):
        try:
            found[name] = tomllib.loads(entry.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise EntryError(f"{package}/{name}", expected="TOML", found=str(error)) from error
    return dict(sorted(found.items()))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".toml"):
            found.append((prefix + entry.name, entry))
    return found
