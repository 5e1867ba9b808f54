"""docs/python.md and the examples of public docstrings: each runs as it stands and gives what is printed below it."""

from __future__ import annotations

import doctest
import inspect
import re

import pytest
from tests.shared_data import REPOSITORY

import couples_study as cs

PAGE = (REPOSITORY / "docs" / "python.md").read_text("utf-8")
CALLS = ("load_study", "table", "frame", "ledger", "test", "report", "claims", "scenarios", "simulate", "power")
WITH_EXAMPLES = {"load_study", "claims", "scenarios", "simulate", "apa_table", "figure_for"}


def public(name: str):
    """What a name of the package is called for; a module that can be called gives the function behind it."""
    found = getattr(cs, name)
    return inspect.unwrap(getattr(found, name) if inspect.ismodule(found) else found)


EXAMPLES = {
    found.name: found
    for name in cs.__all__
    for found in doctest.DocTestFinder().find(public(name), name, module=False, globs={"cs": cs})
    if found.examples
}


def failures(test: doctest.DocTest) -> list[str]:
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    return said


def test_every_example_of_the_page_gives_what_stands_below_it():
    blocks = re.findall(r"```pycon\n(.*?)```", PAGE, re.DOTALL)
    page = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "python.md", "docs/python.md", 0)
    assert len(page.examples) > 25
    assert failures(page) == []


def test_the_page_shows_every_call_of_the_contract():
    code = "\n".join(re.findall(r"```pycon\n(.*?)```", PAGE, re.DOTALL))
    assert [name for name in CALLS if not re.search(rf"\.{name}\b", code)] == []
    assert "cs.DyadicMixedLM" in code


def test_public_calls_have_examples():
    assert set(EXAMPLES) >= WITH_EXAMPLES


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_of_a_docstring_gives_what_stands_below_it(name):
    assert failures(EXAMPLES[name]) == []


def test_a_wrong_output_would_be_seen():
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert failures(wrong)
