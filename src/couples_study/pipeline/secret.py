"""A study's secret: a file outside the data, readable by its owner alone, made when it is first needed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from couples_study.core.errors import StudyFileError
from couples_study.pipeline.locate import Place
from couples_study.privacy.pseudonym import published_secret

FOLDER = "COUPLES_STUDY_SECRETS"
LENGTH = 32


def secret_of(place: Place) -> bytes:
    """The secret that keys a study's pseudonyms; that of a synthetic study is published.

    It lies in the folder that the environment variable ``COUPLES_STUDY_SECRETS`` names, or in
    ``~/.config/couples-study/secrets``, under the study's id. Raises `StudyFileError` where others may read it, or
    where it lies within the study.
    """
    meta = place.study.study
    if meta.synthetic:
        return published_secret(meta.id)
    path = _folder() / meta.id
    if any(path.resolve().is_relative_to(root.resolve()) for root in (place.folder, place.data)):
        raise _refused(path, "a file outside the study", "one inside it", f"let {FOLDER} name another folder")
    if not path.exists():
        _make(path)
    if os.name != "nt" and path.stat().st_mode & 0o077:
        raise _refused(path, "a file that only its owner may read", "one that others may", f"chmod 600 {path}")
    content = path.read_bytes().strip()
    if len(content) < LENGTH:
        raise _refused(path, f"at least {LENGTH} characters", "fewer", "restore it from where you keep a copy")
    return content


def _folder() -> Path:
    named = os.environ.get(FOLDER)
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "couples-study" / "secrets"


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}-{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_hex(LENGTH) + "\n")
    half.replace(path)


def _refused(path: Path, expected: str, found: str, do: str) -> StudyFileError:
    return StudyFileError(f"the study's secret, {path}", expected=expected, found=found, do=do)
