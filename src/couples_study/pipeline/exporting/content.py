"""What every export is made of: the study's frames, what was found with them, and files with what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from couples_study.codebook.book import Codebook
from couples_study.codebook.formats import FORMATS
from couples_study.codebook.variables import variable
from couples_study.contracts.evidence import Evidence
from couples_study.core.columns import TABLES
from couples_study.measures import Frames
from couples_study.pipeline.locate import Place
from couples_study.privacy.spreadsheet import without_formulas
from couples_study.report.export.syntax import PREPARE, prepare_r, syntax_files
from couples_study.steps.check import Checked
from couples_study.steps.estimate import Found, readings
from couples_study.tables import GRAINS

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A study whose delivery was read: where it is, what it asks, its frames, its secret, hashes of what went in."""

    place: Place
    checked: Checked
    frames: Frames
    secret: bytes
    inputs: Mapping[str, str]
    tables: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class Bundle:
    """Files by path, and what each, or each folder, holds."""

    files: Files = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    def add(self, folder: str, what: str, files: Mapping[str, str | bytes]) -> None:
        """Put files below ``folder`` (or beside the README where it is empty)."""
        for name, content in files.items():
            path = f"{folder}{name}"
            self.files[path] = content.encode("utf-8") if isinstance(content, str) else content
            if not folder:
                self.told[path] = what
        if folder and files:
            self.told[folder] = what


def as_csv(frame: pd.DataFrame) -> str:
    """A frame as CSV with dates as dates, and nothing that a spreadsheet would compute."""
    dates = [name for name in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[name])]
    plain = frame.assign(**{name: frame[name].dt.strftime("%Y-%m-%d") for name in dates})
    text: str = without_formulas(plain).to_csv(index=False, lineterminator="\n")
    return text


def kept_couples(frames: Frames, couples: Iterable[str]) -> Frames:
    """The frames with these couples alone."""
    those = set(couples)
    named = {name: one[one["couple_id"].isin(those)].reset_index(drop=True) for name, one in frames.named().items()}
    return Frames(varying=frames.varying, **named)


def codebook_files(opened: Opened) -> dict[str, str]:
    """The codebook of the study's columns in every format, without how answers lie."""
    meta, columns = opened.checked.study.study, opened.checked.glossary
    tables = [
        (name, tuple(variable(columns[one], name) for one in opened.tables[name] if one in columns))
        for name in TABLES
        if name in opened.tables and name in GRAINS
    ]
    book = Codebook(title=meta.title, study_id=meta.id, tables=tuple(tables), synthetic=meta.synthetic)
    return {name: text for write in FORMATS.values() for name, text in write(book).items()}


def syntax_of(opened: Opened, found: Found, data: str) -> dict[str, str]:
    """The syntax of every model that could be fitted, reading frames from the folder ``data`` of the bundle."""
    roles = opened.checked.setting.roles
    files = {PREPARE: prepare_r()}
    for key, question in readings(opened.checked).items():
        one = found[key]
        if isinstance(one, Evidence):
            files |= syntax_files(question, one, _frame_of(opened.frames, question.outcome), data, roles)
    return files


def _frame_of(frames: Frames, outcome: str) -> str:
    panel = frames.panel_with(outcome)
    return next((name for name, one in frames.named().items() if one is panel), "people")
