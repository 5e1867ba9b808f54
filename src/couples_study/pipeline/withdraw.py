"""The withdraw command's work: one person or one couple leaves the delivery and everything made of it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from couples_study.core.errors import CouplesStudyError, StudyFileError, UsageError
from couples_study.core.paths import PROCESSED, STUDY_FILE, WITHDRAWAL
from couples_study.pipeline.locate import Place, locate
from couples_study.pipeline.room import room_at
from couples_study.pipeline.running import Tell, quiet
from couples_study.pipeline.secret import secret_of
from couples_study.pipeline.withdrawing.journal import JOURNAL, Journal, Room, begin, end, entries_of, move_in, pending
from couples_study.pipeline.withdrawing.log import log, logged
from couples_study.pipeline.withdrawing.notebooks import emptied, executed, run_again
from couples_study.pipeline.withdrawing.proof import Proof
from couples_study.pipeline.withdrawing.raw import changes_for, linked, who_is
from couples_study.pipeline.withdrawing.rooms import clear, rebuild, rooms_of, verdicts_in
from couples_study.pipeline.withdrawing.search import needles, telling, where_named
from couples_study.privacy.pseudonym import pseudonym
from couples_study.steps.check import check

PERSON, COUPLE = "person", "couple"


def run_withdraw(
    word: str,
    person: str,
    *,
    couple: bool = False,
    outs: Sequence[Path] = (),
    proof: Path | None = None,
    tell: Tell = quiet,
) -> Proof:
    """Erase a person (or their couple) from the delivery, and make everything again that was made of it.

    A withdrawal that was stopped, at whatever moment, is finished by running it again. Raises `UsageError` where
    nobody, or more than one person, is called ``person``.
    """
    place = locate(word)
    scope = COUPLE if couple else PERSON
    secret = secret_of(place)
    with room_at(place.folder / WITHDRAWAL, tell) as work:
        if not work.is_dir():
            raise _another_first(place, "has just ended")
        try:
            journal = pending(work)
            if journal is None:
                journal = _begun(place, person, scope, outs, secret, work, tell)
            elif journal.scope != scope or person not in journal.called:
                raise _another_first(place)
            else:
                journal = replace(journal, rooms=_all_rooms(journal, place, outs))
            done = _finished(journal, place, work, tell)
        finally:
            if work.is_dir() and not (work / JOURNAL).exists():
                shutil.rmtree(work)
    if proof is not None:
        proof.write_text(done.text(), "utf-8", newline="")
    return done


def _begun(place: Place, word: str, scope: str, outs: Sequence[Path], secret: bytes, work: Path, tell: Tell) -> Journal:
    """The journal of a new withdrawal, with all that it will do staged; nothing is changed yet."""
    tell("reading")
    files = linked(check(place.study, models=False), place)
    person = who_is(word, files, secret)
    rooms = rooms_of(place, outs)
    if person is None:
        return _gone_already(place, word, scope, secret, rooms)
    names = tuple(sorted({word, *needles(person, couple=scope == COUPLE)}))
    _require_unnamed(place, names)
    changes = changes_for(person, files, place, couple=scope == COUPLE)
    journal = Journal(
        pseudonym=pseudonym(person.own_name, secret),
        called=tuple(sorted({word, person.own_name, person.person_id, f"{person.couple_id}/{person.role}"})),
        named=names,
        scope=scope,
        date=datetime.now(UTC).date().isoformat(),
        files=entries_of(changes),
        rooms=rooms,
        notebooks=tuple(map(str, executed(_folders(place, rooms)))),
    )
    begin(work, journal, changes)
    return journal


def _all_rooms(journal: Journal, place: Place, outs: Sequence[Path]) -> tuple[Room, ...]:
    """The rooms of a stopped withdrawal, and those that were written to since.

    Raises `UsageError` in another folder than the one it was begun in: the study's own rooms are relative to that.
    """
    here = str(PROCESSED.resolve() / place.study.study.id)
    if strange := [room.data for room in journal.rooms if room.own and room.data != here]:
        raise UsageError(
            f"study {place.study.study.id!r}",
            expected=f"the folder in which the withdrawal was begun, the one above {strange[0]}",
            found="another working directory",
            do="change to that folder and run this again",
        )
    known = {room.data for room in journal.rooms}
    used = [out for out in outs if str(out.resolve()) not in known]
    return (*journal.rooms, *(room for room in rooms_of(place, used) if room.data not in known))


def _gone_already(place: Place, word: str, scope: str, secret: bytes, rooms: tuple[Room, ...]) -> Journal:
    """For a person whose withdrawal the log has, a journal with nothing left to do but the search."""
    for row in logged(place.folder):
        if row[0] in {pseudonym(word, secret), pseudonym(word.rpartition("/")[2], secret)} and row[2] == scope:
            return Journal(
                pseudonym=row[0], called=(word,), named=(word,), scope=scope, date=row[1], files=(), rooms=rooms
            )
    raise UsageError(
        f"--person {word!r}",
        expected="the id of one participant, as the people table or the export has it",
        found="nobody of that id, or more than one",
        do="give couple and person with a slash between, as in person_id of the people table",
    )


def _require_unnamed(place: Place, names: tuple[str, ...]) -> None:
    """Raise `StudyFileError` where study.toml itself names the person: it is not ours to rewrite."""
    path = place.folder / STUDY_FILE
    if where_named(names, [path]):
        raise StudyFileError(
            str(path),
            expected="a study file that names no participant who withdraws",
            found="the person's id, or the couple's",
            do="take it out there, then run this again",
        )


def _another_first(place: Place, what: str = "was stopped half-way") -> UsageError:
    return UsageError(
        f"study {place.study.study.id!r}",
        expected="one withdrawal at a time",
        found=f"another withdrawal that {what}",
        do="run one that was stopped again first, with the same words, in the same folder; then run this again",
    )


def _finished(journal: Journal, place: Place, work: Path, tell: Tell) -> Proof:
    """Everything that a journal says, done or done again; then the log, the search and the end."""
    tell("erasing")
    if journal.files:
        move_in(work, journal, place.data)
        emptied(Path(one) for one in journal.notebooks)
        for room in journal.rooms:
            clear(room, place)
    broken, moved = [], []
    for room in journal.rooms if journal.files else ():
        tell(f"making {room.pages} again")
        broken += _rebuilt(room, place, tell)
        moved += _moved(room)
    broken += run_again([Path(one) for one in journal.notebooks], Path.cwd())
    if journal.files:
        log(place.folder, journal)
    if (work / JOURNAL).exists():
        end(work)
    return Proof(
        pseudonym=journal.pseudonym,
        scope=journal.scope,
        files=tuple(one["name"] for one in journal.files),
        rows=journal.rows,
        cells=journal.cells,
        rebuilt=tuple(dict.fromkeys(one for room in journal.rooms if journal.files for one in (room.data, room.pages))),
        broken=tuple(broken),
        moved=tuple(moved),
        searched_for=len(telling(journal.named)),
        left=tuple(str(path) for path in where_named(journal.named, _folders(place, journal.rooms))),
    )


def _folders(place: Place, rooms: Sequence[Room]) -> list[Path]:
    return [place.folder, place.data, *(Path(one) for room in rooms for one in (room.data, room.pages))]


def _rebuilt(room: Room, place: Place, tell: Tell) -> list[str]:
    """Nothing, or why the room can not be made again from what is left, without any answer."""
    try:
        rebuild(room, place, tell)
    except CouplesStudyError as error:
        return [f"{room.pages}: {error.where}: {error.found}"]
    return []


def _moved(room: Room) -> list[str]:
    now = verdicts_in(Path(room.pages))
    return [
        f"{name}: {before} -> {now.get(name, 'gone')}"
        for name, before in room.verdicts.items()
        if now.get(name) != before
    ]
