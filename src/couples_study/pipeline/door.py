"""The door: direct identifiers are dropped or become pseudonyms before anything else looks at a delivery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from couples_study.contracts.reader import Cells
from couples_study.contracts.study import ROW, Source
from couples_study.core.errors import DeliveryError, StudyFileError, listed, nearest
from couples_study.core.paths import STUDY_FILE
from couples_study.intake import encoded
from couples_study.pipeline.locate import Place
from couples_study.pipeline.secret import secret_of
from couples_study.privacy.identifiers import direct_identifiers, told_by_content
from couples_study.privacy.pseudonym import pseudonym

LOOKED_AT = 200  # distinct texts of a column


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
    cells = encoded(replace(cells, table=cells.table.drop_columns(dropped)) if dropped else cells)
    for name in (name for name, one in source.identifiers.items() if one.do == "hash"):
        place_in = cells.table.column_names.index(name)
        hashed = _hashed(cells.table.column(name), partial(_pseudonym, secret=secret_of(place)))
        cells = replace(cells, table=cells.table.set_column(place_in, name, hashed))
    _refuse_undecided(cells, source, file)
    return _told_of_undecided(cells, source)


def _pseudonym(text: str, secret: bytes) -> str:
    return pseudonym(text.strip(), secret) if text.strip() else text


def _hashed(column: Any, name: Callable[[str], str]) -> Any:
    """The column with each distinct text replaced; blanks stay blank."""
    import pyarrow as pa

    whole = column.combine_chunks()
    distinct = pa.array([name(text) if text else text for text in whole.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(whole.indices, distinct)


def _told_of_undecided(cells: Cells, source: Source) -> Cells:
    """The cells with a note on columns that look like direct identifiers and of which study.toml says nothing.

    Such a column fills no table unless study.toml maps it; only held rows, which are kept whole, repeat it.
    """
    columns = [
        (name, _some_texts(cells.table.column(name)))
        for name in cells.table.column_names
        if name not in {*source.identifiers, *source.columns.values(), *source.keys.model_dump().values()}
    ]
    found = [f"{name} ({kind})" for name, kind in direct_identifiers(columns).items()]
    if not found:
        return cells
    note = f"may tell who somebody is, say drop, hash or keep under identifiers: {listed(found)}"
    return replace(cells, notes=(*cells.notes, note))


def _some_texts(column: Any) -> list[str]:
    """The first distinct texts of a column: an address is seldom alone."""
    first = column.chunk(0).dictionary if column.num_chunks else None
    return [] if first is None else [text for text in first.slice(0, LOOKED_AT).to_pylist() if text]


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
