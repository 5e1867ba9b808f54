"""The command line: parses words and calls the pipeline. Heavy imports wait until a command needs them."""

from __future__ import annotations

from couples_study.cli.main import main

__all__ = ["main"]
