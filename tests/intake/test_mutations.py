"""Broken exports by the hundred: intake holds, or refuses with a message of its own, and the ledger always adds up."""

from __future__ import annotations

import random
import tomllib

from tests.small_studies import DIARY, DYADS, HEAD, PEOPLE, reconciled

from couples_study.contracts.base import parsed
from couples_study.contracts.reader import RawExport
from couples_study.contracts.study import StudyFile
from couples_study.core.errors import CouplesStudyError
from couples_study.intake import encoded, link, take_in
from couples_study.readers import readers
from couples_study.steps.check import check
from couples_study.steps.derive import derive

TOMLS = (
    HEAD + 'start_date = 2026-03-02\nday_ends = "04:00"\nday_opens = "16:00"\nscheduled_days = 9\n' + DYADS + PEOPLE
    + DIARY.replace('day = "day"', 'date = "at"'),
    HEAD + DYADS + PEOPLE.replace('"people"', '"people"\nrecode = { kids = { yes = 1, no = 0 } }')
    + '[[source]]\nreader = "csv"\nfiles = "diary.csv"\ntable = "diary_days"\nlayout = "wide"\n'
    'prefixes = { woman = "W_", man = "M_" }\nkeys = { couple = "dyad", day = "day" }\ncolumns = { stress_day = "stress" }\n',
)  # fmt: skip
PEOPLE_CSV = b"dyad,pid,sex,age,start_date,kids\n1,a,f,30,2026-03-02,yes\n1,b,m,31,2026-03-02,no\n2,c,f,40,,no\n2,d,m,4\xc3\xb6,,yes\n"
DIARIES = (
    (b"dyad,pid,at,stress,touch,conflict\n1,a,2026-03-02T21:00:00,10,1,no\n1,b,2026-03-03T00:30:00Z,-99,2,yes\n"
    b"1,a,2026-03-04,\"30\",3,no\n2,c,2026-03-02T09:00,50.5,5,no\n2,d,2026-03-02T21:00+01:00,60,6,yes\n"),
    b"dyad,day,W_stress,M_stress\n1,0,10,20\n1,1,30,\n2,0,1e1,60\n2,3,\"70\",80\n",
)  # fmt: skip
STRUCTURE = [b",", b'"', b"\n", b"\r", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf"]
BITS = [
    *STRUCTURE, b";", b"-", b"9" * 30, b"1e999", b"nan", b" ", "٣".encode(), b"T", b"+99:99", b"inf", b"/", b"%", b"\x1a", b"\t",
    b"9999-12-31", b"0", b"7", b".", b"Z", b"-99", b"yes", b"a", b"1e-3",
]  # fmt: skip


def mutated(content: bytes, rng: random.Random) -> bytes:
    """One to three small wounds: bytes put in, overwritten, cut out or doubled, or the order of rows; mostly in data."""
    for _ in range(rng.randint(1, 3)):
        first = rng.choice([0, *[content.find(b"\n") + 1] * 9])
        at = rng.randint(first, max(first, len(content) - 1))
        to = at + rng.randint(1, 6)
        bit = rng.choice(BITS) if rng.random() < 0.7 else bytes([rng.randint(1, 127)])
        rows = content[first:].splitlines(keepends=True)
        content = rng.choice(
            [
                content[:at] + bit + content[at:],
                content[:at] + bit + content[at + 1 :],
                content[:at] + content[to:],
                content[:at] + content[at:to] + content[at:],
                content[:first] + b"".join(rng.sample(rows, len(rows))),
                content + b"".join(rng.sample(rows, len(rows) // 2)),
            ]
        )
    return content


def export(name, content, source, folder):
    path = folder / name
    path.write_bytes(content)
    return RawExport(file=name, sha256="", cells=encoded(readers()["csv"].read(path, source)))


def test_eighty_mutations(tmp_path):
    rng = random.Random(20260302)  # noqa: S311 (chance, not secrets)
    checked = [check(parsed(StudyFile, tomllib.loads(toml), "study.toml")) for toml in TOMLS]
    outcomes = {"refused": 0, "taken": 0, "held": 0}
    for number in range(80):
        which = number % 2
        study = checked[which].study
        contents = [PEOPLE_CSV, DIARIES[which]]
        spoilt = rng.choice([0, 1, 1, 1])
        contents[spoilt] = mutated(contents[spoilt], rng)
        try:
            files = [
                (export(name, content, source, tmp_path),)
                for name, content, source in zip(("people.csv", "diary.csv"), contents, study.source, strict=True)
            ]
            intake = link(study, take_in(study, files, checked[which].glossary), checked[which].glossary)
        except CouplesStudyError as error:
            outcomes["refused"] += bool(error.found and error.do)
            continue
        reconciled(intake)
        assert sum(entry.export_rows_read for entry in intake.ledger.sources) == sum(one[0].n_rows for one in files)
        if number % 10 == 0:
            derive(checked[which], intake)
        outcomes["taken"] += 1
        outcomes["held"] += bool(intake.ledger.rows_held)
    assert min(outcomes.values()) > 8, outcomes
