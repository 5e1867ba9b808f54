"""A codebook as a page: a table per table, with bars of how answers lie where it is a study's."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from couples_study.codebook.book import Codebook
from couples_study.codebook.derived import KINDS, SYMBOLS
from couples_study.codebook.distribution import Distribution
from couples_study.codebook.variables import Variable, missing_words
from couples_study.core.provenance import package_version
from couples_study.privacy.small_cells import SMALLEST_CELL, SUPPRESSED
from couples_study.report.render import render
from couples_study.tables import GRAINS

TALLEST = 40
HIDDEN = f"Cells of fewer than {SMALLEST_CELL} people are suppressed; a dashed bar stands for one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A variable as the page's table shows it; ``bars`` are heights, None where suppressed."""

    name: str
    label: str
    meaning: str
    made: str
    asked: tuple[str, ...]
    answers: tuple[str, ...]
    told: str
    said: str
    bars: tuple[int | None, ...]


def as_html(book: Codebook) -> str:
    """The page."""
    shown = SimpleNamespace(
        title=book.title, study_id=book.study_id, package_version=package_version(), synthetic=book.synthetic
    )
    tables = [(name, GRAINS[name].one_row_is, [_row(one) for one in variables]) for name, variables in book.tables]
    return render(
        "codebook.html.j2", c=shown, tables=tables, derived=KINDS, symbols=SYMBOLS, missing=missing_words(),
        hidden=HIDDEN if book.of_study else "",
    )  # fmt: skip


def _row(one: Variable) -> Row:
    told = one.distribution
    cells = told.cells if told is not None else ()
    most = max((cell.n or 0 for cell in cells), default=0)
    return Row(
        name=one.name, label=one.label, meaning=one.meaning, made=one.made, asked=tuple(text for _, text in one.asked),
        answers=tuple(text for text in (one.unit, one.range_in_words, *one.answers_in_words) if text),
        told=_told(told),
        said="; ".join(f"{cell.label}: {SUPPRESSED if cell.n is None else cell.n}" for cell in cells),
        bars=tuple(None if cell.n is None else round(TALLEST * cell.n / most) for cell in cells) if most else (),
    )  # fmt: skip


def _told(told: Distribution | None) -> str:
    if told is None:
        return ""
    people = SUPPRESSED if told.n_people is None else str(told.n_people)
    mean = f", mean {told.mean:.3g}, SD {told.sd:.3g}" if told.mean is not None and told.sd is not None else ""
    return f"{SUPPRESSED if told.n is None else told.n} answers of {people} people{mean}"
