"""Where numbers come from: hashes of what went in, versions of what computed. No time stamps."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from platform import python_version

STACK = ("matplotlib", "numpy", "pandas", "pandera", "pyarrow", "scipy", "seaborn", "statsmodels")


def sha256(content: bytes) -> str:
    """The hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def package_version() -> str:
    """The version of this package as installed."""
    try:
        return version("couples-study")
    except PackageNotFoundError:  # a source tree on the path without an installation
        return "not installed"


def versions() -> dict[str, str]:
    """Python, this package, and the libraries that results depend on."""
    return {"python": python_version(), "couples_study": package_version(), **{name: version(name) for name in STACK}}


@cache
def code_hash(*parts: str) -> str:
    """A hash of this version and of the code and entries in these of its packages, or in all: another asks again."""
    digest = hashlib.sha256(package_version().encode())
    for folder in [str(files("couples_study") / part) for part in parts] or [str(files("couples_study"))]:
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix in (".py", ".toml"):
                digest.update(path.read_bytes())
    return digest.hexdigest()
