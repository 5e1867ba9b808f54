"""REDCap puts several forms into one file; each event or repeating instrument is a source of its own with ``only``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
NOT_IN_A_FILE_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
ALIKE = 0.8  # share of answered columns two events have in common to be waves of one form


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The rows that one source keeps, and the rule that keeps them."""

    only: Mapping[str, tuple[str, ...]]
    frame: pd.DataFrame
    name: str = ""


def pieces(frame: pd.DataFrame) -> list[Piece]:
    """The form cut at its events and repeating instruments; whole where it has neither."""
    if frame.empty or (EVENT not in frame and INSTRUMENT not in frame):
        return [Piece(only={}, frame=frame)]
    instruments = frame[INSTRUMENT] if INSTRUMENT in frame else pd.Series("", index=frame.index)
    found: list[Piece] = []
    for instrument, rows in frame.groupby(instruments, sort=False):
        only = {INSTRUMENT: (str(instrument),)} if INSTRUMENT in frame else {}
        found += [_piece(only | event, part, str(instrument)) for event, part in _by_events(rows)]
    return list(_told_apart(found))


def _piece(only: Mapping[str, tuple[str, ...]], frame: pd.DataFrame, instrument: str) -> Piece:
    name = "_".join(part for part in (instrument, *only.get(EVENT, ())[:1]) if part)
    name = NOT_IN_A_FILE_NAME.sub("_", name)  # a source's name becomes a file's
    return Piece(only=only, frame=frame, name=name if name.strip(". ") else "once")


def _told_apart(found: Iterable[Piece]) -> Iterator[Piece]:
    """Pieces whose events differ only in what no file name may hold get a number."""
    seen: set[str] = set()
    for piece in found:
        name, number = piece.name, 2
        while name.casefold() in seen:
            name, number = f"{piece.name}_{number}", number + 1
        seen.add(name.casefold())
        yield replace(piece, name=name)


def _by_events(frame: pd.DataFrame) -> list[tuple[dict[str, tuple[str, ...]], pd.DataFrame]]:
    """Events that ask (nearly) the same columns go together, in the order they first come in."""
    if EVENT not in frame:
        return [({}, frame)]
    groups: list[tuple[list[str], set[str]]] = []
    for event, rows in frame.groupby(EVENT, sort=False):
        asked = {str(name) for name in rows.columns if rows[name].ne("").any()} - {EVENT, INSTRUMENT, INSTANCE}
        for names, columns in groups:
            if len(asked & columns) >= ALIKE * len(asked | columns):
                names.append(str(event))
                columns.update(asked)
                break
        else:
            groups.append(([str(event)], asked))
    return [({EVENT: tuple(names)}, frame[frame[EVENT].isin(names)]) for names, _ in groups]
