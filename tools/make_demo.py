"""Rewrite data/raw/demo from its seed: ``python tools/make_demo.py``."""

from __future__ import annotations

import hashlib
from pathlib import Path

from couples_study.core.seeds import DEFAULT_SEED
from couples_study.planning.scenarios import scenario_called
from couples_study.planning.synthetic import simulate

COUPLES, DAYS = 200, 28
DEMO = Path(__file__).resolve().parents[1] / "data" / "raw" / "demo"


def demo_files() -> dict[str, bytes]:
    """Every file of the demo study by name, the list of hashes included."""
    files = simulate(scenario_called("demo"), COUPLES, DAYS, DEFAULT_SEED, study_id="demo").files
    listed = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return {**files, "SHA256SUMS": listed.encode()}


if __name__ == "__main__":
    DEMO.mkdir(parents=True, exist_ok=True)
    for name, content in demo_files().items():
        (DEMO / name).write_bytes(content)
    print(f"wrote {DEMO}")
