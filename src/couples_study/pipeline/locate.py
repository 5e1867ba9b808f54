"""Where a study is: a path first, then ``./data/raw/<id>``, then the studies shipped with the package."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from couples_study.contracts.base import parsed
from couples_study.contracts.study import StudyFile
from couples_study.core.errors import DeliveryError, StudyFileError, UsageError, listed, nearest
from couples_study.core.paths import RAW, STUDY_FILE, shipped_studies
from couples_study.core.provenance import sha256

FROM_PACKAGE = "package:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A study that was found: its folder, its checked file, where its deliveries lie, and the file's hash."""

    folder: Path
    study: StudyFile
    data: Path
    study_file_sha256: str


def locate(word: str | Path) -> Place:
    """The study called ``word``; raises `UsageError` where there is none, `StudyFileError` where its file is wrong."""
    folder = _folder(str(word))
    path = folder / STUDY_FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StudyFileError(
            str(path),
            expected="a file that can be read",
            found=(error.strerror or "an error").lower(),
            do="check its permissions",
        ) from error
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StudyFileError(
            str(path), expected="UTF-8 text", found="bytes that are not", do="save it as UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise StudyFileError(str(path), expected="TOML", found=str(error), do="mend that line") from error
    study = parsed(StudyFile, data, str(path))
    return Place(folder=folder, study=study, data=_data_root(study, folder, path), study_file_sha256=sha256(content))


def _folder(word: str) -> Path:
    here = Path(word)
    if _there(here / STUDY_FILE):
        return here
    if here.name == STUDY_FILE and _there(here):
        return here.parent
    if _there(here, folder=True):
        raise UsageError(
            f"study {word!r}",
            expected=f"a folder with a {STUDY_FILE}",
            found="a folder without one" if not (here / STUDY_FILE).exists() else f"a {STUDY_FILE} that is not a file",
            do=f"write {STUDY_FILE} there (docs/study-file.md has examples)",
        )
    if _there(RAW / word / STUDY_FILE):
        return RAW / word
    shipped = shipped_studies()
    if word in shipped:
        return shipped[word]
    known = [*shipped, *(path.parent.name for path in sorted(RAW.glob(f"*/{STUDY_FILE}")))]
    guess = nearest(word, known)
    raise UsageError(
        f"study {word!r}",
        expected=f"a folder with a {STUDY_FILE}, an id under {RAW}, or one of {listed(sorted(set(known)))}",
        found="none of these",
        do=f"did you mean {guess!r}?" if guess else "check the path",
    )


def _there(path: Path, *, folder: bool = False) -> bool:
    """Whether there is such a file (or folder); words that can not be a path are not there."""
    try:
        return path.is_dir() if folder else path.is_file()
    except OSError:
        return False


def _data_root(study: StudyFile, folder: Path, path: Path) -> Path:
    root = study.study.data_root
    if root is None:
        return folder
    if root.startswith(FROM_PACKAGE):
        return _inside_package(root.removeprefix(FROM_PACKAGE), path)
    data = Path(root) if Path(root).is_absolute() else folder / root
    if not data.is_dir():
        raise DeliveryError(
            f"{path}, data_root",
            expected="a folder",
            found=f"{root!r}, which is none",
            do="mend data_root under [study]",
        )
    return data


def _inside_package(module: str, path: Path) -> Path:
    try:
        return Path(str(files(module)))
    except (ModuleNotFoundError, TypeError) as error:
        raise DeliveryError(
            f"{path}, data_root",
            expected="an installed Python package that ships the data",
            found=repr(module),
            do="install it, or mend data_root under [study]",
        ) from error
