"""Writing all or nothing: files are staged beside their place and moved in when the last one is complete."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from couples_study.core.errors import UsageError
from couples_study.pipeline.tables import Content
from couples_study.tables import GRAINS

STAGE = ".staging-"
OURS = {
    "data": tuple(f"{name}.parquet" for name in GRAINS),
    "quarantine": ("*.csv",),
    "results": ("*.csv", "*.json"),
    "figures": ("*.svg",),
}
MARKS = ("ledger.json", "intake.html")  # one of these is in every folder that an earlier run wrote


def write_all(files: Mapping[str, Content], out: Path) -> list[Path]:
    """Write ``files`` (by path relative to ``out``) and return their paths, sorted.

    What an earlier run left in the folders of `OURS` that ``files`` fills goes, so that nothing stale stays behind;
    ``quarantine`` goes when nothing is held. Everything else in ``out`` is left alone: it may hold somebody's raw data.
    """
    stage: Path | None = None
    try:
        out.mkdir(parents=True, exist_ok=True)
        for left in out.glob(f"{STAGE}*"):  # of a run that was stopped half-way; nobody else writes here now
            shutil.rmtree(left)
        stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=out))
        _require_room(files, out)
        for name, content in files.items():
            path = stage / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _put(content, path)
        _move_in(stage, out, files)
    except OSError as error:
        raise UsageError(
            f"--out {out}",
            expected="a folder that can be written to",
            found=(error.strerror or "an error").lower(),
            do="choose another, or make room there",
        ) from error
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)
    return sorted(out / name for name in files)


def _put(content: Content, path: Path) -> None:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)


def _require_room(files: Mapping[str, Content], out: Path) -> None:
    """Refuse before anything is moved where a folder stands in a file's place or a file in a folder's."""
    for name in files:
        path = out / name
        if path.is_dir() or (path.parent != out and path.parent.exists() and not path.parent.is_dir()):
            raise UsageError(
                f"--out {out}",
                expected=f"room for {name}",
                found="a folder of that name" if path.is_dir() else f"{path.parent.name}, which is a file",
                do="choose another folder",
            )


def _move_in(stage: Path, out: Path, files: Mapping[str, Content]) -> None:
    for path in list(_stale(out, files)):
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    for name in files:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).replace(out / name)


def _stale(out: Path, files: Mapping[str, Content]) -> Iterator[Path]:
    if not any((out / mark).is_file() for mark in MARKS):
        return
    tops = {name.split("/", 1)[0] for name in files}
    for top, patterns in OURS.items():
        if top in tops or (top == "quarantine" and "data" in tops):
            written = (path for pattern in patterns for path in sorted((out / top).glob(pattern)))
            yield from (path for path in written if path.is_file() and f"{top}/{path.name}" not in files)
