"""What a platform has to bring along: the files to upload, and how its export names things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from couples_study.fielding.questionnaire import Form, Questionnaire

UPLOAD, EXPORTS = "upload", "exports"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """How one form's answers are found in the platform's export: a ``[[source]]`` of study.toml.

    ``columns`` gives the export's name of a column where it is another; ``only`` picks the form's rows.
    """

    reader: str
    files: tuple[str, ...]
    keys: Mapping[str, str]
    dictionary: str | None = None
    only: Mapping[str, str] = field(default_factory=dict)
    drop: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    role: str = "role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A platform. ``files`` gives what is uploaded by path, ``read_back`` how a form's export is read."""

    name: str
    summary: str
    files: Callable[[Questionnaire], dict[str, bytes]]
    read_back: Callable[[Form], ReadBack]
    after_upload: str
