"""Reading a study's deliveries: every file of every source, in a fixed order, hashed."""

from __future__ import annotations

from pathlib import Path

from couples_study.contracts.reader import RawExport
from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, StudyFileError, listed, nearest
from couples_study.core.paths import STUDY_FILE
from couples_study.core.provenance import sha256
from couples_study.pipeline.locate import Place
from couples_study.readers import content_of, reader_called
from couples_study.steps.outline import key_columns

WILD = frozenset("*?[")


def read_deliveries(place: Place) -> tuple[tuple[RawExport, ...], ...]:
    """The exports of every source, one tuple of files per source, in the order declared and then by name."""
    return tuple(tuple(_read(path, source, place) for path in files_of(source, place)) for source in place.study.source)


def headers(place: Place) -> list[tuple[Source, str, tuple[str, ...]]]:
    """Source, file name and column names of every delivered file; no answer is read."""
    found = []
    for source in place.study.source:
        reader = reader_called(source.reader, f"source for {listed(source.files)}")
        found += [(source, path.name, reader.header(path, source)) for path in files_of(source, place)]
    return found


def read_keys(place: Place) -> tuple[tuple[RawExport, ...], ...]:
    """The key columns of every file, and what tells partners apart; no answer is read."""
    found = []
    for source in place.study.source:
        reader = reader_called(source.reader, f"source for {listed(source.files)}")
        paths = files_of(source, place)
        wanted = [key_columns(source, place.study.dyads, reader.header(path, source)) for path in paths]
        cells = [reader.read(path, source, names) for path, names in zip(paths, wanted, strict=True)]
        found.append(
            tuple(RawExport(file=p.name, sha256="", frame=frame) for p, frame in zip(paths, cells, strict=True))
        )
    return tuple(found)


def inputs_of(place: Place, exports: tuple[tuple[RawExport, ...], ...]) -> dict[str, str]:
    """SHA-256 of everything that went in, by name."""
    return {STUDY_FILE: place.study_file_sha256} | {one.file: one.sha256 for files in exports for one in files}


def files_of(source: Source, place: Place) -> list[Path]:
    """The files that a source's patterns name, each once, sorted by name; at least one for every pattern."""
    found: dict[Path, None] = {}
    for pattern in source.files:
        matches = _matching(pattern, place)
        if not matches:
            raise _missing(pattern, place)
        found |= dict.fromkeys(matches)
    return list(found)


def _matching(pattern: str, place: Place) -> list[Path]:
    own = place.folder / STUDY_FILE
    try:
        return sorted(path for path in place.data.glob(pattern) if path.is_file() and path != own)
    except (ValueError, NotImplementedError) as error:
        raise StudyFileError(
            f"{own}, files = {pattern!r}",
            expected='a file name or a pattern such as "diary_*.csv"',
            found="a pattern that can not be read",
            do="write ** only between slashes, and no empty name",
        ) from error


def _read(path: Path, source: Source, place: Place) -> RawExport:
    reader = reader_called(source.reader, f"{place.folder / STUDY_FILE}, source for {listed(source.files)}")
    content = content_of(path)
    name = path.relative_to(place.data).as_posix()
    return RawExport(
        file=name, sha256=sha256(content), frame=reader.read(path, source), notes=(f"separator {source.separator!r}",)
    )


def _missing(pattern: str, place: Place) -> DeliveryError:
    there = sorted(path.name for path in place.data.iterdir() if path.is_file() and path.name != STUDY_FILE)
    guess = nearest(pattern, there)
    return DeliveryError(
        f"{place.folder / STUDY_FILE}, files = {pattern!r}",
        expected="a file of that name" if not WILD & set(pattern) else "at least one file that fits",
        found=f"in {place.data}: {listed(there)}",
        do=f"did you mean {guess!r}?" if guess else "put the export there, or mend files in its [[source]]",
    )
