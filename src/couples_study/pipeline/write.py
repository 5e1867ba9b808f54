"""Writing all or nothing: files are staged beside their place and moved in when the last one is complete."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from couples_study.core.errors import UsageError

OURS = ("data", "quarantine", "results", "figures")


def write_all(files: Mapping[str, bytes], out: Path) -> list[Path]:
    """Write ``files`` (by path relative to ``out``) and return their paths, sorted.

    The folders in `OURS` that ``files`` fills are replaced as a whole, so that nothing of an earlier run stays behind;
    ``quarantine`` goes when nothing is held. Other content of ``out`` is left alone.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".staging-", dir=out))
    except OSError as error:
        raise UsageError(f"--out {out}", expected="a folder that can be written to", found=error.strerror or "an error", do="choose another") from error
    try:
        for name, content in files.items():
            path = stage / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _move_in(stage, out, files)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return sorted(out / name for name in files)


def _move_in(stage: Path, out: Path, files: Mapping[str, bytes]) -> None:
    tops = {name.split("/", 1)[0] for name in files}
    for top in OURS:
        stale = out / top
        if stale.is_dir() and (top in tops or (top == "quarantine" and "data" in tops)):
            os.replace(stale, stage / f".old-{top}")
    for top in sorted(tops):
        os.replace(stage / top, out / top)
