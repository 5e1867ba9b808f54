"""Canaries: answers, names and addresses that are nowhere else, looked for after every command, in success and failure."""

from __future__ import annotations

import pytest
from tests.small_studies import TOML, write_study

from couples_study.cli import main
from couples_study.pipeline.withdrawing.search import _contents

CANARIES = ("Zwitscherwald", "quetzal@example.org", "660 7654321", "we-fought-about-canaries", "48151.62342")
PEOPLE = (
    "dyad,pid,sex,age,first_name,email,phone,stress\n"
    "K11,K11a,f,30,Zwitscherwald,quetzal@example.org,+43 660 7654321,1\nK11,K11b,m,31,,,,2\n"
    "K12,K12a,f,40,,,,3\nK12,K12b,m,41,,,,4\n"
)
DIARY = (
    "dyad,pid,day,stress,touch,conflict,note\n"
    "K11,K11a,0,10,1,no,we-fought-about-canaries\nK11,K11b,0,20,2,no,\nK11,K11a,1,48151.62342,3,yes,\n"
    "K11,K11b,1,40,4,we-fought-about-canaries,\nK12,K12a,0,50,5,no,\nK12,K12b,0,60,Zwitscherwald,yes,\n"
    "Zwitscherwald,quetzal@example.org,0,60,6,yes,\n"
)
IDENTIFIERS = 'pid = { do = "keep", why = "ids of the study" }'
TOLD = TOML.replace('table = "diary_days"', f'table = "diary_days"\nidentifiers = {{ {IDENTIFIERS} }}')
BROKEN = {
    "as it is": (TOLD, {}),
    "undecided addresses": (TOML, {}),
    "a header gone": (TOLD, {"diary.csv": DIARY.split("\n", 1)[1]}),
    "a cell too many": (TOLD, {"diary.csv": DIARY + "K12,K12b,1,Zwitscherwald,4,no,,quetzal@example.org\n"}),
    "a quote left open": (TOLD, {"diary.csv": DIARY + 'K12,K12b,1,"Zwitscherwald,4,no,\n'}),
    "not text": (TOLD, {"diary.csv": b"\x00" + DIARY.encode()}),
    "another reader": (TOLD.replace('"csv"\nfiles = "diary', '"qualtrics"\nfiles = "diary'), {}),
    "a key that is not there": (TOLD.replace('day = "day"', 'day = "tag"'), {}),
    "no dates": (TOLD.replace('day = "day"', 'date = "note"'), {}),
}
COMMANDS = (["plan"], ["intake", "--out", "out"], ["report", "--out", "out"], ["withdraw", "--person", "K12a"])


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_no_canary_is_told_or_written_outside_raw_and_quarantine(tmp_path, monkeypatch, capsys, case):
    monkeypatch.setenv("COUPLES_STUDY_SECRETS", str(tmp_path / "secrets"))
    monkeypatch.chdir(tmp_path)
    toml, files = BROKEN[case]
    write_study(tmp_path / "study", toml, {"people.csv": PEOPLE, "diary.csv": DIARY, **files})
    for command, *rest in COMMANDS:
        assert main([command, "study", *rest]) in (0, 1, 4)
        said = capsys.readouterr()
        for canary in CANARIES:
            assert canary not in said.out + said.err, (command, canary)
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*")) if sings(path)] == []


def sings(path):
    """Whether a file outside raw data, quarantine and the private shelf of read deliveries has a canary."""
    if not path.is_file() or {"study", "quarantine", ".deliveries"} & set(path.parts):
        return False
    return any(canary.encode() in part for part in _contents(path) for canary in CANARIES)
