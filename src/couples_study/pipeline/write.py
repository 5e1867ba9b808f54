"""Writing all or nothing: files are staged beside their place and moved in when the last one is complete."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from couples_study.core.errors import UsageError
from couples_study.pipeline.tables import Content
from couples_study.tables import GRAINS

STAGE = ".staging-"
TURN = 1e-4  # seconds
AT_ONCE = 2  # contents made and written side by side: a page is drawn while the tables are compressed
OURS = {
    "data": tuple(f"{name}.parquet" for name in GRAINS),
    "quarantine": ("*.csv",),
    "results": ("*.csv", "*.json"),
    "figures": ("*.svg", "*.png", "*.csv"),
    "tables": ("*.csv", "*.tex", "*.html"),
    "paragraphs": ("*.md",),
}
PRINTED = {"index.html": "index.pdf"}  # what was printed from an earlier page goes with it
MARKS = ("ledger.json", "intake.html")  # one of these is in every folder that an earlier run wrote


def write_all(files: Mapping[str, Content], out: Path) -> list[Path]:
    """Write ``files`` (by path relative to ``out``) and return their paths, sorted."""
    return write_each([(files, out)])


def write_each(places: Sequence[tuple[Mapping[str, Content], Path]]) -> list[Path]:
    """Write files to several folders, all staged before the first is moved in; returns their paths, sorted by folder.

    What an earlier run left in the folders of `OURS` that ``files`` fills goes, so that nothing stale stays behind;
    ``quarantine`` goes when nothing is held. Everything else in ``out`` is left alone: it may hold somebody's raw data.
    """
    with ExitStack() as stages, _short_turns(), ThreadPoolExecutor(AT_ONCE) as beside:
        staged = [(_stage(files, out, stages), files, out) for files, out in places]
        putting = [
            (beside.submit(_put, content, stage / name), out)
            for stage, files, out in staged
            for name, content in files.items()
        ]
        for put, out in putting:
            with _writable(out):
                put.result()
        for stage, files, out in staged:
            with _writable(out):
                _move_in(stage, out, files)
    return [path for files, out in places for path in sorted(out / name for name in files)]


def _stage(files: Mapping[str, Content], out: Path, stages: ExitStack) -> Path:
    """An empty folder beside the place of ``files``, gone when ``stages`` closes."""
    with _writable(out):
        out.mkdir(parents=True, exist_ok=True)
        for left in out.glob(f"{STAGE}*"):  # of a run that was stopped half-way; nobody else writes here now
            shutil.rmtree(left)
        stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=out))
        stages.callback(shutil.rmtree, stage, ignore_errors=True)
        _require_room(files, out)
    return stage


@contextmanager
def _short_turns() -> Iterator[None]:
    """Threads that ask for the interpreter often and briefly do not wait the usual 5 ms for each of their turns."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


@contextmanager
def _writable(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"--out {out}",
            expected="a folder that can be written to",
            found=(error.strerror or "an error").lower(),
            do="choose another, or make room there",
        ) from error


def _put(content: Content, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
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
    yield from (out / pdf for page, pdf in PRINTED.items() if page in files and (out / pdf).is_file())
