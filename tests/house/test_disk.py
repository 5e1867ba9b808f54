"""Disk is touched in one place: by readers and the pipeline. Package data are read through importlib.resources."""

from __future__ import annotations

import ast

import pytest
from tests.shared_data import REPOSITORY

PACKAGE = REPOSITORY / "src" / "couples_study"
MAY = ("readers", "pipeline")
ALWAYS = {
    "open",
    "read_bytes",
    "write_text",
    "write_bytes",
    "mkdir",
    "unlink",
    "rmtree",
    "mkdtemp",
    "glob",
    "rglob",
}
WITH_A_PATH = {"to_csv", "to_parquet", "to_json", "to_excel", "to_pickle", "read_csv", "read_parquet", "read_json"}
ALLOWED = {("cli/main.py", "open")}  # os.open(os.devnull), for a pipe that closed
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] not in MAY]


def touches(tree: ast.AST, package_data: bool) -> set[str]:
    """The names of calls that reach the disk; ``read_text`` passes in a module that uses importlib.resources."""
    found = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in ALWAYS or (name == "read_text" and not package_data):
            found.add(name)
        if name in WITH_A_PATH and call.args:
            found.add(name)
    return found


@pytest.mark.parametrize("path", MODULES, ids=[p.relative_to(PACKAGE).as_posix() for p in MODULES])
def test_no_other_module_touches_files(path):
    text = path.read_text("utf-8")
    name = path.relative_to(PACKAGE).as_posix()
    found = touches(ast.parse(text), "from importlib.resources import" in text)
    assert {(name, one) for one in found} - ALLOWED == set()


@pytest.mark.parametrize(
    "line",
    ["open('x')", "Path('x').read_text()", "p.read_bytes()", "frame.to_csv(path)", "pd.read_csv(path)", "io.open('x')"],
)
def test_the_rule_sees_what_it_forbids(line):
    assert touches(ast.parse(line), package_data=False)


def test_the_rule_lets_text_and_bytes_pass():
    assert not touches(ast.parse("frame.to_csv(index=False); (files('a') / 'b').read_text('utf-8')"), package_data=True)
