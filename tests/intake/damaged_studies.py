"""Studies to be damaged, and what has to be true of whatever intake makes of them."""

from __future__ import annotations

import csv
import json
import random
import re
import tomllib
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyreadstat
from tests.readers.damage import damaged, delimited
from tests.shared_data import REPOSITORY, SHARED
from tests.small_studies import reconciled

from couples_study.core.errors import CouplesStudyError
from couples_study.intake import link, take_in
from couples_study.pipeline import run_intake
from couples_study.pipeline.deliveries import read_deliveries
from couples_study.pipeline.locate import locate
from couples_study.steps.batteries import batteries_of
from couples_study.steps.check import check
from couples_study.steps.derive import derive

THIRD_PARTY = REPOSITORY / "tests" / "real" / "exports"
MOST_BYTES = 40_000  # of a third-party file: a large one is cut at a row
WORD, NUMBER = "zqxkanari", "61.7319"  # stand in answers, and nowhere else
NAMES = ("dyad", "pid", "sex", "at", "stress", "touch", "conflict", "note", "s1", "s2", "s3", "status")
PLATFORM = ("connectionId", "sentBeepId", "timeStampStart", "deltaUTC")
READERS = ("csv", "qualtrics", "redcap", "mpath", "formr", "excel", "parquet", "spss", "stata")
FORM_NAMES = {"spss": "sav", "stata": "dta", "excel": "xlsx", "parquet": "parquet", "formr": "json"}
IN_TIME = ("diary_days", "survey_waves", "events", "assays")
TOML = """
[study]
id = "damaged"
title = "A study to be damaged"
time_zone = "Europe/Vienna"
start_date = 2026-03-02
day_ends = "04:00"
day_opens = "16:00"
scheduled_days = 9
claims = []

[dyads]
type = "distinguishable"
by = "sex"
labels = { f = "woman", m = "man" }

[[source]]
reader = "READER"
files = "diary*"
table = "diary_days"
keys = { couple = "dyad", person = "pid", date = "at" }
missing = { -99 = "refused" }
missing_in = { touch = { 88 = "not_reached" } }
columns = { stress_day = "stress", touch_received_n = "touch", conflict_today = "conflict", s1 = "s1", s2 = "s2", s3 = "s3" }
recode = { conflict_today = { yes = 1, no = 0 } }
only = { status = ["done", "test", ""] }
drop = { preview = { status = "test" } }

[measures.mood]
label = "Mood"
items = ["s1", "s2", "s3"]
reversed = ["s3"]
range = [1, 7]

[checks.careless]
long_string = 3
exclude = ["long_string"]

[[state]]
couple = "2"
day = 6
state = "separated"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """A study: its file, its deliveries and codebooks by name, what stands in answers alone, how it ends undamaged."""

    name: str
    toml: str
    files: dict[str, bytes]
    tells: tuple[str, ...]
    ends: str


def rows() -> list[list[str]]:
    """Evenings of three couples: good ones, late ones, doubles, codes, odd labels."""
    found = []
    for couple, pair in (("1", "ab"), ("2", "cd"), ("3", "ef")):
        for day in range(5):
            for person, sex in zip(pair, "fm", strict=True):
                at = f"2026-03-{2 + day:02}T2{day % 4}:1{day}:00"
                moods = [str((day + place) % 7 + 1) for place in range(3)]
                answers = [NUMBER if day == 1 else "-99", str(day if day else 88), "yes" if day % 2 else "no"]
                found.append([couple, person, sex, at, *answers, f"{WORD}{day}", *moods, "done"])
    found[3][6], found[5][4], found[7][11], found[9][3] = WORD, WORD, "test", "2026-03-07T09:00:00"
    return [*found, list(found[0]), [*found[2][:4], "7", *found[2][5:]], [""] * len(NAMES)]


def as_file(reader: str) -> bytes:
    """These evenings as the platform of a reader would export them."""
    if reader in ("csv", "redcap"):
        return delimited(NAMES, rows(), quoted=reader == "redcap")
    if reader == "qualtrics":
        ids = [json.dumps({"ImportId": name}).replace('"', '""') for name in NAMES]
        return delimited(NAMES, [NAMES, ids, *rows()], quoted=True)
    if reader == "mpath":
        told = [["7", str(n), "1772480000", "0", *row] for n, row in enumerate(rows())]
        return delimited((*PLATFORM, *NAMES), told, ";", encoding="utf-8-sig")
    if reader == "formr":
        return json.dumps([dict(zip(NAMES, row, strict=True)) for row in rows()]).encode()
    return _binary(reader)


def _binary(reader: str) -> bytes:
    frame, sink = pd.DataFrame(rows(), columns=list(NAMES)), BytesIO()
    if reader == "parquet":
        frame.to_parquet(sink)
        return sink.getvalue()
    if reader == "excel":
        frame.to_excel(sink, index=False)
        return sink.getvalue()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "diary"
        (pyreadstat.write_sav if reader == "spss" else pyreadstat.write_dta)(frame, path)
        return path.read_bytes()


@cache
def fixtures() -> dict[str, Fixture]:
    """The study of each reader, and every third-party study where the shared data are there."""
    own = {
        reader: Fixture(
            name=reader,
            toml=TOML.replace("READER", reader),
            files={f"diary.{FORM_NAMES.get(reader, 'csv')}": as_file(reader)},
            tells=(WORD, NUMBER),
            ends="held",
        )
        for reader in READERS
    }
    folders = sorted(THIRD_PARTY.glob("*/study.toml")) if SHARED.is_dir() else []
    return own | {path.parent.name: _third_party(path) for path in folders}


def _third_party(path: Path) -> Fixture:
    text = path.read_text("utf-8")
    said = tomllib.loads(text)
    root = path.parent / said["study"]["data_root"]
    named = {source["files"] for source in said["source"]}
    books = {source["dictionary"] for source in said["source"] if "dictionary" in source}
    files = {name: _beginning((root / name).read_bytes()) for name in sorted(named | books)}
    toml = re.sub(r"(?m)^data_root = .*$", "claims = []", text)
    bare = Fixture(name=path.parent.name, toml=toml, files=files, tells=(), ends="")
    with TemporaryDirectory() as folder:
        write(bare, Path(folder))
        ends, tells = taken_in(Path(folder), ()), ()
        if ends != "refused":
            tells = tuple(sorted(_tells(Path(folder), toml)))
    return Fixture(name=bare.name, toml=toml, files=files, tells=tells, ends=ends)


def _beginning(content: bytes) -> bytes:
    if len(content) <= MOST_BYTES or b"\0" in content:
        return content
    return content[: content.rfind(b"\n", 0, MOST_BYTES) + 1]


def _tells(folder: Path, toml: str) -> set[str]:
    """Words and long numbers that stand in answers alone: in no key, name, label or caption, and not in study.toml."""
    place = locate(folder)
    found, elsewhere = set(), [toml]
    for source, files in zip(place.study.source, read_deliveries(place), strict=True):
        keys = {source.keys.couple, source.keys.person, source.keys.wave}
        for export in files:
            table, cells = export.cells.table, export.cells
            elsewhere += [*table.column_names, *cells.notes, *cells.captions.values()]
            elsewhere += [word for labels in cells.labels.values() for pair in labels.items() for word in pair]
            for name in table.column_names:
                texts = [text for text in table.column(name).unique().to_pylist() if text and len(text) >= 6]
                if name in keys:
                    elsewhere += texts
                else:
                    found |= set(texts[:20])
    beside = "\0".join(elsewhere)
    return {text for text in found if text not in beside and len(text) < 60}


def write(fixture: Fixture, folder: Path, toml: str | None = None, files: dict[str, bytes] | None = None) -> None:
    """The study's folder, with another study file or other deliveries where given."""
    for name, content in {**fixture.files, **(files or {})}.items():
        (folder / name).write_bytes(content)
    (folder / "study.toml").write_text(fixture.toml if toml is None else toml, "utf-8")


def damaged_toml(text: str, chance: random.Random) -> str:
    """Words of the study file taken out, doubled or put in each other's place."""
    words = text.split(" ")
    for _ in range(chance.randint(1, 2)):
        one, other = chance.randrange(len(words)), chance.randrange(len(words))
        kind = chance.randrange(4)
        if kind == 0:
            del words[one]
        elif kind == 1:
            words.insert(one, words[other % len(words)])
        elif kind == 2:
            words[one], words[other] = words[other], words[one]
        else:
            words[one] = chance.choice(
                ('"', "{}", "true", "1e400", '"99:99"', "[[source]]\n", "2026-02-30", '"*"', '"@row"')
            )
    return " ".join(words)


def mutant(fixture: Fixture, number: int, count: Callable[[str], None] | None = None) -> tuple[str, dict[str, bytes]]:
    """The ``number``-th damaged form of a study: its file, and the deliveries that differ. The same whenever asked."""
    chance = random.Random(f"{fixture.name} {number}")  # noqa: S311 (chance, not secrets)
    toml = fixture.toml
    if chance.random() < 0.15:
        toml = damaged_toml(toml, chance)
        if count is not None:
            count("words of study.toml")
    others = [content for one in fixtures().values() for content in one.files.values() if content]
    name = chance.choice(sorted(fixture.files))
    return toml, {name: damaged(fixture.files[name], chance, others, count)}


def says_no_answer(text: str, tells: Sequence[str], where: str) -> None:
    for tell in tells:
        assert tell not in text, f"an answer in {where}"


def outputs_say_no_answer(out: Path, tells: Sequence[str]) -> None:
    for path in sorted(out.rglob("*")):
        where = path.relative_to(out)
        says_no_answer(str(where), tells, "a file's name")
        if path.is_file() and where.parts[0] not in ("data", "quarantine"):
            says_no_answer(path.read_text("utf-8"), tells, str(where))


def taken_in(folder: Path, tells: Sequence[str]) -> str:
    """What became of a study: refused, taken or held; any other end is an error of ours, and so is a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            place = locate(folder)
            checked = check(place.study)
            exports = read_deliveries(place)
            delivered = take_in(place.study, exports, checked.glossary)
            intake = link(place.study, delivered, checked.glossary, batteries_of(checked))
        except CouplesStudyError as error:
            says_no_answer(str(error).replace(str(folder), ""), tells, "a message")
            if not error.where:
                raise AssertionError("a message that does not say where") from error
            return "refused"
        reconciled(intake)
        came = sum(export.n_rows for files in exports for export in files)
        assert sum(entry.export_rows_read for entry in intake.ledger.sources) == came
        for entry in intake.ledger.sources:
            assert sum(entry.excluded.values()) <= entry.rows_accepted
        for table, accepted in _of_one_source(place.study.source, intake):
            told = intake.ledger.tables[table]
            assert told.rows + sum(told.exclusions.values()) == accepted
        says_no_answer(json.dumps(intake.ledger.record(), ensure_ascii=False), tells, "the ledger")
        derive(checked, intake)
        return "held" if intake.ledger.rows_held else "taken"


def _of_one_source(sources, intake) -> Iterator[tuple[str, int]]:
    """Tables that one source alone fills, and how many records were accepted for them."""
    for table in IN_TIME:
        if sum(source.table == table for source in sources) == 1 and table in intake.ledger.tables:
            yield table, sum(entry.rows_accepted for entry in intake.ledger.sources if entry.table == table)


def whole_run(folder: Path, out: Path, tells: Sequence[str]) -> None:
    """The command itself: what it writes says no answer outside the tables and the held rows."""
    run_intake(str(folder), out)
    outputs_say_no_answer(out, tells)
    for path in sorted((out / "quarantine").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.reader(lines):
                assert not any(cell.startswith(("=", "@", "\t", "\r")) for cell in row), "a formula that would run"
