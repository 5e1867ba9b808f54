"""Exports on disk to forms: which reader likes a file best, what codebooks belong to it, which files are one form."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from couples_study.contracts.reader import Cells, Reader
from couples_study.contracts.study import ROW, Keys, Source
from couples_study.core.errors import DeliveryError
from couples_study.steps.draft import Form

HEAD = 64 * 1024
MOST_ROWS = 300_000  # of each form; more rows would not make a draft surer
SPECIAL = ("qualtrics", "redcap", "formr", "mpath", "spss", "stata", "excel", "parquet")
CODEBOOKS = {
    "redcap": (("Variable / Field Name",), ("field_name", "form_name", "field_type")),
    "mpath": (("columnName", "fullQuestion"),),
    "formr": (('"items"', '"type"', '"choice'),),
}
BESIDE = ("unique_event_name", "arm_num,name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One file: its name from the study's data folder, its first bytes, the reader chosen, or whose codebook it is."""

    path: Path
    file: str
    head: bytes
    reader: Reader | None = None
    codebook: str = ""
    doubts: Mapping[str, str] = field(default_factory=dict)


def looked_at(path: Path, file: str, registry: Mapping[str, Reader]) -> Delivered:
    """The file with the reader that likes it best; raises `DeliveryError` where none does."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise DeliveryError(
            str(path), expected="a file that can be read", found=(error.strerror or "an error").lower(),
            do="check that you may read it",
        ) from error  # fmt: skip
    if codebook := _codebook(head):
        return Delivered(path=path, file=file, head=head, codebook=codebook)
    scores = {name: reader.likes(path, head) for name, reader in registry.items()}
    best = max(scores.values(), default=0)
    if best == 0:
        raise DeliveryError(
            str(path),
            expected=f"an export that one of the readers knows ({', '.join(registry)})",
            found="something else, or an empty file",
            do="export the data as CSV, or leave the file out",
        )
    liked = sorted((name for name, score in scores.items() if score == best), key=_special)
    doubts = {"reader": f"it could be {' or '.join(liked[1:])} as well"} if len(liked) > 1 else {}
    return Delivered(path=path, file=file, head=head, reader=registry[liked[0]], doubts=doubts)


def _special(name: str) -> tuple[int, str]:
    return (SPECIAL.index(name) if name in SPECIAL else len(SPECIAL), name)


def _codebook(head: bytes) -> str:
    """Whose codebook the file is, by what it begins with; ``other`` for tables that stand beside one, else empty."""
    text = head.decode("utf-8", "ignore")
    first = text.lstrip("\ufeff").partition("\n")[0].replace('"', "").strip()
    for name, kinds in CODEBOOKS.items():
        where = text if name == "formr" and text.lstrip()[:1] == "{" else first if name != "formr" else ""
        if any(all(mark in where for mark in marks) for marks in kinds):
            return name
    return "other" if any(mark in first for mark in BESIDE) else ""


def forms_of(seen: Sequence[Delivered], there: Sequence[str]) -> list[Form]:
    """Files with the same reader and columns as one form each, in the order given; ``there`` are all names around."""
    groups: dict[tuple[Any, ...], list[tuple[Delivered, Cells, dict[str, Any]]]] = {}
    for one in seen:
        if one.reader is None:
            continue
        for options in _options(one, seen):
            cells = _read(one, one.reader, options)
            key = (one.reader.name, options.get("sheet"), options.get("dictionary"), tuple(cells.table.column_names))
            groups.setdefault(key, []).append((one, cells, options))
    return [_form(group, there) for group in groups.values()]


def _read(one: Delivered, reader: Reader, options: Mapping[str, Any]) -> Cells:
    source = Source(
        reader=reader.name, files=(one.path.name,), table="couples", keys=Keys(couple=ROW), sheet=options.get("sheet")
    )
    dictionary = one.path.parents[one.file.count("/")] / options["dictionary"] if "dictionary" in options else None
    return reader.read(one.path, source, None, dictionary)


def _options(one: Delivered, seen: Sequence[Delivered]) -> list[dict[str, Any]]:
    """The keys of the source that the file can not be read without: its codebook; one set per sheet of a workbook."""
    if one.reader is not None and one.reader.name == "excel":
        return _sheets(one.path)
    books = [book for book in seen if one.reader is not None and book.codebook == one.reader.name]
    if not books or one.reader is None or "dictionary" not in one.reader.options:
        return [{}]
    names = set(_words(one.head)[:2000])
    best = max(books, key=lambda book: (book.path.parent == one.path.parent, len(names & set(_words(book.head)))))
    return [{"dictionary": best.file}]


def _words(head: bytes) -> list[str]:
    text = head.decode("utf-8", "ignore")
    return "".join(letter if letter.isalnum() or letter == "_" else " " for letter in text).split()


def _sheets(path: Path) -> list[dict[str, Any]]:
    """One set of options per sheet that holds anything; none is needed where there is only one."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        filled = [sheet.title for sheet in book.worksheets if (sheet.max_row or 2) > 1]
        book.close()
    except Exception:  # noqa: BLE001 (a broken workbook is the reader's to refuse, in its own words)
        return [{}]
    return [{"sheet": name} for name in filled] if len(filled) > 1 else [{}]


def _form(group: Sequence[tuple[Delivered, Cells, dict[str, Any]]], there: Sequence[str]) -> Form:
    import pyarrow as pa

    first, cells, options = group[0]
    files = tuple(one.file for one, _, _ in group)
    pattern = _pattern(files, there)
    table = pa.concat_tables([each.table for _, each, _ in group]).slice(0, MOST_ROWS)
    labels = {name: dict(told) for _, each, _ in reversed(group) for name, told in each.labels.items()}
    notes = dict.fromkeys(note for _, each, _ in group for note in each.notes)
    return Form(
        reader=first.reader.name if first.reader is not None else "",
        files=(pattern,) if pattern else files,
        cells=Cells(table=table, captions=cells.captions, labels=labels, ranges=cells.ranges, missing=cells.missing),
        options=options,
        deliveries=len(group),
        doubts=first.doubts,
        remarks=(f"as read: {'; '.join(notes)}",) if notes else (),
    )


def _pattern(files: Sequence[str], there: Sequence[str]) -> str:
    """A pattern for several files that begin and end alike, unless other files around would fit it as well."""
    if len(files) < 2:
        return ""
    begin = os.path.commonprefix(files)  # noqa: RUF071 (letters in common are meant, not folders)
    rests = [name[len(begin) :][::-1] for name in files]
    end = os.path.commonprefix(rests)[::-1]  # noqa: RUF071 (as above)
    stem = begin.rstrip("0123456789")
    if len(stem.rpartition("/")[2].strip("_-. ")) < 3 or any(letter in begin + end for letter in "*?["):
        return ""
    pattern = f"{stem}*{end if '.' in end else ''}"
    names = {name.rpartition("/")[2] for name in files}
    strays = [name for name in there if fnmatch.fnmatch(name, pattern.rpartition("/")[2]) and name not in names]
    return "" if strays else pattern
