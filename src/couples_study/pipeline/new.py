"""A first study.toml from exports: finds the reader of each file, puts files of one form together, writes the draft."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from couples_study.contracts.base import parsed
from couples_study.contracts.reader import Reader
from couples_study.contracts.schema import SCHEMA_FILE
from couples_study.contracts.study import StudyFile
from couples_study.core.errors import DeliveryError, UsageError, listed
from couples_study.core.paths import STUDY_FILE
from couples_study.pipeline.looked_at import Delivered, forms_of, looked_at
from couples_study.pipeline.write import write_all
from couples_study.readers import readers
from couples_study.steps.draft import Draft, draft
from couples_study.steps.draft.words import plain

WILD = frozenset("*?[")
OWN_FILES = (STUDY_FILE, SCHEMA_FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What `run_new` did: the draft, the files it wrote, and the files it was given that no source reads."""

    draft: Draft
    written: tuple[Path, ...]
    unused: tuple[str, ...]


def run_new(folder: str | Path, files: Sequence[str | Path], registry: Mapping[str, Reader] | None = None) -> Drafted:
    """Draft ``folder``/study.toml from the exports.

    Refused with a `UsageError`: a folder that has a study.toml, exports that lie in several other folders, and names
    that are no files. Exports in one other folder stay there; ``data_root`` names it.
    """
    folder = Path(folder)
    _require_new(folder)
    paths = _found(files)
    root, data_root = _lying(paths, folder)
    seen = [looked_at(path, path.relative_to(root).as_posix(), registry or readers()) for path in paths]
    forms = forms_of(seen, _names_below(root))
    if not forms:
        raise DeliveryError(
            listed(path.name for path in paths),
            expected="at least one export with rows of answers",
            found="codebooks only",
            do="name the data files as well",
        )
    made = draft(forms, name=_absolute(folder).name, folder=str(folder), data_root=data_root)
    _require_valid(made)
    return Drafted(draft=made, written=_written(made, folder), unused=_unused(seen, forms))


def _written(made: Draft, folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(write_all({STUDY_FILE: made.text.encode()}, folder))
    except UsageError as error:
        raise UsageError(str(folder), expected=error.expected, found=error.found, do=error.do) from error


def _require_new(folder: Path) -> None:
    if (folder / STUDY_FILE).exists():
        raise UsageError(
            str(folder / STUDY_FILE),
            expected="a folder without a study.toml; a draft never replaces one",
            found="one that is there already",
            do="draft into another folder and take over what you need, or move the old file away first",
        )


def _found(files: Sequence[str | Path]) -> list[Path]:
    """Every file that the words name, patterns spelled out, each once and in the order given."""
    found: dict[Path, None] = {}
    for word in map(str, files):
        path = Path(word)
        if not path.exists() and WILD & set(word):
            matches = sorted(glob.glob(word, recursive=True))  # noqa: PTH207 (the pattern may be absolute)
            found |= {_absolute(one): None for one in map(Path, matches) if one.is_file()}
        elif path.is_file():
            found[_absolute(path)] = None
        else:
            raise UsageError(
                f"--from {word}",
                expected="export files",
                found="a folder" if path.is_dir() else "nothing of that name",
                do=f'name the files in it, for instance --from "{path}/*"' if path.is_dir() else "check the path",
            )
    paths = [path for path in found if path.name not in OWN_FILES]
    if not paths:
        raise UsageError("--from", expected="export files", found="none", do="name at least one")
    return paths


def _lying(paths: Sequence[Path], folder: Path) -> tuple[Path, str | None]:
    """The folder that study.toml names files from, and ``data_root`` where it is not the study's own."""
    own = _absolute(folder)
    if all(path.is_relative_to(own) for path in paths):
        return own, None
    others = {path.parent for path in paths}
    if len(others) == 1:
        other = others.pop()
        return other, Path(os.path.relpath(other, own)).as_posix()
    raise UsageError(
        "--from",
        expected=f"exports that lie all below {folder}, or all in one other folder",
        found=f"{len(others)} folders: {listed(sorted(one.name for one in others))}",
        do=f"copy them into {folder}, which keeps a study in one place, and name them there",
    )


def _absolute(path: Path) -> Path:
    """From the root, and through links as they were named: a link in the study's folder lies in it."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (resolve would follow links)


def _names_below(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.is_file())


def _require_valid(made: Draft) -> None:
    import tomllib

    parsed(StudyFile, tomllib.loads(made.text), "the draft")


def _unused(seen: Sequence[Delivered], forms: Sequence[object]) -> tuple[str, ...]:
    used = {plain(str(form.options.get("dictionary", ""))) for form in forms}  # type: ignore[attr-defined]
    return tuple(one.file for one in seen if one.codebook and plain(one.file) not in used)
