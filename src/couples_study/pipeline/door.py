"""The door: direct identifiers are dropped or become pseudonyms before anything else looks at a delivery."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from couples_study.contracts.reader import Cells
from couples_study.contracts.study import ROW, Source
from couples_study.core.errors import DeliveryError, StudyFileError, listed, nearest
from couples_study.core.paths import STUDY_FILE
from couples_study.intake import encoded
from couples_study.pipeline.locate import Place
from couples_study.pipeline.secret import secret_of
from couples_study.privacy.identifiers import told_by_content
from couples_study.privacy.pseudonym import pseudonym


def let_in(cells: Cells, source: Source, place: Place, file: str) -> Cells:
    """The cells with the source's ``identifiers`` dropped or hashed, as Arrow dictionaries.

    Raises `DeliveryError` where a column that names couples, people or answers tells who somebody is and
    study.toml does not say what to do with it, and `StudyFileError` where it speaks of a column that is not there.
    """
    names = cells.table.column_names
    if strange := [name for name in source.identifiers if name not in names]:
        guess = nearest(strange[0], names)
        raise StudyFileError(
            f"{place.folder / STUDY_FILE}, identifiers of the source for {file}",
            expected="columns of the export",
            found=listed(map(repr, strange)),
            do=f"did you mean {guess!r}?" if guess else "leave them out",
        )
    dropped = [name for name, one in source.identifiers.items() if one.do == "drop"]
    cells = encoded(_with(cells, cells.table.drop_columns(dropped)) if dropped else cells)
    for name in (name for name, one in source.identifiers.items() if one.do == "hash"):
        place_in = cells.table.column_names.index(name)
        hashed = _hashed(cells.table.column(name), partial(_pseudonym, secret=secret_of(place)))
        cells = _with(cells, cells.table.set_column(place_in, name, hashed))
    _refuse_undecided(cells, source, file)
    return cells


def _with(cells: Cells, table: Any) -> Cells:
    return Cells(
        table=table,
        notes=cells.notes,
        captions=cells.captions,
        labels=cells.labels,
        ranges=cells.ranges,
        missing=cells.missing,
    )


def _pseudonym(text: str, secret: bytes) -> str:
    return pseudonym(text.strip(), secret) if text.strip() else text


def _hashed(column: Any, name: Callable[[str], str]) -> Any:
    """The column with each distinct text replaced; blanks stay blank."""
    import pyarrow as pa

    whole = column.combine_chunks()
    distinct = pa.array([name(text) if text else text for text in whole.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(whole.indices, distinct)


def _refuse_undecided(cells: Cells, source: Source, file: str) -> None:
    """Ids are looked at by content: whoever answers under an e-mail address is known to everybody who reads it."""
    keys = {source.keys.couple, source.keys.person} - {None, ROW, *source.identifiers}
    for name in sorted(str(key) for key in keys if key in cells.table.column_names):
        kind = told_by_content(cells.table.column(name).combine_chunks().dictionary.to_pylist())
        if kind in ("an e-mail address", "a telephone number"):
            raise DeliveryError(
                f"{file}, column {name!r}",
                expected="ids that tell nobody who somebody is",
                found=f"{kind} in at least one of them",
                do=f'say identifiers = {{ {name!r} = {{ do = "hash", why = "..." }} }} in its [[source]]; '
                'or do = "keep", with the reason',
            )
