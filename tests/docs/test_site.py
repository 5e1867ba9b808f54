"""The documentation's site: every page has its place, every place its page, and the model of one page is one of ours."""

from __future__ import annotations

import re
import tomllib

import pytest
from tests.shared_data import REPOSITORY

from couples_study.contracts.hypothesis import Hypothesis
from couples_study.report.sentences import PROGRAMS

DOCS = REPOSITORY / "docs"
COMING = (DOCS / "coming-from.md").read_text("utf-8")


def test_every_page_has_its_place_and_every_place_its_page():
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with JupyterLab")
    site = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text("utf-8"))
    named = re.findall(r"'([\w-]+\.md)'", str(site["nav"]))
    assert sorted(named) == sorted(path.name for path in DOCS.glob("*.md"))


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_links_between_pages_arrive(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_one_model_stands_in_every_language():
    block = tomllib.loads(re.search(r"```toml\n(.*?)```", COMING, re.DOTALL).group(1))
    asked = Hypothesis.model_validate(block["hypothesis"][0])
    for name in PROGRAMS.values():
        text = COMING.split(f"## {name}\n", 1)[1].split("\n## ", 1)[0]
        assert asked.outcome in text
        assert "partner.within" in text
