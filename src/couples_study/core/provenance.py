"""Where numbers come from: hashes of what went in, versions of what computed. No time stamps."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
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
