"""Everything that is written for one questionnaire and one platform, by path."""

from __future__ import annotations

import csv
import io

from couples_study.core.errors import UsageError, listed, nearest
from couples_study.fielding.questionnaire import Questionnaire, Sheet
from couples_study.fielding.study_text import header_of, study_text, told_about
from couples_study.fielding.tool import Tool
from couples_study.fielding.tools import tools

TEAM = "team"


def tool_called(name: str) -> Tool:
    """The platform of that name; raises `UsageError` for one that is not there."""
    if name not in tools():
        guess = nearest(name, tools())
        raise UsageError(
            f"--tool {name}", expected=f"one of {listed(tools())}", found="no such platform",
            do=f"did you mean {guess}?" if guess else "choose one of them",
        )  # fmt: skip
    return tools()[name]


def bundle(asked: Questionnaire, tool: Tool, study_id: str) -> dict[str, bytes]:
    """The platform's files, the team's sheets, study.toml and what to know, by path."""
    files = tool.files(asked) | {f"{TEAM}/{sheet.name}.csv": _sheet(sheet) for sheet in asked.sheets}
    files["study.toml"] = study_text(asked, tool, study_id).encode("utf-8")
    told = told_about(asked, tool, sorted([*files, "README.md"]))
    return files | {"README.md": told.encode("utf-8")}


def _sheet(sheet: Sheet) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(header_of(sheet))
    return out.getvalue().encode("utf-8")
