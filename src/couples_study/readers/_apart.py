"""Calls to pyreadstat in a process of their own: its C library may crash on a damaged file, and intake must not.

One such process is started with the first SPSS or Stata file and answers until this one ends. Where it dies, the file
it was reading is called damaged, and the next file gets a new one.
"""

from __future__ import annotations

import atexit
import os
import pickle  # both ends are this module
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any, BinaryIO

START = "from couples_study.readers._apart import serve; serve()"
TOLD = ("column_names", "column_names_to_labels", "variable_value_labels", "missing_ranges", "missing_user_values",
        "file_encoding")  # fmt: skip


class ReadingFailedError(Exception):
    """The file could not be read, or the process that read it died."""


class _Apart:
    """The process, started when first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._one_at_a_time = threading.Lock()

    def read(self, function: str, path: str, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        with self._one_at_a_time:
            process = self._running()
            try:
                pickle.dump((function, path, options), process.stdin)  # type: ignore[arg-type]
                process.stdin.flush()  # type: ignore[union-attr]
                found = pickle.load(process.stdout)  # type: ignore[arg-type] # noqa: S301 - our own process
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                self.stop()
                raise ReadingFailedError from error
            except BaseException:  # an interrupt between question and answer: the next must not get this answer
                self.stop()
                raise
        if found is None:
            raise ReadingFailedError
        return found

    def stop(self) -> None:
        """End the process, if it is this one's and not a parent's."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        self.stop()
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with the words above
            [sys.executable, "-c", START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._owner = os.getpid()
        return self._process


_apart = _Apart()
atexit.register(_apart.stop)


def read_apart(function: str, path: str, **options: Any) -> tuple[Any, dict[str, Any]]:
    """The frame and the metadata that pyreadstat's function gives; raises `ReadingFailedError` where it can not."""
    return _apart.read(function, path, options)


def serve() -> None:
    """Answer calls from standard input until it closes: a frame and metadata, or None where reading failed."""
    import pyreadstat

    answers: BinaryIO = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the library prints is not an answer
    while True:
        try:
            function, path, options = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process
        except EOFError:
            return
        try:
            frame, meta = getattr(pyreadstat, function)(path, **options)
            answer = pickle.dumps((frame, {name: getattr(meta, name) for name in TOLD}), pickle.HIGHEST_PROTOCOL)
        except Exception:  # noqa: BLE001 - pyreadstat raises classes of its own; the caller names the file
            answer = pickle.dumps(None)
        answers.write(answer)
        answers.flush()
