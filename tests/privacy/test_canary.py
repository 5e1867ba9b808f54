"""Canaries: answers, names and addresses that are nowhere else, looked for after every command, in success and failure."""

from __future__ import annotations

import os
import re
import shutil

import pytest
from tests.privacy.support_canary import CANARIES, WITHOUT_A_STUDY, commands, in_format, sings
from tests.shared_data import REPOSITORY
from tests.small_studies import TOML, write_study

from couples_study.cli import main
from couples_study.cli.commands import COMMANDS

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
KEPT = 'pid = { do = "keep", why = "ids of the study" }'
TOLD = TOML.replace('table = "diary_days"', f'table = "diary_days"\nidentifiers = {{ {KEPT} }}')
CSV = '"csv"\nfiles = "diary.csv"'
BROKEN = {
    "as it is": (TOLD, {}),
    "undecided addresses": (TOML, {}),
    "a header gone": (TOLD, {"diary.csv": DIARY.split("\n", 1)[1]}),
    "a cell too many": (TOLD, {"diary.csv": DIARY + "K12,K12b,1,Zwitscherwald,4,no,,quetzal@example.org\n"}),
    "a quote left open": (TOLD, {"diary.csv": DIARY + 'K12,K12b,1,"Zwitscherwald,4,no,\n'}),
    "not text": (TOLD, {"diary.csv": b"\x00" + DIARY.encode()}),
    "another encoding": (TOLD, {"diary.csv": DIARY.replace("no,", "nö,").encode("latin-1")}),
    "another reader": (TOLD.replace('"csv"\nfiles = "diary', '"qualtrics"\nfiles = "diary'), {}),
    "a key that is not there": (TOLD.replace('day = "day"', 'day = "tag"'), {}),
    "no dates": (TOLD.replace('day = "day"', 'date = "note"'), {}),
    "an empty file": (TOLD, {"diary.csv": ""}),
    "a header and no row": (TOLD, {"diary.csv": DIARY.split("\n", 1)[0] + "\n"}),
    "a recode of answers": (TOLD.replace("yes = 1", '"Zwitscherwald" = 1'), {}),
    "a measure out of range": (TOLD + '\n[measures.stress_own]\nlabel = "s"\nitems = ["stress"]\nrange = [0, 5]\n', {}),
    "three in a couple": (TOLD, {"people.csv": PEOPLE + "K11,Zwitscherwald,f,30,,,,\n"}),
    "a wrong study file": (TOLD.replace("[dyads]", "[dyad]"), {}),
    "no file": (TOLD.replace("diary.csv", "nowhere.csv"), {}),
}
FORMATS = ("csv", "excel", "formr", "mpath", "parquet", "qualtrics", "redcap", "spss", "stata")


def heard(tmp_path, monkeypatch, capsys, words_of=None):
    """Run every command; fail on any canary in what is said or written. Returns the exit codes by command."""
    monkeypatch.setenv("COUPLES_STUDY_SECRETS", str(tmp_path / "secrets"))
    monkeypatch.chdir(tmp_path)
    codes = {}
    for name, lines in (words_of or commands("study", "study/*.csv", all_words=False)).items():
        for words in lines:
            codes.setdefault(name, []).append(main([name, *words]))
            said = capsys.readouterr()
            assert "Traceback" not in said.err
            for canary in CANARIES:
                assert canary not in said.out + said.err, (name, words, canary)
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*")) if sings(path)] == []
    assert not [path for path in tmp_path.rglob("*") if any(canary in path.name for canary in CANARIES)]
    return codes


def test_every_command_that_reads_a_study_is_run_here():
    known = {one.name for one in COMMANDS}
    assert known == set(commands("study", "study/*.csv")) | (WITHOUT_A_STUDY & known)


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_no_canary_is_told_or_written_outside_raw_and_quarantine(tmp_path, monkeypatch, capsys, case):
    toml, files = BROKEN[case]
    write_study(tmp_path / "study", toml, {"people.csv": PEOPLE, "diary.csv": DIARY, **files})
    everything = commands("study", "study/*.csv") if case == "as it is" else None
    codes = heard(tmp_path, monkeypatch, capsys, everything)
    assert {code for one in codes.values() for code in one} <= {0, 1, 2, 3, 4}
    if case == "as it is":
        assert (codes["intake"], codes["report"], codes["codebook"]) == ([0, 3], [0], [0])
        assert codes["export"] == [0, 4, 0, 0]  # two couples are too few for an archive


@pytest.mark.parametrize("reader", FORMATS)
def test_no_format_sings(tmp_path, monkeypatch, capsys, reader):
    (tmp_path / "made").mkdir()
    ending, content = in_format(reader, DIARY, tmp_path / "made")
    shutil.rmtree(tmp_path / "made")
    toml = TOLD.replace(CSV, f'"{reader}"\nfiles = "diary.{ending}"')
    assert toml != TOLD or reader == "csv"
    write_study(tmp_path / "study", toml, {"people.csv": PEOPLE, f"diary.{ending}": content})
    heard(tmp_path, monkeypatch, capsys)


def test_the_demo_does_not_sing(tmp_path, monkeypatch, capsys):
    """The demo with a name, an address and a number beside each person, and answers that are nowhere else.

    Its first 36 couples; with CANARY_COUPLES=240 it is the whole demo.
    """
    folder = shutil.copytree(REPOSITORY / "data" / "raw" / "demo", tmp_path / "study")
    toml = (folder / "study.toml").read_text("utf-8")
    toml = re.sub(r"\n\[\[hypothesis\]\].*", "\n", toml, flags=re.DOTALL)
    (folder / "study.toml").write_text(toml.replace('claims = "all"', "claims = []"), "utf-8")
    most = int(os.environ.get("CANARY_COUPLES", "36"))
    for path in folder.glob("*.csv"):
        head, *rows = path.read_text("utf-8").splitlines()
        rows = [row for row in rows if int(row[1:4]) <= most]
        assert rows
        path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    for name in ("baseline.csv", "diary.csv"):
        head, *rows = (folder / name).read_text("utf-8").splitlines()
        beside = [
            f"{row},Zwitscherwald{n},quetzal@example.org,+43 660 7654321,we-fought-about-canaries"
            for n, row in enumerate(rows)
        ]
        cells = beside[5].split(",")
        cells[4] = "48151.62342"
        lines = [f"{head},first_name,email,phone,note", *beside[:5], ",".join(cells), *beside[6:]]
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    codes = heard(tmp_path, monkeypatch, capsys, FEWER)
    assert codes == {name: [0] * len(words) for name, words in FEWER.items()}


FEWER = {
    "plan": [["study"]],
    "report": [["study", "--out", "out"]],
    "codebook": [["study", "--format", "html,json,spss", "--out", "book"]],
    "export": [["study", "--for", "archive", "--out", "archive"], ["study", "--for", "supervisor", "--out", "super"]],
    "withdraw": [["study", "--person", "D003a", "--out", "out"]],
}
