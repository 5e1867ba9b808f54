"""A place to write to, for one run at a time: the second waits, and what a refused run made goes again."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from couples_study.core.errors import UsageError
from couples_study.pipeline.shelf import FOLDER as SHELF

PATIENCE = 600.0
PAUSE = 0.1


@contextmanager
def room_at(out: Path, tell: Callable[[str], None], patience: float = PATIENCE) -> Iterator[Path]:
    """``out``, made if need be and held for this run alone; raises `UsageError` where it can not be had.

    A run that ends in an error leaves no folder behind that was not there before.
    """
    made = _made(out)
    try:
        handle = _locked(out, tell, patience)
        try:
            yield out
        finally:
            os.close(handle)
    except BaseException:
        if out in made:
            shutil.rmtree(out / SHELF, ignore_errors=True)
            _remove_if_empty((out / SHELF).parent)
        for folder in made:
            _remove_if_empty(folder)
        raise


def _made(out: Path) -> list[Path]:
    """The folders that had to be made, the innermost first."""
    missing = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(out, error) from error
    return missing


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _locked(out: Path, tell: Callable[[str], None], patience: float) -> int:
    handle = _opened(out)
    until, told = time.monotonic() + patience, False
    while not _locks(handle):
        if time.monotonic() > until:
            os.close(handle)
            raise UsageError(
                f"--out {out}",
                expected="a folder that no other run is writing to",
                found="a run that has been writing there for long",
                do="wait for it to end, stop it, or choose another --out",
            )
        if not told:
            tell(f"another run is writing to {out}; waiting for it to end")
            told = True
        time.sleep(PAUSE)
    return handle


def _opened(out: Path) -> int:
    try:
        if os.name == "nt":
            return os.open(out / ".lock", os.O_RDWR | os.O_CREAT)
        return os.open(out, os.O_RDONLY)
    except OSError as error:
        raise _not_writable(out, error) from error


def _locks(handle: int) -> bool:
    """Whether the lock could be had; it goes with the process, however that ends."""
    try:
        _lock(handle)
    except OSError:
        return False
    return True


def _lock(handle: int) -> None:
    module: Any
    if os.name == "nt":
        import msvcrt as module

        module.locking(handle, module.LK_NBLCK, 1)
    else:
        import fcntl as module

        module.flock(handle, module.LOCK_EX | module.LOCK_NB)


def _not_writable(out: Path, error: OSError) -> UsageError:
    return UsageError(
        f"--out {out}",
        expected="a folder that can be written to",
        found=(error.strerror or "an error").lower(),
        do="choose another, or make room there",
    )
