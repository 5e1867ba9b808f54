"""Questionnaires on disk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from couples_study.contracts.item import Language
from couples_study.fielding.bundle import bundle, tool_called
from couples_study.fielding.choose import questionnaire
from couples_study.fielding.questionnaire import Questionnaire
from couples_study.pipeline.write import write_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Fielded:
    """A questionnaire and the files that were written for it."""

    asked: Questionnaire
    written: tuple[Path, ...]


def run_field(claims: Sequence[str], tools: Sequence[str], out: Path, language: Language = "en") -> Fielded:
    """Write the questionnaire for ``claims`` below ``out``, in a folder per platform where there are several."""
    asked = questionnaire(tuple(claims), language)
    written: list[Path] = []
    for tool in [tool_called(name) for name in tools]:
        folder = out / tool.name if len(tools) > 1 else out
        study_id = re.sub(r"[^a-z0-9_-]", "-", folder.resolve().name.lower()).lstrip("-_") or "study"
        written += write_all(bundle(asked, tool, study_id), folder)
    return Fielded(asked=asked, written=tuple(written))
