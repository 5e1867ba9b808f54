"""Two clean runs of a report, each in surroundings of its own, and the sha256 of every file compared."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from couples_study.core.errors import AnalysisError, CouplesStudyError
from couples_study.pipeline.locate import locate
from couples_study.pipeline.running import Tell, quiet

# Nothing of this may show in a result: the order of sets, the clock's zone, the language, a library's own settings.
SURROUNDINGS: tuple[Mapping[str, str], Mapping[str, str]] = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LANG": "C", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4026", "TZ": "America/St_Johns", "LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"},
)
FOLDERS = ("first", "second/a folder further down")
DONE, FAILED = 0, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One file by its path below OUT, with its sha256 in each run; None where that run did not write it."""

    file: str
    first: str | None
    second: str | None

    @property
    def same(self) -> bool:
        return self.first == self.second


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Every file of the two runs, and whether an analysis broke down in them."""

    files: tuple[Compared, ...]
    failed: bool

    @property
    def different(self) -> tuple[Compared, ...]:
        return tuple(one for one in self.files if not one.same)


def run_verify(word: str, claims: str | None = None, jobs: int = 1, tell: Tell = quiet) -> Verified:
    """Report a study twice from nothing and compare every file.

    The runs differ in folder, working directory, way of naming the study, hash seed, time zone and language.
    Both folders are temporary and gone afterwards.

    Raises
    ------
    CouplesStudyError
        Where the study is refused, with what the run said.
    """
    folder = locate(word).folder.resolve()
    more = [*(["--claims", claims] if claims else []), "--jobs", str(jobs)]
    with tempfile.TemporaryDirectory(prefix="couples-study-verify-") as room:
        outs = [Path(room) / name for name in FOLDERS]
        codes = []
        for named, out, around in zip((str(folder), "."), outs, SURROUNDINGS, strict=True):
            tell(f"running in {out}")
            codes.append(_report([named, "--out", str(out), *more], folder if named == "." else Path(room), around))
        tell("comparing")
        return Verified(files=compared(*outs), failed=FAILED in codes)


def compared(first: Path, second: Path) -> tuple[Compared, ...]:
    """Every file that lies below either folder, by its path."""
    left, right = _hashes(first), _hashes(second)
    return tuple(
        Compared(file=name, first=left.get(name), second=right.get(name)) for name in sorted(left.keys() | right.keys())
    )


def _hashes(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in folder.rglob("*") if path.is_file()}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _report(words: list[str], here: Path, around: Mapping[str, str]) -> int:
    """One report in a process of its own; its exit code, 0 or 4."""
    code = "import sys; from couples_study.cli import main; raise SystemExit(main(sys.argv[1:]))"
    modules = os.pathsep.join(str(Path(path).resolve()) for path in sys.path if path)
    environment = {**os.environ, **around, "PYTHONPATH": modules}
    done = subprocess.run(  # noqa: S603 (our own command, without a shell)
        [sys.executable, "-c", code, "report", *words],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode in (DONE, FAILED):
        return done.returncode
    raise _refused(done.returncode, done.stderr)


def _refused(code: int, said: str) -> CouplesStudyError:
    """What the run itself said, with its exit code; a run that was killed said nothing."""
    if code not in (1, 2):
        return AnalysisError(
            "verify",
            expected="two runs that end",
            found=f"one that broke off with code {code}",
            do="run `couples-study report` on the study and see what it says",
        )
    error = CouplesStudyError(said.strip().removeprefix("couples-study: "))
    error.exit_code = code
    return error
