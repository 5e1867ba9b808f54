"""The generator's parameters, shipped as data beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any


@cache
def parameters() -> MappingProxyType[str, MappingProxyType[str, Any]]:
    """Parameters by group and name, read once and read-only: numbers, or two of them in a list."""
    text = (files("couples_study.planning") / "parameters.toml").read_text("utf-8")
    return MappingProxyType({group: MappingProxyType(values) for group, values in tomllib.loads(text).items()})
