"""Codebooks, and labelled files for SPSS and Stata, on disk."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from couples_study.codebook.book import Codebook, codebook_of_package, codebook_of_study
from couples_study.codebook.derived import KINDS, dyadic
from couples_study.codebook.formats import FORMATS
from couples_study.codebook.variables import variable
from couples_study.core.columns import Glossary
from couples_study.core.errors import UsageError, listed, nearest
from couples_study.measures.frames import PANELS, TIME_OF
from couples_study.pipeline.statfile import ENDINGS, is_number, write_statfile
from couples_study.pipeline.study import Study, load_study
from couples_study.pipeline.tables import Content
from couples_study.pipeline.write import write_all

KNOWN = (*FORMATS, *ENDINGS)
Values = dict[str, dict[float | int, str]]


def run_codebook(study: str | None, formats: Sequence[str], out: Path) -> list[Path]:
    """Write the codebook of the package, or of a study with how its answers lie, below ``out``."""
    _require_known(formats, study)
    found = load_study(study) if study is not None else None
    book = codebook_of_package() if found is None else _of(found)
    files: dict[str, Content] = {}
    for one in (one for one in formats if one in FORMATS):
        files |= {name: text.encode("utf-8") for name, text in FORMATS[one](book).items()}
    if found is not None:
        for one in (one for one in formats if one in ENDINGS):
            files |= _labelled(found, one)
    return write_all(files, out)


def _require_known(formats: Sequence[str], study: str | None) -> None:
    for one in formats:
        where = f"--format {one}"
        if one not in KNOWN:
            guess = nearest(one, KNOWN)
            raise UsageError(
                where, expected=listed(KNOWN), found="no such format", do=f"did you mean {guess}?" * bool(guess)
            )
        if one in ENDINGS and study is None:
            raise UsageError(where, expected="a STUDY whose data are exported", found="none", do="name one, as demo")


def _of(study: Study) -> Codebook:
    checked = study.checked
    tables = {name: study.table(name) for name in study.intake.tables}
    return codebook_of_study(study.title, study.id, tables, checked.glossary, synthetic=checked.study.study.synthetic)


def _labelled(study: Study, kind: str) -> dict[str, Content]:
    """A labelled file per analysis frame; those of days and waves carry the derived dyadic columns."""
    files: dict[str, Content] = {}
    for name, frame in study.frames.named().items():
        whole, labels = frame, {one: _label(one, study.checked.glossary) for one in frame.columns}
        if name in PANELS:
            timed = frame.assign(time=frame[TIME_OF[PANELS[name]]]).reset_index(drop=True)
            varying = [one for one in frame.columns if one in study.frames.varying[name] and is_number(frame[one])]
            whole = pd.concat([frame.reset_index(drop=True), dyadic(timed, varying)], axis=1)
            labels |= {one + k.ending: f"{one}, {k.term}: {k.formula}" for one in varying for k in KINDS}
        files[name + ENDINGS[kind]] = partial(
            write_statfile, kind=kind, frame=whole, labels={one: labels[one] for one in whole.columns},
            values=_values(whole, study.checked.glossary),
        )  # fmt: skip
    return files


def _label(name: str, columns: Glossary) -> str:
    return f"{columns[name].label} ({columns[name].unit})" if name in columns else name


def _values(frame: pd.DataFrame, columns: Glossary) -> Values:
    """Value labels of numbers: yes and no, and the ends of scales; whole numbers only, as Stata has no others."""
    told = {
        name: variable(columns[name]).labels for name in frame.columns if name in columns and is_number(frame[name])
    }
    return {
        name: {int(value): label for value, label in labels}
        for name, labels in told.items()
        if labels and all(float(value).is_integer() for value, _ in labels)
    }
