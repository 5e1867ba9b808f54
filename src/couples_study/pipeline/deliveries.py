"""Reading a study's deliveries: every file of every source, in a fixed order, hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from couples_study.contracts.prereg import Arrived
from couples_study.contracts.reader import Delivery, RawExport, Reader
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, EmptyDeliveryError, StudyFileError, listed, nearest
from couples_study.core.paths import PREREG, PREREG_LOCK, STUDY_FILE, WITHDRAWAL, WITHDRAWALS
from couples_study.pipeline.door import let_in
from couples_study.pipeline.locate import Place
from couples_study.readers import reader_called
from couples_study.steps.outline import key_columns

WILD = frozenset("*?[")
READER_OPTIONS = ("separator", "encoding", "header_rows", "sheet", "dictionary")


def read_deliveries(place: Place) -> tuple[tuple[RawExport, ...], ...]:
    """The exports of every source, one tuple of files per source, in the order declared and then by name."""
    return tuple(
        tuple(read_one(path, source, place, sha256_of(path)) for path in files_of(source, place))
        for source in place.study.source
    )


def headers(place: Place) -> list[tuple[Source, str, tuple[str, ...]]]:
    """Source, file name and column names of every delivered file; no answer is read."""
    return [
        (source, name_of(path, place), reader_of(source, place).header(path, source, dictionary_of(source, place)))
        for source in place.study.source
        for path in files_of(source, place)
    ]


def read_keys(place: Place) -> tuple[tuple[RawExport, ...], ...]:
    """The key columns of every file, and what tells partners apart; no answer is read."""
    return tuple(tuple(_keys(path, source, place) for path in files_of(source, place)) for source in place.study.source)


def arrived(place: Place) -> list[Arrived]:
    """Every delivered file that is there, with its column names; none has to be there, and no answer is read."""
    found = []
    for source in place.study.source:
        for path in dict.fromkeys(one for pattern in source.files for one in _matching(pattern, place)):
            header = reader_of(source, place).header(path, source, dictionary_of(source, place))
            found.append(
                Arrived(
                    source=source, file=name_of(path, place), sha256=sha256_of(path), header=header,
                    filled=_filled(path, source, place),
                )
            )  # fmt: skip
    return found


def _filled(path: Path, source: Source, place: Place) -> bool:
    try:
        return _keys(path, source, place).n_rows > 0
    except EmptyDeliveryError:
        return False


def _keys(path: Path, source: Source, place: Place) -> RawExport:
    reader, dictionary = reader_of(source, place), dictionary_of(source, place)
    wanted = key_columns(source, place.study.dyads, reader.header(path, source, dictionary))
    return RawExport(file=name_of(path, place), sha256="", cells=reader.read(path, source, wanted, dictionary))


def reader_of(source: Source, place: Place) -> Reader:
    """The reader that a source names, if it can heed all that the source says."""
    where = f"{place.folder / STUDY_FILE}, source for {listed(source.files)}"
    reader = reader_called(source.reader, where)
    said = {name for name in READER_OPTIONS if getattr(source, name) is not None}
    if deaf := sorted(said - reader.options):
        raise StudyFileError(
            where,
            expected=f"keys that reader {reader.name!r} heeds: {listed(sorted(reader.options))}",
            found=listed(deaf),
            do="leave them out, or name another reader",
        )
    return reader


def dictionary_of(source: Source, place: Place) -> Path | None:
    """The codebook file beside a source's exports, if it names one."""
    if source.dictionary is None:
        return None
    path = place.data / source.dictionary
    if not path.is_file():
        raise _missing(source.dictionary, place, key="dictionary")
    return path


def name_of(path: Path, place: Place) -> str:
    """A delivered file's name below the study's folder, the same on every system."""
    return path.relative_to(place.data).as_posix()


def inputs_of(place: Place, delivered: Iterable[Delivery]) -> dict[str, str]:
    """SHA-256 of everything that went in, by name."""
    named = {source.dictionary for source in place.study.source if source.dictionary is not None}
    codebooks = {name: sha256_of(place.data / name) for name in sorted(named)}
    return {STUDY_FILE: place.study_file_sha256} | codebooks | {one.file: one.sha256 for one in delivered}


def files_of(source: Source, place: Place) -> list[Path]:
    """The files that a source's patterns name, each once, sorted by name; at least one for every pattern."""
    found: dict[Path, None] = {}
    for pattern in source.files:
        matches = _matching(pattern, place)
        if not matches:
            raise _missing(pattern, place)
        found |= dict.fromkeys(matches)
    for path in found:
        _require_a_name_in_text(name_of(path, place), place)
        _require_inside(path, place)
    return list(found)


def _require_inside(path: Path, place: Place) -> None:
    """Files elsewhere are named by data_root, which the ledger prints, and never through a link."""
    if not path.resolve().is_relative_to(place.data.resolve()):
        raise DeliveryError(
            str(path),
            expected="a file in the study's folder",
            found="a link that leads out of it",
            do="put the file itself there, or name its folder as data_root under [study]",
        )


def _require_a_name_in_text(name: str, place: Place) -> None:
    """Names that are no text in any encoding we know can be written into no ledger."""
    if not name.isascii() and name.encode("utf-8", "replace").decode() != name:
        raise DeliveryError(
            f"a delivered file in {place.data}",
            expected="file names in UTF-8",
            found=ascii(name),
            do="give the file another name",
        )


def _ours(path: Path, own: Path) -> bool:
    """Whether this package wrote the file beside the exports: it is none of them, whatever a pattern says."""
    return path == own or path.name in (WITHDRAWALS, PREREG, PREREG_LOCK) or WITHDRAWAL in path.parts


def _matching(pattern: str, place: Place) -> list[Path]:
    own = place.folder / STUDY_FILE
    try:
        return sorted(path for path in place.data.glob(pattern) if path.is_file() and not _ours(path, own))
    except (ValueError, NotImplementedError) as error:
        raise StudyFileError(
            f"{own}, files = {pattern!r}",
            expected='a file name or a pattern such as "diary_*.csv"',
            found="a pattern that can not be read",
            do="write ** only between slashes, and no empty name",
        ) from error


def read_one(path: Path, source: Source, place: Place, sha256: str) -> RawExport:
    """One delivered file, read whole."""
    reader, dictionary = reader_of(source, place), dictionary_of(source, place)
    cells = let_in(reader.read(path, source, None, dictionary), source, place, name_of(path, place))
    return RawExport(file=name_of(path, place), sha256=sha256, cells=cells)


def sha256_of(path: Path) -> str:
    """The hexadecimal SHA-256 of a file, read in pieces."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DeliveryError(
            str(path),
            expected="a file that can be read",
            found=(error.strerror or "an error").lower(),
            do="check that it is there and that you may read it",
        ) from error


def _missing(pattern: str, place: Place, key: str = "files") -> DeliveryError:
    there = sorted(path.name for path in place.data.iterdir() if path.is_file() and path.name != STUDY_FILE)
    guess = nearest(pattern, there)
    return DeliveryError(
        f"{place.folder / STUDY_FILE}, files = {pattern!r}",
        expected="a file of that name" if not WILD & set(pattern) else "at least one file that fits",
        found=f"in {place.data}: {listed(there)}",
        do=f"did you mean {guess!r}?" if guess else f"put the file there, or mend {key} in its [[source]]",
    )
