"""Every command says what it does with an example, at once, and the example is one that runs."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys

import pytest
from tests.shared_data import REPOSITORY

from couples_study.claims import claims
from couples_study.cli import main
from couples_study.cli.commands import COMMANDS

HEAVY = ("pandas", "numpy", "statsmodels", "matplotlib", "pydantic", "pandera", "scipy", "jinja2")


@pytest.mark.parametrize("words", [["--help"], *([command.name, "--help"] for command in COMMANDS)])
def test_help_answers_with_an_example(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 0
    assert "example: couples-study" in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    """What keeps --help quick: it does not import what the work needs."""
    code = "import sys; from couples_study.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(HEAVY) & set(found)


def test_taking_data_in_loads_no_model_and_no_drawing(tmp_path):
    """Whoever validates a delivery does not wait for libraries that only analyses need."""
    assert main(["simulate", "null", "--couples", "6", "--days", "5", "--out", str(tmp_path / "null")]) == 0
    study = tmp_path / "null" / "study.toml"
    study.write_text(re.split(r"(?m)^\[\[hypothesis\]\]", study.read_text("utf-8"))[0], "utf-8")
    words = ["intake", str(tmp_path / "null"), "--out", str(tmp_path / "out")]
    code = f"import sys; from couples_study.cli import main\nmain({words})\nprint(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "pandas" in found
    assert not {"statsmodels", "matplotlib", "seaborn", "scipy.stats", "couples_study.models.apim"} & set(found)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_example_runs(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exports = tmp_path / "data" / "raw" / "evening"  # what the example of `new` drafts from
    exports.mkdir(parents=True)
    exports.joinpath("people.csv").write_text("dyad,pid,sex\nC12,C12/a,f\nC12,C12/b,m\n", "utf-8")
    if command.name in ("prereg", "withdraw"):
        assert main(["new", str(exports), "--from", str(exports / "people.csv")]) == 0
    words = shlex.split(re.sub(r"(?<= )/\w+(?=/)", str(tmp_path), command.example))
    assert words[0] == "couples-study"
    if command.name in ("report", "export"):
        words += ["--claims", "C12"]  # all of them take minutes
    assert main(words[1:]) == 0
    assert capsys.readouterr().out


def test_documents_name_only_commands_that_exist():
    names = {command.name for command in COMMANDS}
    for path in [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]:
        for word in re.findall(r"`(?:\.venv/bin/)?couples-study ([a-z]+)", path.read_text("utf-8")):
            assert word in names, f"{path.name}: {word}"


def test_json_is_printed_where_a_table_is(capsys):
    assert main(["claims", "--json"]) == 0
    ids = [one["id"] for one in json.loads(capsys.readouterr().out)]
    assert ids == list(claims())
    assert main(["plan", "demo", "--json"]) == 0
    plans = json.loads(capsys.readouterr().out)
    assert all(one["expected_rows"] for one in plans if not one["missing"])


def test_without_words_help_comes_and_version_is_said(capsys):
    assert main([]) == 0
    assert main(["--version"]) == 0
    assert re.search(r"\d+\.\d+", capsys.readouterr().out)
