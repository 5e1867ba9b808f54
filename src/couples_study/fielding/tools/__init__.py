"""The platforms that questionnaires are written for: one file each, found by its folder."""

from __future__ import annotations

from functools import cache

from couples_study.core.discover import modules_of
from couples_study.fielding.tool import Tool


@cache
def tools() -> dict[str, Tool]:
    """Every platform by name."""
    return {module.TOOL.name: module.TOOL for module in modules_of(__name__)}
