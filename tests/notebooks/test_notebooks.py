"""Notebooks tell and the package does; what they show is what the report says, to the last digit, on every run."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from tests.shared_data import REPOSITORY

from couples_study.cli import main

nbformat = pytest.importorskip("nbformat", reason="nbformat comes with the dev extra")
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
CLAIMS = REPOSITORY / "notebooks" / "05_all_claims.ipynb"
READS = re.compile(r"\b(open|read_\w+|glob|loadtxt|fromfile)\(")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing_reads_no_file_and_holds_no_output(path):
    notebook = json.loads(path.read_text("utf-8"))
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None and cell["metadata"] == {} for cell in code)
    for cell in code:
        source = "".join(cell["source"])
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
        assert not any(isinstance(node, kinds) for node in ast.walk(ast.parse(source))), source
        assert not READS.search(source), source
    assert sum(cell["cell_type"] == "markdown" for cell in notebook["cells"]) > 4  # it tells something


class Cells(HTMLParser):
    """The rows of a table as tuples of words."""

    def __init__(self) -> None:
        super().__init__()
        self.rows, self.cell = [], None

    def handle_starttag(self, tag, _):
        if tag == "tr":
            self.rows.append(())
        if tag in ("td", "th"):
            self.cell = ""

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.cell is not None:
            self.rows[-1] += (self.cell,)
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A small study's report, and 05_all_claims executed on it in two different surroundings: folder and what was said."""
    for name in ("nbclient", "nbconvert", "ipykernel"):
        pytest.importorskip(name, reason=f"{name} comes with the notebooks extra")
    room = tmp_path_factory.mktemp("notebooks")
    study, out = room / "study", room / "out"
    assert main(["simulate", "null", "--couples", "30", "--days", "6", "--seed", "3", "--out", str(study)]) == 0
    words = (study / "study.toml").read_text("utf-8")
    (study / "study.toml").write_text(words.replace('claims = "all"', 'claims = ["C60", "C99"]'), "utf-8")
    assert main(["report", str(study), "--out", str(out)]) == 0
    tool = [sys.executable, REPOSITORY / "tools" / "run_notebooks.py", "05", "--twice"]
    done = subprocess.run(
        [*tool, "--study", str(study), "--report", str(out), "--out", str(room / "pages")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return room, done


def test_an_executed_notebook_holds_the_reports_verdicts_and_has_the_same_bytes_in_other_surroundings(ran):
    room, done = ran
    assert done.returncode == 0, done.stderr[-2000:]
    assert "the same in two surroundings" in done.stdout
    assert len(json.loads((room / "out" / "verdicts.json").read_text("utf-8"))["claims"]) == 5
    assert not re.search(r'(?:src|href)="https?://', (room / "pages" / "05_all_claims.html").read_text("utf-8"))


def test_a_table_that_a_notebook_shows_has_the_cells_of_the_reports_table(ran):
    room, _ = ran
    page = (room / "pages" / "05_all_claims.html").read_text("utf-8")
    cells = Cells()
    cells.feed(re.search(r'(?s)<table[^>]*class="gt_table".*?</table>', page)[0])
    with (room / "out" / "tables" / "answers.csv").open(encoding="utf-8", newline="") as file:
        written = {tuple(row) for row in csv.reader(file)}
    rows = [row for row in cells.rows if len(row) > 5]
    assert len(rows) > 1
    assert set(rows) <= written


def test_verdicts_that_are_not_the_reports_are_refused(tmp_path, monkeypatch):
    from tools import run_notebooks

    told = '{"estimate": 0.123456789012345}\n'
    monkeypatch.setattr(run_notebooks, "executed", lambda *_: (nbformat.v4.new_notebook(), told))
    (tmp_path / "verdicts.json").write_text(told, "utf-8")
    assert run_notebooks.run(CLAIMS, {}, report=tmp_path)
    (tmp_path / "verdicts.json").write_text(told.replace("345}", "346}"), "utf-8")
    with pytest.raises(run_notebooks.NotebookError, match="not those of"):
        run_notebooks.run(CLAIMS, {}, report=tmp_path)


def test_an_address_in_memory_is_refused():
    from tools.run_notebooks import NotebookError, page_of

    output = nbformat.v4.new_output("stream", text="<object object at 0x7f3a12bc>")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output], id="a")])
    with pytest.raises(NotebookError, match="address"):
        page_of(notebook, "x")
