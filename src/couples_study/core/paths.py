"""Where things are: the studies shipped with the package, and where output goes by default."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

RAW = Path("data") / "raw"
PROCESSED = Path("data") / "processed"
REPORTS = Path("reports")
STUDY_FILE = "study.toml"
WITHDRAWALS = "withdrawals.csv"  # the log, beside study.toml
WITHDRAWAL = ".withdrawal"  # a withdrawal under way
PREREG, PREREG_LOCK = "prereg.md", "prereg.lock"  # the frozen plan, beside study.toml


def shipped_studies() -> dict[str, Path]:
    """Folders of the studies that come with the package, by id; a source checkout has the demo in ``data/raw``."""
    with as_file(files("couples_study")) as package:
        inside = package / "studies"
        folders = [*inside.iterdir(), package.parent.parent / RAW / "demo"]
    return {folder.name: folder for folder in sorted(folders) if (folder / STUDY_FILE).is_file()}
