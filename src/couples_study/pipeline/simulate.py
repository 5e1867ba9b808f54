"""Synthetic studies on disk."""

from __future__ import annotations

from pathlib import Path

from couples_study.pipeline.write import write_all
from couples_study.planning.synthetic import simulate


def run_simulate(scenario: str, couples: int, days: int, seed: int, out: Path) -> list[Path]:
    """Write a synthetic study below ``out``: exports, study.toml, truth.json."""
    return write_all(simulate(scenario, couples, days, seed).files, out)
