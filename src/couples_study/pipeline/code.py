"""Which code computed something: what was kept by other code is not ours."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from couples_study.core.provenance import package_version


@cache
def code_hash(*parts: str) -> str:
    """A hash of this version and of the code and entries in these of its packages, or in all: another asks again."""
    digest = hashlib.sha256(package_version().encode())
    for folder in [str(files("couples_study") / part) for part in parts] or [str(files("couples_study"))]:
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix in (".py", ".toml"):
                digest.update(path.read_bytes())
    return digest.hexdigest()
