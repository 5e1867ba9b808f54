"""The delivery without a person: which files change, their new bytes, and a second reading that checks these."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from couples_study.contracts.reader import RawExport
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, UsageError
from couples_study.core.paths import WITHDRAWAL
from couples_study.intake import Person, columns_of, first_look, link, person_called, rows_of
from couples_study.intake.records import Records
from couples_study.pipeline.deliveries import dictionary_of, files_of, read_one, reader_of, sha256_of
from couples_study.pipeline.door import let_in
from couples_study.pipeline.locate import FROM_PACKAGE, Place
from couples_study.privacy.pseudonym import pseudonym
from couples_study.readers import Gone, without
from couples_study.steps.check import Checked

SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file of the delivery: its name below the data's folder, what it becomes, and how much leaves it.

    ``content`` is None for a file that goes as a whole: nobody else is in it, and its source has others.
    """

    name: str
    before: str
    content: bytes | None
    rows: int = 0
    cells: int = 0

    @property
    def after(self) -> str:
        """The new content's SHA-256; empty where the file goes."""
        return "" if self.content is None else hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A delivered file that was read and linked."""

    path: Path
    source: Source
    export: RawExport
    records: Records


def linked(checked: Checked, place: Place) -> list[File]:
    """Every delivered file with its records linked; exports that are links to elsewhere are refused."""
    files = [_read(path, source, checked, place) for source in place.study.source for path in files_of(source, place)]
    parts = [tuple(one.records for one in files if one.source is source) for source in place.study.source]
    link(place.study, tuple(parts), checked.glossary)
    return files


def _read(path: Path, source: Source, checked: Checked, place: Place) -> File:
    if (place.study.study.data_root or "").startswith(FROM_PACKAGE):
        raise UsageError(
            f"study {place.study.study.id!r}",
            expected="a study whose exports are yours to change",
            found="exports that an installed package ships",
            do="copy them beside study.toml and leave data_root out",
        )
    if path.is_symlink():
        raise DeliveryError(
            str(path),
            expected="the export itself",
            found="a link to it",
            do="put the file in the link's place",
        )
    export = read_one(path, source, place, sha256_of(path))
    return File(
        path=path, source=source, export=export, records=first_look(place.study, source, export, checked.glossary)
    )


def who_is(word: str, files: Sequence[File], secret: bytes) -> Person | None:
    """The person of that id, or of its pseudonym where ids are hashed at the door, if the delivery has them."""
    everyone = [one.records for one in files]
    return person_called(word, everyone) or person_called(pseudonym(word, secret), everyone)


def changes_for(person: Person, files: Sequence[File], place: Place, *, couple: bool) -> list[Change]:
    """What becomes of each file that has anything of ``person``, and of the list of checksums beside them."""
    gone: dict[Path, Gone] = {}
    for file in files:
        gone[file.path] = _both(gone.get(file.path, Gone()), _gone_from(file, person, couple=couple))
    first = {file.path: file for file in reversed(files)}
    found = [_change(first[path], leaves, place) for path, leaves in gone.items() if leaves]
    sums = place.data / SUMS
    if found and sums.is_file():
        found.append(_new_sums(sums, {change.name: change.after for change in found}))
    return found


def _both(one: Gone, other: Gone) -> Gone:
    """What leaves a file that two sources name."""
    rows = one.rows | other.rows
    numbers = (one.cells.keys() | other.cells.keys()) - rows
    nothing: frozenset[int] = frozenset()
    return Gone(rows, {n: one.cells.get(n, nothing) | other.cells.get(n, nothing) for n in numbers})


def _gone_from(file: File, person: Person, *, couple: bool) -> Gone:
    records, source = file.records, file.source
    which = rows_of(person, records, couple=couple)
    rows = frozenset(records.row[which].tolist())
    if not source.partners or couple or source.table == "couples":
        return Gone(rows)
    own, other = columns_of(person.role, source, file.export.columns, records)
    numbers = np.array(sorted(rows), dtype=np.int64)
    said = file.export.rows(numbers)
    alone = said.iloc[:, sorted(other)].apply(lambda column: column.str.strip().eq("")).all(axis=1).to_numpy()
    filled = {
        int(number): frozenset(place for place in own if line[place].strip())
        for number, line in zip(numbers, said.to_numpy().tolist(), strict=True)
    }
    stay = {number: places for number, places in filled.items() if places}
    leave = frozenset(numbers[alone].tolist())
    return Gone(leave, {number: places for number, places in stay.items() if number not in leave})


def _change(file: File, gone: Gone, place: Place) -> Change:
    nobody_left = len(gone.rows) == file.export.n_rows
    goes = nobody_left and len(files_of(file.source, place)) > 1 and file.export.file not in file.source.files
    content = None if goes else without(file.path, file.source, file.export.cells, gone)
    if content is not None and not nobody_left:
        _require_same_reading(file, content, gone, place)
    return Change(
        name=file.export.file,
        before=file.export.sha256,
        content=content,
        rows=len(gone.rows),
        cells=sum(map(len, gone.cells.values())),
    )


def _require_same_reading(file: File, content: bytes, gone: Gone, place: Place) -> None:
    """Raise `DeliveryError` unless the new content reads as the old one does, but for what left it."""
    old = file.export.rows(np.setdiff1d(np.arange(1, file.export.n_rows + 1), sorted(gone.rows)))
    numbers = np.setdiff1d(np.arange(1, file.export.n_rows + 1), sorted(gone.rows)).tolist()
    for number, places in gone.cells.items():
        old.iloc[numbers.index(number), sorted(places)] = ""
    with TemporaryDirectory(dir=place.folder / WITHDRAWAL) as folder:
        again = Path(folder) / file.path.name
        again.write_bytes(content)
        reader, dictionary = reader_of(file.source, place), dictionary_of(file.source, place)
        cells = let_in(reader.read(again, file.source, None, dictionary), file.source, place, file.export.file)
    new = RawExport(file=file.export.file, sha256="", cells=cells).rows(np.arange(1, len(old) + 1))
    lost = old.columns.difference(new.columns)
    if not new.equals(old[new.columns]) or (old[lost].to_numpy() != "").any():
        raise DeliveryError(
            str(file.path),
            expected="a file that can be written again without a person's rows",
            found="one that reads otherwise when it is",
            do="export it again as plain CSV in UTF-8, then run this again",
        )


def _new_sums(path: Path, after: dict[str, str]) -> Change:
    lines = []
    for line in path.read_text("utf-8").splitlines(keepends=True):
        name = line.rstrip("\r\n")[66:]
        if after.get(name, line):
            lines.append(after[name] + line[64:] if name in after else line)
    return Change(name=path.name, before=sha256_of(path), content="".join(lines).encode("utf-8"))
