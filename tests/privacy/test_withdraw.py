"""Withdrawal: all but the log equals, byte for byte, a study that never had the person."""

from __future__ import annotations

import json
import stat

import pandas as pd
import pytest
from tests.privacy.support_withdraw import ANSWER, study, tree
from tests.small_studies import DYADS, HEAD, write_study

from couples_study.cli import main
from couples_study.pipeline import run_intake, run_report, run_withdraw


@pytest.fixture
def at(tmp_path, monkeypatch):
    """``at(name)``: a working directory of its own, with the secrets outside it."""
    monkeypatch.setenv("COUPLES_STUDY_SECRETS", str(tmp_path / "secrets"))

    def go(name):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        return folder

    return go


@pytest.mark.parametrize(
    ("words", "without", "couples"),
    [(["K102y"], ("K102y",), ("K102",)), (["K102/K102x", "--couple"], ("K102x", "K102y"), ("K102",))],
)
def test_all_but_the_log_is_as_if_they_had_never_been_there(at, words, without, couples, capsys):
    never = at("never")
    run_report(str(study(never / "study", without, couples)), None)
    had = at("had")
    run_report(str(study(had / "study")), None)
    assert tree(had) != tree(never)
    assert main(["withdraw", str(had / "study"), "--person", *words]) == 0
    assert "no id of theirs is in any file" in capsys.readouterr().out
    assert tree(had) == tree(never)


def test_folders_named_by_out_are_made_again_and_nothing_else_there_goes(at):
    never, had = at("never"), at("had")
    run_intake(str(study(never / "study", ("K103x",), ("K103",))), never / "out")
    run_intake(str(study(had / "study")), had / "out")
    for folder in (never, had):
        (folder / "out" / "mine.txt").write_text("a note", "utf-8")
    assert run_withdraw(str(had / "study"), "K103x", outs=[had / "out"]).clean
    assert tree(had) == tree(never)


def test_the_log_has_a_pseudonym_a_date_and_counts_only(at):
    had = at("had")
    study(had / "study")
    run_withdraw(str(had / "study"), "K102y")
    header, row = (had / "study" / "withdrawals.csv").read_text("utf-8").splitlines()
    assert header == "pseudonym,date,scope,files,rows,cells"
    name, date, *rest = row.split(",")
    assert name.startswith("p-")
    assert len(date) == 10
    assert rest == ["person", "5", "9", "0"]
    assert "K102" not in row
    assert ANSWER not in row
    secret = had.parent / "secrets" / "small"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_a_second_time_nothing_is_left_to_do(at):
    had = at("had")
    study(had / "study")
    first = run_withdraw(str(had / "study"), "K102y")
    before = tree(had), (had / "study" / "withdrawals.csv").read_bytes()
    again = run_withdraw(str(had / "study"), "K102/K102y")
    assert again.clean
    assert again.pseudonym == first.pseudonym
    assert (tree(had), (had / "study" / "withdrawals.csv").read_bytes()) == before


def test_nobody_of_that_id_is_a_wrong_word(at, capsys):
    had = at("had")
    before = tree(study(had / "study").parent)
    assert main(["withdraw", str(had / "study"), "--person", "K999z"]) == 2
    assert "nobody of that id" in capsys.readouterr().err
    assert tree(had) == before


def test_what_is_no_export_is_told_and_not_touched(at, capsys):
    had = at("had")
    study(had / "study")
    (had / "study" / "notes.txt").write_text("call K102y on Monday", "utf-8")
    assert main(["withdraw", str(had / "study"), "--person", "K102y"]) == 4
    assert "notes.txt" in capsys.readouterr().out
    assert (had / "study" / "notes.txt").is_file()


def test_a_study_file_that_names_the_person_is_refused_before_anything_goes(at, capsys):
    had = at("had")
    path = study(had / "study") / "study.toml"
    path.write_text(path.read_text("utf-8") + "# K102y asked twice\n", "utf-8")
    before = tree(had)
    assert main(["withdraw", str(had / "study"), "--person", "K102y"]) == 1
    assert "take it out there" in capsys.readouterr().err
    assert tree(had) == before


def test_a_linked_export_is_refused_before_anything_goes(at, capsys):
    had = at("had")
    people = study(had / "study") / "people.csv"
    people.rename(had / "study" / "elsewhere")
    people.symlink_to("elsewhere")
    assert main(["withdraw", str(had / "study"), "--person", "K102y"]) == 1
    assert "a link" in capsys.readouterr().err
    assert "K102y" in people.read_text("utf-8")


def test_checksums_beside_the_exports_are_renewed(at):
    had = at("had")
    folder = study(had / "study")
    (folder / "SHA256SUMS").write_text("".join(f"{h}  {n}\n" for n, h in tree(folder).items()), "utf-8")
    run_withdraw(str(folder), "K102y")
    listed = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines())
    assert listed == {name: found for name, found in tree(folder).items() if name != "SHA256SUMS"}


def test_a_secret_that_others_may_read_is_refused(at, capsys):
    had = at("had")
    study(had / "study")
    (had.parent / "secrets").mkdir()
    secret = had.parent / "secrets" / "small"
    secret.write_text("0" * 64, "utf-8")
    secret.chmod(0o644)
    assert main(["withdraw", str(had / "study"), "--person", "K102y"]) == 1
    assert "chmod 600" in capsys.readouterr().err


WIDE = """
[[source]]
reader = "csv"
files = "evenings.csv"
table = "diary_days"
layout = "wide"
prefixes = { woman = "W_", man = "M_" }
keys = { couple = "dyad", day = "day" }
columns = { stress_day = "stress", touch_received_n = "touch" }
"""
EVENINGS = (
    'dyad,day,W_stress,M_stress,W_touch,M_touch,together\nK201,0,10,11,1,2,"a walk, and rain"\nK201,1,,12,,3,\n'
    'K202,0,20,21,4,5,"tea"\n'
)


def test_in_a_shared_row_the_persons_cells_and_the_couples_go(at):
    had = at("had")
    folder = write_study(had / "study", HEAD + DYADS + WIDE, {"evenings.csv": EVENINGS})
    proof = run_withdraw(str(folder), "K201/man")
    assert (proof.rows, proof.cells) == (1, 3)
    assert (folder / "evenings.csv").read_text("utf-8") == (
        'dyad,day,W_stress,M_stress,W_touch,M_touch,together\nK201,0,10,,1,,\nK202,0,20,21,4,5,"tea"\n'
    )


def test_a_format_that_is_not_written_again_is_refused_before_anything_goes(at, capsys):
    had = at("had")
    folder = study(had / "study")
    people = pd.read_csv(folder / "people.csv", dtype="str")
    people.to_excel(folder / "people.xlsx", index=False)
    toml = (folder / "study.toml").read_text("utf-8")
    toml = toml.replace('"csv"\nfiles = "people.csv"', '"excel"\nfiles = "people.xlsx"')
    (folder / "study.toml").write_text(toml, "utf-8")
    before = tree(had)
    assert main(["withdraw", str(folder), "--person", "K102y"]) == 1
    assert "export it as CSV" in capsys.readouterr().err
    assert tree(had) == before


def test_a_stopped_withdrawal_comes_first(at, capsys, monkeypatch):
    had = at("had")
    folder = study(had / "study")

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("couples_study.pipeline.withdraw.move_in", stop)
        assert main(["withdraw", str(folder), "--person", "K102y"]) == 130
    capsys.readouterr()
    assert main(["withdraw", str(folder), "--person", "K103x"]) == 2
    assert main(["withdraw", str(folder), "--person", "K102y", "--couple"]) == 2
    assert "stopped half-way" in capsys.readouterr().err
    at("elsewhere")
    assert main(["withdraw", str(folder), "--person", "K102/K102y"]) == 0
    assert "K102y" not in (folder / "people.csv").read_text("utf-8")
    assert not (folder / ".withdrawal").exists()


def test_an_id_in_somebody_elses_row_is_told(at, capsys):
    had = at("had")
    people = study(had / "study") / "people.csv"
    head, *rows = people.read_text("utf-8").splitlines()
    lines = [f"{head},partner", *(f"{row},{'K102y' if ',K102x,' in row else ''}" for row in rows)]
    people.write_text("\n".join(lines) + "\n", "utf-8")
    assert main(["withdraw", str(had / "study"), "--person", "K102y"]) == 4
    assert "people.csv" in capsys.readouterr().out.splitlines()[-2]


def test_the_log_is_no_export_even_where_a_pattern_fits_it(at):
    had = at("had")
    source = WIDE.replace("evenings.csv", "*.csv")
    folder = write_study(had / "study", HEAD + DYADS + source, {"evenings.csv": EVENINGS})
    run_withdraw(str(folder), "K201/man", couple=True)
    assert (folder / "withdrawals.csv").is_file()
    assert run_intake(str(folder), had / "out").rows_held == 0
    assert run_withdraw(str(folder), "K202/woman").clean


NOTEBOOK = """{
 "cells": [
  {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "What we found"},
  {"cell_type": "code", "execution_count": 1, "id": "b", "metadata": {}, "source": "print(len(open('study/people.csv').read().split()))",
   "outputs": [{"name": "stdout", "output_type": "stream", "text": "9 K102y said 7.25"}]}
 ],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
 "nbformat": 4, "nbformat_minor": 5
}"""


def test_executed_notebooks_are_emptied_and_run_again(at):
    had = at("had")
    folder = study(had / "study")
    run_intake(str(folder), None)
    book = had / "reports" / "small" / "mine" / "look.ipynb"
    book.parent.mkdir(parents=True)
    book.write_text(NOTEBOOK, "utf-8")
    proof = run_withdraw(str(folder), "K102y")
    assert proof.clean, proof.text()
    told = json.loads(book.read_text("utf-8"))
    assert told["cells"][1]["outputs"][0]["text"] in ("8\n", ["8\n"])
    assert "K102y" not in book.read_text("utf-8")


def test_a_notebook_that_breaks_is_left_empty_and_told(at):
    had = at("had")
    folder = study(had / "study")
    book = folder / "look.ipynb"
    book.write_text(NOTEBOOK.replace("people.csv", "gone.csv"), "utf-8")
    proof = run_withdraw(str(folder), "K102y")
    assert [line.split(": ", 1)[1] for line in proof.broken] == [
        "emptied; running it again ended in CellExecutionError"
    ]
    assert json.loads(book.read_text("utf-8"))["cells"][1]["outputs"] == []
