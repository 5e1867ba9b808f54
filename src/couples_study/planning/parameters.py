"""The generator's parameters, shipped as data beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def parameters() -> MappingProxyType[str, MappingProxyType[str, float]]:
    """Parameters by group and name, read once and read-only."""
    text = (files("couples_study.planning") / "parameters.toml").read_text("utf-8")
    return MappingProxyType({group: MappingProxyType(values) for group, values in tomllib.loads(text).items()})
