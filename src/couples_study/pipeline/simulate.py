"""Synthetic studies on disk."""

from __future__ import annotations

from pathlib import Path

from couples_study.pipeline.platforms import delivered_as
from couples_study.pipeline.write import write_all
from couples_study.planning.synthetic import simulate


def run_simulate(scenario: str, couples: int, days: int, seed: int, out: Path, reader: str = "csv") -> list[Path]:
    """Write a synthetic study below ``out``: exports as ``reader`` reads them, study.toml, truth.json."""
    return write_all(delivered_as(simulate(scenario, couples, days, seed), reader).files, out)
